/**
 * Features that are missing or disturbed, to see what a trained model makes of them.
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import type { RandomStream } from "../core/random.ts";
import type { FeatureColumn, Modality, Split, TextBert } from "../data/mod.ts";

/** Rows whose values are read at a time. */
const PART = 64;
/** What was computed before: a curve asks for the same column at every level. */
const DEVIATIONS = new WeakMap<FeatureColumn, Float64Array>();

/** What is done to a split. */
export interface Corruption {
  /**
   * Modalities that are missing: all their features are 0, lengths stay. Text that is read as tokens
   * becomes the empty sentence.
   */
  readonly drop: readonly Modality[];
  /**
   * Noise on the true steps of a modality: normal, of so many standard deviations of each feature,
   * 0 or more; 0 changes nothing.
   */
  readonly noise: Readonly<Partial<Record<Modality, number>>>;
}

/** Where noise comes from. */
export interface NoiseSource {
  /** The train split, whose standard deviations are the unit. */
  readonly train: Split | null;
  /**
   * Draws depend on it, the modality and the sample's id alone: every level, of every model, is the
   * same disturbance in another size.
   */
  readonly random: RandomStream;
}

/**
 * The split with a corruption; the original stays as it is.
 *
 * @throws {UsageError} when a modality is not in the split, an amount is negative or not finite, or
 * noise has no train split, or no features, to go by.
 */
export function corrupt(split: Split, { drop, noise }: Corruption, source: NoiseSource): Split {
  const features: Partial<Record<Modality, FeatureColumn>> = { ...split.features };
  for (const [name, amount] of Object.entries(noise)) {
    const modality = name as Modality;
    if (!(amount >= 0 && Number.isFinite(amount))) {
      throw new UsageError(
        `Cannot add noise ${amount} to ${modality}: expected a number of 0 or more`,
      );
    }
    const column = features[modality], train = source.train?.features[modality];
    if (column === undefined || train === undefined) {
      const place = column === undefined ? `split "${split.name}"` : "the train split";
      throw new UsageError(`Cannot add noise to ${modality}: ${place} has no features of it`);
    }
    if (amount === 0) continue;
    const scales = featureDeviations(train).map((deviation) => amount * deviation);
    const random = source.random.split(modality);
    features[modality] = new ChangedColumn(column, (values, index) => {
      const draws = random.fresh(split.ids[index]!);
      const end = Math.min(values.length, column.lengths[index]! * column.width);
      for (let at = 0; at < end; at++) {
        values[at] = values[at]! + scales[at % column.width]! * draws.normal();
      }
    });
  }
  for (const modality of drop) {
    const column = features[modality];
    const isThere = column !== undefined || (modality === "text" && split.textBert !== null);
    if (!isThere) {
      throw new UsageError(`Cannot drop ${modality}: split "${split.name}" has none`);
    }
    if (column !== undefined) features[modality] = new ChangedColumn(column, (row) => row.fill(0));
  }
  if (!drop.includes("text")) return { ...split, features };
  const { rawText, textBert } = split;
  return {
    ...split,
    features,
    rawText: rawText?.map(() => "") ?? null,
    textBert: textBert === null ? null : withoutWords(textBert),
  };
}

/**
 * The standard deviation of each feature over all true steps of all samples, [width].
 *
 * Two passes: features such as COVAREP's have means far from 0.
 */
export function featureDeviations(column: FeatureColumn): Float64Array {
  const known = DEVIATIONS.get(column);
  if (known !== undefined) return known;
  const { width, lengths } = column;
  const steps = lengths.reduce((sum, length) => sum + length, 0);
  const means = new Float64Array(width), squares = new Float64Array(width);
  eachStep(column, (value, j) => means[j]! += value / steps);
  eachStep(column, (value, j) => squares[j]! += (value - means[j]!) ** 2);
  const deviations = squares.map((sum) => Math.sqrt(sum / steps));
  DEVIATIONS.set(column, deviations);
  return deviations;
}

/** Calls `visit` with every value of a true step and the number of its feature. */
function eachStep(column: FeatureColumn, visit: (value: number, feature: number) => void): void {
  const { samples, steps, width, lengths } = column;
  for (let start = 0; start < samples; start += PART) {
    const indices = Array.from({ length: Math.min(PART, samples - start) }, (_, i) => start + i);
    const values = new Float32Array(indices.length * steps * width);
    column.read(indices, values);
    for (const [row, index] of indices.entries()) {
      const from = row * steps * width;
      for (let at = 0; at < lengths[index]! * width; at++) visit(values[from + at]!, at % width);
    }
  }
}

/** The first token and the last, of each sentence: what a sentence of no words has. */
function withoutWords({ shape, values }: TextBert): TextBert {
  const [samples, , tokens] = shape;
  const empty = new Int32Array(values.length);
  for (let i = 0; i < samples; i++) {
    const start = 3 * i * tokens;
    const mask = values.subarray(start + tokens, start + 2 * tokens);
    const last = Math.max(0, mask.lastIndexOf(1));
    empty[start] = values[start]!;
    empty[start + tokens] = 1;
    if (last === 0) continue;
    empty[start + 1] = values[start + last]!;
    empty[start + tokens + 1] = 1;
  }
  return { shape, values: empty };
}

/** A column each row of which is changed when it is read. */
class ChangedColumn implements FeatureColumn {
  readonly samples: number;
  readonly steps: number;
  readonly width: number;
  readonly lengths: Int32Array;
  readonly #column: FeatureColumn;
  readonly #change: (row: Float32Array, index: number) => void;

  constructor(column: FeatureColumn, change: (row: Float32Array, index: number) => void) {
    this.samples = column.samples;
    this.steps = column.steps;
    this.width = column.width;
    this.lengths = column.lengths;
    this.#column = column;
    this.#change = change;
  }

  read(indices: ArrayLike<number>, target: Float32Array, steps: number = this.steps): void {
    this.#column.read(indices, target, steps);
    const row = steps * this.width;
    for (let i = 0; i < indices.length; i++) {
      this.#change(target.subarray(i * row, (i + 1) * row), indices[i]!);
    }
  }

  readTimeMajor(indices: ArrayLike<number>, target: Float32Array, padding = false): void {
    const { steps, width } = this;
    const rows = new Float32Array(indices.length * steps * width);
    this.read(indices, rows);
    for (let i = 0; i < indices.length; i++) {
      const end = padding ? steps : this.lengths[indices[i]!]!;
      for (let t = 0, from = i * steps * width; t < end; t++) {
        for (let j = 0, to = (t * indices.length + i) * width; j < width; j++) {
          target[to++] = rows[from++]!;
        }
      }
    }
  }
}

/** For a row of a table, such as `audio 0.3, no vision`. */
export function describeCorruption({ drop, noise }: Corruption): string {
  const parts = [
    ...Object.entries(noise).map(([modality, level]) => `${modality} ${level}`),
    ...drop.map((modality) => `no ${modality}`),
  ];
  return parts.join(", ") || "as it is";
}
