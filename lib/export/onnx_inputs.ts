/**
 * What the exported network is given: features as they are in data, and true lengths; of text that
 * a BERT reads the tokens, under the names that tokenizers give them.
 *
 * @module
 */

import type { RandomStream } from "../core/random.ts";
import { MemoryColumn, MODALITIES, type Modality, type Split } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";

/** An input of the file. */
export interface OnnxInput {
  /** In the file. */
  readonly name: string;
  /** `int64` is whole numbers. */
  readonly type: "float32" | "int64";
  /** Sizes after the batch. */
  readonly shape: readonly number[];
  /** What it is, in a sentence. */
  readonly help: string;
}

/** Of text that is read as tokens. */
export const TOKENS = ["input_ids", "attention_mask", "token_type_ids"] as const;

/** The sizes of what a network reads. */
export interface InputSizes {
  /** Of each modality that is read as features. */
  readonly widths: Readonly<Partial<Record<Modality, number>>>;
  /** Of each modality, padding included; tokens of text that is read as such. */
  readonly steps: Readonly<Partial<Record<Modality, number>>>;
  /** Words of the text encoder; null where text is read as features. */
  readonly vocabulary: number | null;
}

/** All inputs that a network of these sizes may read. */
export function inputsOf({ widths, steps, vocabulary }: InputSizes): OnnxInput[] {
  const help = {
    input_ids: "ids of the tokens, those that the sentence does not have padding",
    attention_mask: "1 for a token, 0 for padding",
    token_type_ids: "0 for each token of one sentence",
  };
  const tokens = TOKENS.map((name): OnnxInput => (
    { name, type: "int64", shape: [steps.text!], help: help[name] }
  ));
  return MODALITIES.flatMap((modality): OnnxInput[] => {
    const [width, count] = [widths[modality], steps[modality]];
    if (modality === "text" && vocabulary !== null) return tokens;
    if (width === undefined || count === undefined) return [];
    return [
      {
        name: modality,
        type: "float32",
        shape: [count, width],
        help: "features as in the data, not scaled; what is missing or padding is 0",
      },
      {
        name: `${modality}_lengths`,
        type: "int64",
        shape: [],
        help: `true number of steps of each sample, 1 to ${count}`,
      },
    ];
  });
}

/** Values of inputs by their names, for a number of samples. */
export type InputValues = Readonly<Record<string, Float32Array | Int32Array>>;

/** Made-up inputs of `batch` samples: sequences of all lengths, with zeros beyond. */
export function makeInputs(sizes: InputSizes, batch: number, random: RandomStream): InputValues {
  const values: Record<string, Float32Array | Int32Array> = {};
  for (const modality of MODALITIES) {
    const count = sizes.steps[modality];
    if (count === undefined) continue;
    const draws = random.split(modality);
    const lengths = Int32Array.from({ length: batch }, () => 1 + draws.integer(count));
    if (modality === "text" && sizes.vocabulary !== null) {
      Object.assign(values, makeTokens(lengths, count, sizes.vocabulary, draws));
      continue;
    }
    const width = sizes.widths[modality]!;
    const features = draws.uniformArray(batch * count * width, -1, 1);
    lengths.forEach((length, i) => {
      features.fill(0, (i * count + length) * width, (i + 1) * count * width);
    });
    values[modality] = features;
    values[`${modality}_lengths`] = lengths;
  }
  return values;
}

function makeTokens(
  lengths: Int32Array,
  count: number,
  vocabulary: number,
  draws: RandomStream,
): InputValues {
  const size = lengths.length * count;
  const [ids, mask, segments] = [0, 0, 0].map(() => new Int32Array(size));
  lengths.forEach((length, i) => {
    for (let t = 0; t < length; t++) {
      ids![i * count + t] = draws.integer(vocabulary);
      mask![i * count + t] = 1;
    }
  });
  return { input_ids: ids!, attention_mask: mask!, token_type_ids: segments! };
}

/** Inputs as tensors: float32 and int32, [batch, …]. */
export function toTensors(
  inputs: readonly OnnxInput[],
  values: InputValues,
  batch: number,
): Record<string, tf.Tensor> {
  return Object.fromEntries(inputs.map(({ name, type, shape }) => {
    const dtype = type === "int64" ? "int32" : "float32";
    return [name, tf.tensor(values[name]!, [batch, ...shape], dtype)];
  }));
}

/** Inputs as a split of data: what the network is held against. */
export function toSplit(sizes: InputSizes, values: InputValues, samples: number): Split {
  const features: Partial<Record<Modality, MemoryColumn>> = {};
  for (const modality of MODALITIES) {
    const column = values[modality] as Float32Array | undefined;
    if (column === undefined) continue;
    const [steps, width] = [sizes.steps[modality]!, sizes.widths[modality]!];
    const lengths = values[`${modality}_lengths`] as Int32Array;
    features[modality] = new MemoryColumn(column, { samples, steps, width }, lengths);
  }
  const count = sizes.steps.text!;
  const tokens = new Int32Array(sizes.vocabulary === null ? 0 : samples * 3 * count);
  for (let i = 0; i < samples && tokens.length > 0; i++) {
    TOKENS.forEach((name, part) => {
      const row = values[name]!.subarray(i * count, (i + 1) * count);
      tokens.set(row, (3 * i + part) * count);
    });
  }
  return {
    name: "test",
    samples,
    ids: Array.from({ length: samples }, (_, i) => `${i}`),
    labels: null,
    unimodalLabels: {},
    features,
    rawText: null,
    textBert: tokens.length === 0 ? null : { shape: [samples, 3, count], values: tokens },
    annotations: null,
  };
}
