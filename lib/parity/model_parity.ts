/**
 * Compares networks with recorded cases: their outputs and gradients, and whole trainings.
 *
 * @module
 */

import { RandomStream } from "../core/random.ts";
import { MemoryColumn, MODALITIES, type Split } from "../data/mod.ts";
import { type NamedTensors, tf } from "../engine/mod.ts";
import { loopSettings } from "../training/config.ts";
import { sumLimitsOf } from "../training/clipping.ts";
import { adamOf } from "../training/optimizer.ts";
import { fit, type LoopSettings } from "../training/trainer.ts";
import type { CompilingEngine, LayerCase, LayerResult, RecordedArrays } from "./layer_cases.ts";
import { checkTraining, WatchedLearner } from "./training_parity.ts";
import {
  difference,
  findRecorded,
  inputsAsRead,
  LABELS_OF,
  largest,
  makeRecorded,
  type RecordedModel,
  targetOf,
  toTensor,
} from "./recorded_model.ts";

/** Allowed deviations: of outputs; of gradients per max(1, largest entry); of a training's values. */
const TOLERANCE = { output: 1e-5, gradient: 1e-5, steps: 2e-5 } as const;
/** Of the criterion on valid: one unit of its last decimal. */
const ROUNDED = 1.001e-4;
/** Ending of what recordings hold after a step or an epoch. */
const AFTER = "_after";

/** Runs one case of a network, or a whole training, on `engine`. */
export async function checkModel(
  engine: CompilingEngine,
  layerCase: LayerCase,
): Promise<LayerResult> {
  const { definition, form } = findRecorded(layerCase.kind)!;
  const check = { forward: checkForward, steps: checkSteps, training: checkTraining }[form];
  const model = makeRecorded(definition, layerCase);
  try {
    return await check(engine, layerCase, model);
  } finally {
    model.network.dispose();
  }
}

async function checkForward(
  engine: CompilingEngine,
  layerCase: LayerCase,
  { definition, network, variables }: RecordedModel,
): Promise<LayerResult> {
  const { hyper, inputGrads, weightGrads, outputs: expected } = layerCase;
  const recorded = definition.recorded!;
  const raw = Object.fromEntries(
    Object.entries(layerCase.inputs).map(([name, array]) => [name, toTensor(array)]),
  );
  const inputNames = Object.keys(raw).filter((name) => inputGrads[name] !== undefined);
  // Those of running statistics, which are no weights, may have a gradient that nobody recorded.
  const parameters = new Set<tf.Variable>([...network.parameters].map(([, variable]) => variable));
  const learned = [...variables].flatMap(([name, one]) => parameters.has(one) ? [name] : []);
  const learns = Object.keys(inputGrads).length + Object.keys(weightGrads).length > 0;
  const stream = RandomStream.fromSeed(0);
  const step = engine.compile((raw: NamedTensors): NamedTensors => {
    const made: Record<string, tf.Tensor> = {};
    const loss = (...given: tf.Tensor[]) => {
      const own = { ...raw, ...Object.fromEntries(inputNames.map((name, i) => [name, given[i]!])) };
      const counter = tf.tensor1d(Int32Array.of(0, 0, 1, 1), "int32");
      const inputs = inputsAsRead(network, own);
      // Before training changes running statistics.
      const scored = recorded.evaluated === undefined
        ? {}
        : { [recorded.evaluated]: network.apply(inputs, null).prediction };
      const outputs = network.apply(inputs, isTraining(hyper) ? { stream, counter } : null);
      const { total, parts } = network.loss(outputs, targetOf(own, recorded.epoch));
      const named = { ...recorded.outputs(outputs, inputs, parts), ...scored, loss: total };
      for (const [name, tensor] of Object.entries(named)) {
        made[`output/${name}`] = tf.keep(tf.clone(tensor));
      }
      return total;
    };
    if (!learns) {
      loss(...inputNames.map((name) => raw[name]!));
      return made;
    }
    // Not variableGrads: it leaves out what a training holds fixed, whose gradient is recorded too.
    const weights = [...variables];
    const wanted = [...inputNames.map((name) => raw[name]!), ...weights.map(([, w]) => w)];
    const { grads } = tf.engine().gradients(
      () => loss(...inputNames.map((name) => raw[name]!)),
      wanted,
      undefined,
      true,
    );
    grads.forEach((gradient, i) => {
      const name = inputNames[i] ?? weights[i - inputNames.length]![0];
      const key = i < inputNames.length ? `input/${name}` : `weight/${name}`;
      if (gradient !== null && gradient !== undefined) made[key] = gradient;
    });
    return made;
  }, { state: { ...Object.fromEntries(variables), ...Object.fromEntries(network.memory) } });
  const made = step(raw);
  const part = (prefix: string) =>
    Object.fromEntries(
      Object.entries(made).filter(([name]) => name.startsWith(prefix))
        .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
    );
  const after = Object.fromEntries(
    [...variables].flatMap(([name, variable]) => [
      [name + AFTER, variable],
      // Of a single layer some recordings have the last word only.
      ...(parameters.has(variable) ? [] : [[name.split(".").at(-1) + AFTER, variable]]),
    ]),
  );
  const output = await largest({ ...part("output/"), ...after }, expected, false);
  const inputGrad = await largest(part("input/"), inputGrads, true);
  const weightGrad = await worstWeight(part("weight/"), weightGrads, learned, learns);
  const known = new Set([
    ...Object.keys(part("output/")),
    ...Object.keys(after),
    ...recorded.inner ?? [],
  ]);
  const isComplete = Object.keys(expected).every((name) => known.has(name)) &&
    Object.keys(inputGrads).length === inputNames.length;
  step.dispose();
  tf.dispose([made, raw] as unknown as tf.TensorContainer);
  const within = (deviation: number | null, tolerance: number) =>
    deviation === null || deviation <= tolerance;
  const ok = isComplete && output !== null && within(output, TOLERANCE.output) &&
    within(inputGrad, TOLERANCE.gradient) && within(weightGrad, TOLERANCE.gradient);
  return { name: layerCase.name, kind: layerCase.kind, ok, output, inputGrad, weightGrad };
}

/** Whether a case was recorded as in training. */
function isTraining(hyper: LayerCase["hyper"]): boolean {
  const norm = hyper["batch_norm"]?.mode_of_the_recorded_forward;
  return hyper["mode"] === "train" || norm === "train";
}

/** As of all tensors; a recorded gradient that we lack counts, and so does one that is not recorded. */
async function worstWeight(
  actual: Readonly<Record<string, tf.Tensor>>,
  expected: RecordedArrays,
  learned: readonly string[],
  learns: boolean,
): Promise<number | null> {
  if (!learns) return null;
  let worst = await largest(actual, expected, true) ?? 0;
  for (const [name, { values }] of Object.entries(expected)) {
    if (actual[name] === undefined && values.some((value) => value !== 0)) worst = Infinity;
  }
  for (const [name, tensor] of Object.entries(actual)) {
    if (expected[name] !== undefined || !learned.includes(name)) continue;
    for (const value of await tensor.data()) worst = Math.max(worst, Math.abs(value));
  }
  return worst;
}

async function checkSteps(
  engine: CompilingEngine,
  layerCase: LayerCase,
  { definition, config, network, variables }: RecordedModel,
): Promise<LayerResult> {
  const { hyper, outputs: expected } = layerCase;
  const order = hyper["order"] as number[][][];
  const split = splitOf(layerCase);
  const settings: LoopSettings = {
    ...loopSettings(definition, config),
    epochs: order.length,
    earlyStop: order.length,
  };
  const random = RandomStream.fromSeed(0);
  const adam = adamOf(network, settings);
  const learner = new WatchedLearner(engine, network, adam, random, sumLimitsOf(settings));
  const validM: number[] = [];
  const { history } = await fit(learner, split, split, {
    settings,
    engine: engine.name,
    random,
    batchesOf: (epoch) => order[epoch - 1]!.map((batch) => Uint32Array.from(batch)),
    evaluate: (predictions) => {
      validM.push(...predictions);
      return {};
    },
  });
  learner.dispose();
  const actual: Record<string, ArrayLike<number>> = {
    losses: learner.losses,
    valid_loss: history.map(({ validLoss }) => validLoss!),
    valid_M: validM,
    lr: history.map(({ learningRates }) => Object.values(learningRates)[0]!),
  };
  const ours = new Map([...network.weights()].map(([name, variable]) => [variable, name]));
  for (const [name, variable] of variables) {
    actual[name + AFTER] = learner.after.get(ours.get(variable)!)!.values;
  }
  let output = 0, ok = true;
  const isExempt = (hyper["exempt_after"] as string[] ?? []).length > 0;
  for (const [name, { values }] of Object.entries(expected)) {
    const own = actual[name];
    let deviation = own === undefined ? Infinity : difference(own, values);
    if (isExempt && own !== undefined && name.endsWith(`in_proj_bias${AFTER}`)) {
      deviation = difference(withoutKeys(own), withoutKeys(values));
    }
    ok &&= deviation <= (name === "valid_loss" ? ROUNDED : TOLERANCE.steps);
    if (name !== "valid_loss") output = Math.max(output, deviation);
  }
  const { name, kind } = layerCase;
  return { name, kind, ok, output, inputGrad: null, weightGrad: null };
}

/** Without the third of a packed bias that keys get: its true gradient is 0. */
function withoutKeys(values: ArrayLike<number>): number[] {
  const third = values.length / 3;
  return Array.from(values).filter((_, i) => i < third || i >= 2 * third);
}

/** All samples of a case, for training and validation. */
function splitOf({ inputs }: LayerCase): Split {
  const samples = inputs["labels"]!.values.length;
  const named = MODALITIES.filter((modality) => inputs[modality] !== undefined);
  const features = Object.fromEntries(named.map((modality) => {
    const { shape: [, steps, width], values } = inputs[modality]!;
    return [modality, new MemoryColumn(values, { samples, steps: steps!, width: width! })];
  }));
  const labelled = MODALITIES.filter((modality) => inputs[LABELS_OF[modality]] !== undefined);
  return {
    name: "train",
    samples,
    ids: Array.from({ length: samples }, (_, i) => String(i)),
    labels: inputs["labels"]!.values,
    unimodalLabels: Object.fromEntries(
      labelled.map((modality) => [modality, inputs[LABELS_OF[modality]]!.values]),
    ),
    features,
    textBert: null,
    rawText: null,
    annotations: null,
  };
}
