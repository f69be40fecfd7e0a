/** Data and networks so small that they train in milliseconds. */

import type * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "../../lib/core/random.ts";
import {
  type Dataset,
  makeSynthetic,
  MemoryColumn,
  type Modality,
  type Split,
  type SplitName,
  type SyntheticOptions,
} from "../../lib/data/mod.ts";
import {
  type Config,
  featureWidths,
  findModel,
  type Network,
  type Setting,
} from "../../lib/models/mod.ts";
import { resolveConfig } from "../../lib/training/config.ts";

/** Settings of a small Self-MM. 21 samples then make a group of two batches, and one without. */
export const SMALL: Readonly<Record<string, Setting>> = {
  batchSize: 7,
  updateEpochs: 2,
  epochs: 4,
  learningRateAudio: 1e-2,
  learningRateVision: 1e-2,
  learningRateOther: 1e-2,
  audioLstmHiddenSize: 4,
  visionLstmHiddenSize: 5,
  audioOut: 3,
  visionOut: 4,
  postFusionDim: 8,
  postTextDim: 6,
  postAudioDim: 4,
  postVisionDim: 5,
  postFusionDropout: 0.1,
};

/** Synthetic data of few short sequences: by default 21 train, 5 valid and 11 test samples. */
export function smallData(options: Partial<SyntheticOptions> = {}): Dataset {
  const dataset = makeSynthetic({
    n: 21,
    seed: 3,
    text: 6,
    audio: 3,
    vision: 4,
    textSteps: 2,
    audioSteps: 5,
    visionSteps: 4,
    noise: 0.2,
    ...options,
  });
  return withSplits(dataset, { train: withWords, valid: withWords, test: withWords });
}

/** Buckets into which a feature's value falls, for a word of its own. */
const BUCKETS = 5;

/** A split with words that its label follows from: one for each feature of the mean text. */
function withWords(split: Split): Split {
  const { text } = split.features;
  if (text === undefined) return split;
  const { samples, steps, width, lengths } = text;
  const tokens = width + 4;
  const values = new Int32Array(samples * 3 * tokens);
  const row = new Float32Array(steps * width);
  for (let i = 0; i < samples; i++) {
    text.read([i], row);
    const ids = values.subarray(3 * i * tokens, (3 * i + 1) * tokens);
    ids[0] = 1;
    for (let j = 0; j < width; j++) {
      let mean = 0;
      for (let t = 0; t < lengths[i]!; t++) mean += row[t * width + j]! / lengths[i]!;
      const bucket = Math.floor((Math.tanh(mean) + 1) / 2 * BUCKETS);
      ids[j + 1] = 3 + BUCKETS * j + Math.min(BUCKETS - 1, bucket);
    }
    ids[width + 1] = 2;
    values.fill(1, (3 * i + 1) * tokens, (3 * i + 1) * tokens + width + 2);
  }
  return { ...split, textBert: { shape: [samples, 3, tokens], values } };
}

/** All settings of a small Self-MM. */
export function smallConfig(settings: Readonly<Record<string, Setting>> = {}): Config {
  return resolveConfig(findModel("self-mm"), "mosi", { ...SMALL, ...settings });
}

/** A small Self-MM for a dataset. */
export function makeNetwork(
  dataset: Dataset,
  settings: Readonly<Record<string, Setting>> = {},
  { seed = 1111, modalities = dataset.modalities }: {
    seed?: number;
    modalities?: readonly Modality[];
  } = {},
): Network {
  const model = findModel("self-mm");
  if (model.kind !== "network") throw new TypeError("self-mm is a network");
  return model.create({
    settings: smallConfig(settings),
    protocol: "mosi",
    modalities,
    widths: featureWidths(dataset, modalities),
    trainLabels: dataset.splits.train!.labels!,
    random: RandomStream.fromSeed(seed).split("weights"),
  });
}

/** The dataset with some splits changed; an undefined one is left out. */
export function withSplits(
  dataset: Dataset,
  changes: Partial<Record<SplitName, ((split: Split) => Split) | undefined>>,
): Dataset {
  const splits: Partial<Record<SplitName, Split>> = { ...dataset.splits };
  for (const [name, change] of Object.entries(changes) as [SplitName, typeof changes.train][]) {
    if (change === undefined) delete splits[name];
    else splits[name] = change(dataset.splits[name]!);
  }
  return { ...dataset, splits };
}

/** The split with other labels. */
export function relabelled(split: Split, label: (old: number, index: number) => number): Split {
  return { ...split, labels: split.labels!.map(label) };
}

/** The first `count` samples of a split. */
export function firstSamples(split: Split, count: number): Split {
  const indices = Array.from({ length: count }, (_, i) => i);
  const features = Object.fromEntries(
    Object.entries(split.features).map(([modality, column]) => {
      const values = new Float32Array(count * column.steps * column.width);
      column.read(indices, values);
      const { steps, width, lengths } = column;
      const kept = lengths.slice(0, count);
      return [modality, new MemoryColumn(values, { samples: count, steps, width }, kept)];
    }),
  );
  return {
    ...split,
    samples: count,
    ids: split.ids.slice(0, count),
    labels: split.labels!.slice(0, count),
    features,
  };
}

/** The values of variables, off the engine. */
export async function valuesOf(
  variables: Iterable<readonly [string, tf.Tensor]>,
): Promise<Record<string, Float32Array>> {
  const values: Record<string, Float32Array> = {};
  for (const [name, tensor] of variables) values[name] = Float32Array.from(await tensor.data());
  return values;
}
