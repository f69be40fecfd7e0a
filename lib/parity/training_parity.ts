/**
 * Whole trainings as recorded beside a valid split of their own: the losses of all batches, and the
 * predictions after each epoch.
 *
 * @module
 */

import { RandomStream } from "../core/random.ts";
import { MemoryColumn, MODALITIES, type Split } from "../data/mod.ts";
import { loopSettings } from "../training/config.ts";
import { sumLimitsOf } from "../training/clipping.ts";
import { Learner } from "../training/learner.ts";
import { adamOf } from "../training/optimizer.ts";
import type { StepResult, Validation } from "../training/step_inputs.ts";
import { fit, type LoopSettings } from "../training/trainer.ts";
import { copyWeights, type Weights } from "../training/weights.ts";
import type { CompilingEngine, LayerCase, LayerResult } from "./layer_cases.ts";
import { difference, type RecordedModel } from "./recorded_model.ts";

/** Allowed deviations of losses and predictions, and of generated labels. */
const TOLERANCE = { values: 1e-4, labels: 5e-4 } as const;

/** Notes what the recordings hold of a training. */
export class WatchedLearner extends Learner {
  readonly losses: number[] = [];
  /** Generated labels after each epoch, of text, audio and vision in turn. */
  readonly labels: number[] = [];
  /** After the last validation. */
  after: Weights = new Map();

  override async step(...args: Parameters<Learner["step"]>): Promise<StepResult> {
    const result = await super.step(...args);
    this.losses.push(result.loss);
    return result;
  }

  override async validate(...args: Parameters<Learner["validate"]>): Promise<Validation> {
    const result = await super.validate(...args);
    this.after = await copyWeights(this.network.weights());
    for (const labels of Object.values(this.network.unimodalLabels?.() ?? {})) {
      this.labels.push(...await labels.data());
    }
    return result;
  }
}

/** Trains as the case was trained, by the loop itself, and compares. */
export async function checkTraining(
  engine: CompilingEngine,
  layerCase: LayerCase,
  { definition, config, network }: RecordedModel,
): Promise<LayerResult> {
  const { hyper, inputs, outputs: expected } = layerCase;
  const [train, valid] = [splitOf(layerCase, "train", ""), splitOf(layerCase, "valid", "valid_")];
  const { shape: [epochs, samples], values: order } = inputs["order"]!;
  const settings: LoopSettings = {
    ...loopSettings(definition, config),
    epochs: epochs!,
    earlyStop: epochs!,
  };
  const size = Number(hyper["batch_size"]);
  const random = RandomStream.fromSeed(0);
  const adam = adamOf(network, settings);
  const learner = new WatchedLearner(engine, network, adam, random, sumLimitsOf(settings));
  const predictions: number[] = [];
  await fit(learner, train, valid, {
    settings,
    engine: engine.name,
    random,
    batchesOf: (epoch) => {
      const row = Uint32Array.from(order.subarray((epoch - 1) * samples!, epoch * samples!));
      const count = Math.ceil(samples! / size);
      return Array.from({ length: count }, (_, i) => row.slice(i * size, (i + 1) * size));
    },
    evaluate: (scores) => {
      predictions.push(...scores);
      return {};
    },
  });
  const actual: Record<string, ArrayLike<number>> = {
    losses: learner.losses,
    valid_predictions: predictions,
    labels: learner.labels,
  };
  for (const [name, variable] of network.memory) {
    const [kind, task] = name.split(".");
    if (kind === "center") actual[`centers_${task}`] = await variable.data();
  }
  learner.dispose();
  let output = 0, ok = true;
  for (const [name, { values }] of Object.entries(expected)) {
    const own = actual[name];
    const deviation = own === undefined ? Infinity : difference(own, values);
    ok &&= deviation <= (name === "labels" ? TOLERANCE.labels : TOLERANCE.values);
    output = Math.max(output, deviation);
  }
  const { name, kind } = layerCase;
  return { name, kind, ok, output, inputGrad: null, weightGrad: null };
}

/** The samples of a case whose inputs begin with `prefix`. */
function splitOf({ inputs }: LayerCase, name: "train" | "valid", prefix: string): Split {
  const of = (key: string) => inputs[prefix + key];
  const labels = of("labels")!.values, samples = labels.length;
  const named = MODALITIES.filter((modality) => of(modality) !== undefined);
  const features = Object.fromEntries(named.map((modality) => {
    const { shape: [, steps, width], values } = of(modality)!;
    const sizes = { samples, steps: steps!, width: width! };
    return [modality, new MemoryColumn(values, sizes, lengthsOf(of, modality))];
  }));
  const tokens = of("text_bert");
  return {
    name,
    samples,
    ids: Array.from({ length: samples }, (_, i) => String(i)),
    labels,
    unimodalLabels: {},
    features,
    textBert: tokens === undefined
      ? null
      : { shape: tokens.shape as [number, number, number], values: Int32Array.from(tokens.values) },
    rawText: null,
    annotations: null,
  };
}

/** True lengths as recorded; undefined where all steps are. */
function lengthsOf(
  of: (key: string) => LayerCase["inputs"][string] | undefined,
  modality: string,
): Int32Array | undefined {
  const lengths = of(`${modality}_lengths`) ?? of("lengths"), mask = of(`${modality}_mask`);
  if (lengths !== undefined) return Int32Array.from(lengths.values);
  if (mask === undefined) return undefined;
  const { shape: [samples, steps], values } = mask;
  return Int32Array.from(
    { length: samples! },
    (_, i) => values.subarray(i * steps!, (i + 1) * steps!).reduce((sum, value) => sum + value, 0),
  );
}
