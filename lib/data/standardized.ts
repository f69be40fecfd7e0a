/**
 * Features on a common scale: each column with mean 0 and deviation 1 over the true steps of train.
 *
 * @module
 */

import type { FeatureColumn, Split } from "./dataset.ts";
import type { Modality } from "./modality.ts";

/** Mean and deviation of each column, [width]. */
export interface ColumnScaling {
  /** Is subtracted. */
  readonly means: Float32Array;
  /** Divides; 1 where a column is constant. */
  readonly deviations: Float32Array;
}

/** Scalings of the modalities that are standardized. */
export type Scalings = Readonly<Partial<Record<Modality, ColumnScaling>>>;

/** Modalities that can be standardized: text comes from models that have a scale of their own. */
export const SCALED: readonly Modality[] = ["audio", "vision"];

/** Samples read at a time. */
const PART = 64;

/** Sums over the true steps of a column. */
export interface ColumnSums {
  readonly means: Float64Array;
  readonly variances: Float64Array;
  readonly least: Float64Array;
  readonly greatest: Float64Array;
}

/**
 * Moments of each column over the true steps. Steps of nothing but zeros, with which files say that
 * there is no face or voice, do not count where a step has several numbers.
 */
export function columnSums(column: FeatureColumn): ColumnSums {
  const { width } = column;
  const means = new Float64Array(width), squares = new Float64Array(width);
  const least = new Float64Array(width).fill(Infinity);
  const greatest = new Float64Array(width).fill(-Infinity);
  let count = 0;
  eachStep(column, (values, at) => {
    count++;
    for (let j = 0; j < width; j++) {
      const value = values[at + j]!;
      // Welford's sums: those of squares cancel where the mean is large.
      const before = value - means[j]!;
      means[j]! += before / count;
      squares[j]! += before * (value - means[j]!);
      if (value < least[j]!) least[j] = value;
      if (value > greatest[j]!) greatest[j] = value;
    }
  });
  return { means, variances: squares.map((sum) => sum / Math.max(1, count)), least, greatest };
}

/** The scaling that gives a column of train mean 0 and deviation 1. */
export function fitScaling(column: FeatureColumn): ColumnScaling {
  const { means, variances, least, greatest } = columnSums(column);
  const deviations = Float32Array.from(variances, (variance, j) => {
    const size = Math.max(Math.abs(least[j]!), Math.abs(greatest[j]!));
    // A spread of rounding noise alone is none.
    return greatest[j]! - least[j]! > 1e-6 * size ? Math.sqrt(variance) : 1;
  });
  return { means: Float32Array.from(means), deviations };
}

/** The scalings of the modalities of a train split that are read. */
export function fitScalings(train: Split, modalities: readonly Modality[]): Scalings {
  const scalings: Partial<Record<Modality, ColumnScaling>> = {};
  for (const modality of SCALED) {
    const column = train.features[modality];
    if (column !== undefined && modalities.includes(modality)) {
      scalings[modality] = fitScaling(column);
    }
  }
  return scalings;
}

/** The split with scaled features; the others are as they were. */
export function scaleSplit(split: Split, scalings: Scalings): Split {
  const features = { ...split.features };
  for (const [modality, scaling] of Object.entries(scalings) as [Modality, ColumnScaling][]) {
    const column = features[modality];
    if (column !== undefined) features[modality] = new ScaledColumn(column, scaling);
  }
  return { ...split, features };
}

/** A column whose true steps are scaled as they are read; padding and missing steps stay 0. */
class ScaledColumn implements FeatureColumn {
  readonly samples: number;
  readonly steps: number;
  readonly width: number;
  readonly lengths: Int32Array;
  readonly #column: FeatureColumn;
  readonly #scaling: ColumnScaling;

  constructor(column: FeatureColumn, scaling: ColumnScaling) {
    this.samples = column.samples;
    this.steps = column.steps;
    this.width = column.width;
    this.lengths = column.lengths;
    this.#column = column;
    this.#scaling = scaling;
  }

  read(indices: ArrayLike<number>, target: Float32Array, steps: number = this.steps): void {
    this.#column.read(indices, target, steps);
    for (let i = 0; i < indices.length; i++) {
      const row = target.subarray(i * steps * this.width, (i + 1) * steps * this.width);
      const length = Math.min(steps, this.lengths[indices[i]!]!);
      if (this.width === 1 && row.every((value) => value === 0)) continue;
      for (let step = 0; step < length; step++) this.#scale(row, step * this.width);
      row.fill(0, length * this.width);
    }
  }

  readTimeMajor(indices: ArrayLike<number>, target: Float32Array, padding = false): void {
    this.#column.readTimeMajor(indices, target);
    for (let i = 0; i < indices.length; i++) {
      const length = this.lengths[indices[i]!]!;
      const placeOf = (step: number) => (step * indices.length + i) * this.width;
      for (let step = length; padding && step < this.steps; step++) {
        target.fill(0, placeOf(step), placeOf(step) + this.width);
      }
      if (this.width === 1) {
        let isEmpty = true;
        for (let step = 0; step < length; step++) isEmpty &&= target[placeOf(step)] === 0;
        if (isEmpty) continue;
      }
      for (let step = 0; step < length; step++) this.#scale(target, placeOf(step));
    }
  }

  #scale(values: Float32Array, at: number): void {
    const { means, deviations } = this.#scaling;
    if (this.width > 1 && isEmpty(values, at, this.width)) return;
    for (let j = 0; j < this.width; j++) {
      values[at + j] = (values[at + j]! - means[j]!) / deviations[j]!;
    }
  }
}

function isEmpty(values: Float32Array, at: number, width: number): boolean {
  for (let j = 0; j < width; j++) {
    if (values[at + j] !== 0) return false;
  }
  return true;
}

function eachStep(
  column: FeatureColumn,
  onStep: (values: Float32Array, at: number) => void,
): void {
  const { steps, width } = column;
  for (let start = 0; start < column.samples; start += PART) {
    const count = Math.min(PART, column.samples - start);
    const indices = Uint32Array.from({ length: count }, (_, i) => start + i);
    const values = new Float32Array(count * steps * width);
    column.read(indices, values);
    for (let i = 0; i < count; i++) {
      for (let step = 0; step < column.lengths[start + i]!; step++) {
        const at = (i * steps + step) * width;
        if (width === 1 || !isEmpty(values, at, width)) onStep(values, at);
      }
    }
  }
}
