/** One vector a sample: the features of support vector machines (equation 40). @module */

import { type FeatureColumn, MODALITIES, type Modality, type Split } from "../../data/mod.ts";
import { DataError } from "../../core/errors.ts";
import { type Matrix, zeros } from "./matrix.ts";

/** Sequences are read in parts of so many samples. */
const PART = 64;

/** What of a sequence is one vector. */
export type Pooling = "first" | "mean" | "last";

/**
 * x = [text; mean audio; mean vision] of every sample, of the modalities in use; means are over the
 * true steps (our reading of "time-averaged").
 *
 * @param textPooling what of the text is read: step 0 of BERT's features
 * @throws {DataError} when the split lacks a modality.
 */
export function pooledFeatures(
  split: Split,
  modalities: readonly Modality[],
  textPooling: Pooling = "first",
): Matrix {
  const used = MODALITIES.filter((modality) => modalities.includes(modality));
  const columns = used.map((modality) => {
    const column = split.features[modality];
    if (column !== undefined) return column;
    throw new DataError(
      `Cannot read split "${split.name}": it has no ${modality}, which the model needs`,
    );
  });
  const width = columns.reduce((sum, column) => sum + column.width, 0);
  const pooled = zeros(split.ids.length, width);
  let offset = 0;
  for (const [i, column] of columns.entries()) {
    pool(column, used[i] === "text" ? textPooling : "mean", pooled, offset);
    offset += column.width;
  }
  return pooled;
}

/** Writes the first or last true step, or the mean of all, into columns of `pooled`, from `offset` on. */
function pool(column: FeatureColumn, pooling: Pooling, pooled: Matrix, offset: number): void {
  const { width } = column;
  const steps = pooling === "first" ? 1 : column.steps;
  for (let start = 0; start < pooled.rows; start += PART) {
    const count = Math.min(PART, pooled.rows - start);
    const indices = Uint32Array.from({ length: count }, (_, i) => start + i);
    const values = new Float32Array(count * steps * width);
    column.read(indices, values, steps);
    for (let i = 0; i < count; i++) {
      const length = Math.min(steps, column.lengths[start + i]!);
      const first = pooling === "last" ? length - 1 : 0;
      const to = (start + i) * pooled.columns + offset;
      for (let t = first; t < length; t++) {
        const from = (i * steps + t) * width;
        for (let j = 0; j < width; j++) {
          pooled.values[to + j]! += values[from + j]! / (length - first);
        }
      }
    }
  }
}

/** Mean and standard deviation of each column. */
export interface Scaling {
  readonly means: Float32Array;
  /** 1 where a column is constant. */
  readonly deviations: Float32Array;
}

/**
 * The scaling after which each column of `x` has mean 0 and variance 1 (or 0, if constant).
 *
 * @param together so many first columns are scaled by one number: distances of word vectors have a
 * meaning, which scales of their own would take from them
 */
export function fitScaling({ rows, columns, values }: Matrix, together = 0): Scaling {
  const means = new Float32Array(columns), deviations = new Float32Array(columns);
  const varying: number[] = [];
  for (let j = 0; j < columns; j++) {
    let sum = 0, squares = 0, low = Infinity, high = -Infinity;
    for (let i = 0; i < rows; i++) {
      const value = values[i * columns + j]!;
      sum += value;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    const mean = sum / rows;
    for (let i = 0; i < rows; i++) squares += (values[i * columns + j]! - mean) ** 2;
    means[j] = mean;
    // A spread of rounding noise alone is none.
    const isConstant = high - low <= 1e-6 * Math.max(Math.abs(high), Math.abs(low));
    deviations[j] = isConstant ? 1 : Math.sqrt(squares / rows);
    if (deviations[j] === 0) deviations[j] = 1;
    else if (j < together && !isConstant) varying.push(j);
  }
  const variance = varying.reduce((sum, j) => sum + deviations[j]! ** 2 / varying.length, 0);
  for (const j of varying) deviations[j] = Math.sqrt(variance);
  return { means, deviations };
}

/** Scales the columns of `x`, in place, and returns it. */
export function applyScaling(x: Matrix, { means, deviations }: Scaling): Matrix {
  const { values, columns } = x;
  for (let at = 0, j = 0; at < values.length; at++, j = j + 1 === columns ? 0 : j + 1) {
    values[at] = (values[at]! - means[j]!) / deviations[j]!;
  }
  return x;
}
