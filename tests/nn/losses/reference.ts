/** The contrastive losses once more, as plain loops in float64, and numeric gradients. */

import { RandomStream } from "../../../lib/core/random.ts";

/** Rows of numbers. */
export type Rows = number[][];

/** Loss weights of pairs, [anchors][others]. */
export type Weights = (similarity: Rows, positives: number[][]) => Rows;

function unweighted(similarity: Rows): Rows {
  return similarity.map((row) => row.map(() => 1));
}

/** Equation 34 with γ = 1. */
export function distanceWeights(mean: "anchor" | "batch"): Weights {
  return (similarity, positives) => {
    const distances = positives.map((row, i) => row.map((p) => 1 - similarity[i]![p]!));
    const all = average(distances.flat());
    return similarity.map((row, i) => {
      const scale = mean === "batch" ? all : average(distances[i]!);
      return row.map((sigma) => Math.min(5, Math.max(0, (1 - sigma + 1e-8) / (scale + 1e-8))));
    });
  };
}

function average(values: number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function products(z: Rows): Rows {
  return z.map((a) => z.map((b) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)));
}

/** Equation 32, with the weights of `frozen`, so that differences do not move them. */
export function contrast(
  z: Rows,
  categories: number[],
  options: { tau: number; weights?: Weights; frozen?: Rows; negativesOnly?: boolean },
): number {
  const similarity = products(z);
  const all = z.map((_, i) => i);
  const positives = all.map((i) => all.filter((p) => p !== i && categories[p] === categories[i]));
  const weights = (options.weights ?? unweighted)(products(options.frozen ?? z), positives);
  const anchors: number[] = [];
  for (const i of all) {
    const negatives = all.filter((a) => categories[a] !== categories[i]);
    if (positives[i]!.length === 0 || negatives.length === 0) continue;
    const others = options.negativesOnly ? negatives : all.filter((a) => a !== i);
    const sum = others.reduce((sum, a) => sum + Math.exp(similarity[i]![a]! / options.tau), 0);
    anchors.push(
      average(
        positives[i]!.map((p) =>
          weights[i]![p]! * (Math.log(sum) - similarity[i]![p]! / options.tau)
        ),
      ),
    );
  }
  return average(anchors);
}

/** Equation 33; `z` has one list of rows a modality. */
export function contrastModalities(
  z: Rows[],
  options: {
    tau: number;
    weights?: Weights;
    frozen?: Rows[];
    allNeg?: boolean;
    coupled?: boolean;
    categories?: number[];
  },
): number {
  const samples = z[0]!.length, similarity = products(z.flat());
  const all = similarity.map((_, i) => i);
  const sample = (i: number) => i % samples, modality = (i: number) => Math.floor(i / samples);
  const isNegative = (i: number, n: number) =>
    sample(n) !== sample(i) && (options.allNeg || modality(n) !== modality(i)) &&
    (options.categories === undefined ||
      options.categories[sample(n)] !== options.categories[sample(i)]);
  const positives = all.map((i) => {
    if (!all.some((n) => isNegative(i, n))) return [];
    return all.filter((p) => sample(p) === sample(i) && p !== i);
  });
  const weights = (options.weights ?? unweighted)(
    products((options.frozen ?? z).flat()),
    positives,
  );
  const pairs: number[] = [];
  for (const i of all) {
    for (const p of positives[i]!) {
      const others = all.filter((n) => isNegative(i, n) || (options.coupled && n === p));
      const sum = others.reduce((sum, n) => sum + Math.exp(similarity[i]![n]! / options.tau), 0);
      pairs.push(weights[i]![p]! * (Math.log(sum) - similarity[i]![p]! / options.tau));
    }
  }
  return average(pairs);
}

/** Central differences of `loss` at `rows`. */
export function differences(loss: (rows: Rows) => number, rows: Rows, step = 1e-5): Rows {
  return rows.map((row, i) =>
    row.map((_, j) => {
      const moved = (by: number) =>
        rows.map((other, k) => other.map((x, l) => i === k && j === l ? x + by : x));
      return (loss(moved(step)) - loss(moved(-step))) / (2 * step);
    })
  );
}

/** Random rows of length 1. */
export function unitRows(seed: number, count: number, width: number): Rows {
  const random = RandomStream.fromSeed(seed);
  return Array.from({ length: count }, () => {
    const row = [...random.normalArray(width)];
    const length = Math.hypot(...row);
    return row.map((value) => value / length);
  });
}
