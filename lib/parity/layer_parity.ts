/**
 * Compares our layers, losses and optimizers with recorded cases of the reference implementation.
 *
 * @module
 */

import { compileEager } from "../engine/compile.ts";
import { type NamedTensors, tf } from "../engine/mod.ts";
import { cosineSchedule } from "../models/rate_schedule.ts";
import { Adam } from "../training/optimizer.ts";
import type {
  CompilingEngine,
  LayerCase,
  LayerResult,
  RecordedArray,
  RecordedArrays,
} from "./layer_cases.ts";
import { LAYER_KINDS, type Tensors } from "./layer_kinds.ts";
import { checkModel } from "./model_parity.ts";
import { difference, findRecorded, largest, toTensor } from "./recorded_model.ts";

/** Allowed deviations: of outputs, of gradients per max(1, largest entry), of optimizer values, of rates. */
const LAYER_TOLERANCE = { output: 1e-5, gradient: 1e-5, optimizer: 1e-6, schedule: 1e-9 } as const;

/** Inputs that are whole numbers. */
const INTEGER_INPUTS = new Set(["lengths", "input_ids", "token_type_ids", "attention_mask"]);
/** The kind that records learning rates. */
const SCHEDULE = "lr_schedule";
/** Runs a step as it is. */
const EAGER: CompilingEngine = { name: "cpu", compile: compileEager };
/** The kinds that record an optimizer, and its decay. */
const OPTIMIZER_KINDS: Readonly<Record<string, "l2" | "decoupled">> = {
  adam: "l2",
  adam_l2: "l2",
  adamw: "decoupled",
};

/**
 * Whether there is something of ours to compare a kind with.
 *
 * @example
 * ```ts
 * import { isLayerKind } from "./layer_parity.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([isLayerKind("lstm"), isLayerKind("mamba")], [true, false]);
 * ```
 */
export function isLayerKind(kind: string): boolean {
  return Object.hasOwn(LAYER_KINDS, kind) || Object.hasOwn(OPTIMIZER_KINDS, kind) ||
    kind === SCHEDULE || findRecorded(kind) !== null;
}

/**
 * Runs one case on the open engine: of a layer, a loss, an optimizer or a whole model.
 *
 * @param layerCase of a kind that {@linkcode isLayerKind} knows
 * @param engine compiles what is run; op by op where absent
 * @throws {TypeError} when its kind is unknown.
 *
 * @example
 * ```ts
 * import { openEngine } from "../engine/mod.ts";
 * import { readLayerCases } from "./layer_cases.ts";
 * import { checkLayer } from "./layer_parity.ts";
 * import { assert } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const path = new URL("../../tests/golden/layers.json", import.meta.url).pathname;
 * const lstm = readLayerCases(path).find(({ kind }) => kind === "lstm")!;
 * assert((await checkLayer(lstm)).ok);
 * ```
 */
export async function checkLayer(
  layerCase: LayerCase,
  engine: CompilingEngine = EAGER,
): Promise<LayerResult> {
  if (!isLayerKind(layerCase.kind)) {
    throw new TypeError(
      `Cannot check layer "${layerCase.name}": kind "${layerCase.kind}" is unknown`,
    );
  }
  if (layerCase.kind === SCHEDULE) return checkSchedule(layerCase);
  if (Object.hasOwn(OPTIMIZER_KINDS, layerCase.kind)) {
    return await checkOptimizer(layerCase, OPTIMIZER_KINDS[layerCase.kind]!);
  }
  return findRecorded(layerCase.kind) === null
    ? await checkGradients(layerCase, engine)
    : await checkModel(engine, layerCase);
}

async function checkGradients(
  layerCase: LayerCase,
  engine: CompilingEngine,
): Promise<LayerResult> {
  const kind = LAYER_KINDS[layerCase.kind]!;
  const inputs = toTensors(layerCase.inputs);
  const weights = toTensors(layerCase.weights);
  const named = (prefix: string, tensors: Tensors) =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => [`${prefix}/${name}`, tensor]),
    );
  const part = (prefix: string, tensors: Tensors) =>
    Object.fromEntries(
      Object.entries(tensors).filter(([name]) => name.startsWith(`${prefix}/`))
        .map(([name, tensor]) => [name.slice(prefix.length + 1), tensor]),
    );
  const step = engine.compile((given: NamedTensors): NamedTensors => {
    const [inputs, weights] = [part("input", given), part("weight", given)];
    const outputs = kind(inputs, weights, layerCase.hyper);
    const gradients = gradientsOf(layerCase, inputs, weights);
    return {
      ...named("output", outputs),
      ...named("input", gradients.inputs),
      ...named("weight", gradients.weights),
    };
  }, { state: {} });
  const made = step({ ...named("input", inputs), ...named("weight", weights) });
  const output = await largest(part("output", made), layerCase.outputs, false);
  const inputGrad = await largest(part("input", made), layerCase.inputGrads, true);
  const weightGrad = await largest(part("weight", made), layerCase.weightGrads, true);
  step.dispose();
  tf.dispose([inputs, weights, made] as unknown as tf.TensorContainer);
  const within = (deviation: number | null, tolerance: number) =>
    deviation === null || deviation <= tolerance;
  return {
    name: layerCase.name,
    kind: layerCase.kind,
    // Every case records outputs: where none was compared, nothing was checked.
    ok: output !== null && within(output, LAYER_TOLERANCE.output) &&
      within(inputGrad, LAYER_TOLERANCE.gradient) && within(weightGrad, LAYER_TOLERANCE.gradient),
    output,
    inputGrad,
    weightGrad,
  };
}

/** Gradients of Σ outputs · recorded output gradients, of everything whose gradient is recorded. */
function gradientsOf(
  layerCase: LayerCase,
  inputs: Tensors,
  weights: Tensors,
): { inputs: Tensors; weights: Tensors } {
  const kind = LAYER_KINDS[layerCase.kind]!;
  const inputNames = Object.keys(layerCase.inputGrads);
  const weightNames = Object.keys(layerCase.weightGrads);
  const [fromInputs, fromWeights] = [{}, {}] as [
    Record<string, tf.Tensor>,
    Record<string, tf.Tensor>,
  ];
  if (inputNames.length + weightNames.length === 0) {
    return { inputs: fromInputs, weights: fromWeights };
  }
  const of = (...variables: tf.Tensor[]) => {
    const [x, w] = [{ ...inputs }, { ...weights }];
    inputNames.forEach((name, i) => x[name] = variables[i]!);
    weightNames.forEach((name, i) => w[name] = variables[inputNames.length + i]!);
    const outputs = kind(x, w, layerCase.hyper);
    const terms = Object.entries(layerCase.outputGrads).map(([name, gradient]) =>
      tf.sum(tf.mul(outputs[name]!, toTensor(gradient)))
    );
    return tf.addN(terms) as tf.Scalar;
  };
  const arguments_ = [
    ...inputNames.map((name) => inputs[name]!),
    ...weightNames.map((name) => weights[name]!),
  ];
  const gradients = tf.tidy(() => tf.grads(of)(arguments_));
  inputNames.forEach((name, i) => fromInputs[name] = gradients[i]!);
  weightNames.forEach((name, i) => fromWeights[name] = gradients[inputNames.length + i]!);
  return { inputs: fromInputs, weights: fromWeights };
}

async function checkOptimizer(
  layerCase: LayerCase,
  decay: "l2" | "decoupled",
): Promise<LayerResult> {
  const { hyper, weights, inputs, outputs } = layerCase;
  const variables = new Map(
    Object.entries(weights).map(([name, start]) =>
      [name, tf.tidy(() => tf.variable(toTensor(start)))] as const
    ),
  );
  const groups = hyper["groups"] as { params: string[]; lr: number; weight_decay: number }[];
  const adam = new Adam(
    variables,
    groups.map((group, i) => ({
      name: String(i),
      learningRate: group.lr,
      weightDecay: group.weight_decay,
      parameters: group.params,
    })),
    { decay, beta1: hyper["betas"][0], beta2: hyper["betas"][1], epsilon: hyper["eps"] },
  );
  let output = 0;
  for (let t = 1; t <= Number(hyper["steps"]); t++) {
    tf.tidy(() => {
      const gradients = Object.fromEntries(
        [...variables].map(([name, { shape }]) =>
          [name, tf.tensor(rowOf(inputs[`grad_${name}`]!, t - 1), shape)] as const
        ),
      );
      const [first, second] = adam.correction(t);
      adam.apply(gradients, { first: tf.scalar(first), second: tf.scalar(second) });
    });
    for (const [name, variable] of variables) {
      const expected = rowOf(outputs[`${name}_after`]!, t - 1);
      output = Math.max(output, difference(await variable.data(), expected));
    }
  }
  adam.dispose();
  for (const variable of variables.values()) variable.dispose();
  const ok = output <= LAYER_TOLERANCE.optimizer;
  return {
    name: layerCase.name,
    kind: layerCase.kind,
    ok,
    output,
    inputGrad: null,
    weightGrad: null,
  };
}

/** The rates of all epochs, each beside the recorded one. */
function checkSchedule({ name, kind, hyper, outputs }: LayerCase): LayerResult {
  const schedule = cosineSchedule(hyper["max_epochs"], 0);
  if (schedule.kind !== "planned" || hyper["type"] !== "gradual_warmup_cosine") {
    throw new TypeError(`Cannot check "${name}": schedule "${hyper["type"]}" is unknown`);
  }
  const { values } = outputs["values"]!;
  const rates = Array.from(
    values,
    (_, i) => hyper["lr"] * schedule.factorAt({ epoch: i + 1, step: 0, steps: 1 }),
  );
  const output = difference(rates, values);
  const ok = values.length > 0 && output <= LAYER_TOLERANCE.schedule;
  return { name, kind, ok, output, inputGrad: null, weightGrad: null };
}

/** The part of a recorded array [steps, …] that belongs to a step. */
function rowOf({ shape, values }: RecordedArray, step: number): Float32Array {
  const size = values.length / shape[0]!;
  return values.slice(step * size, (step + 1) * size);
}

function toTensors(arrays: RecordedArrays): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [
      name,
      INTEGER_INPUTS.has(name)
        ? tf.tensor(Int32Array.from(array.values), [...array.shape], "int32")
        : toTensor(array),
    ]),
  );
}
