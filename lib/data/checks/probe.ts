/** How much a vector a sample tells of its label: a ridge regression. @module */

/** Iterations of the conjugate gradients; the ridge makes more of them useless. */
const ITERATIONS = 60;

/**
 * Correlation of labels with what a linear map, learned on the other half of the samples, makes of
 * their vectors; 0 where it is negative.
 *
 * @param vectors [rows, width]
 * @param rows positions of the samples in `labels`
 */
export function probe(vectors: Float64Array, rows: Uint32Array, labels: Float32Array): number {
  const width = vectors.length / rows.length;
  const x = standardized(vectors, width);
  const y = Float64Array.from(rows, (row) => labels[row]!);
  const predicted = new Float64Array(rows.length);
  for (const part of [0, 1]) {
    const seen: number[] = [], unseen: number[] = [];
    for (let i = 0; i < rows.length; i++) (i % 2 === part ? seen : unseen).push(i);
    const mean = seen.reduce((sum, i) => sum + y[i]!, 0) / Math.max(1, seen.length);
    const weights = ridge(x, width, seen, Float64Array.from(seen, (i) => y[i]! - mean));
    for (const i of unseen) {
      predicted[i] = mean;
      seen.forEach((j, place) => predicted[i]! += weights[place]! * dot(x, width, i, j));
    }
  }
  return Math.max(0, correlation(predicted, y));
}

/** a of (K + λ I) a = y, with K the products of the rows and λ their mean square. */
function ridge(
  x: Float64Array,
  width: number,
  rows: readonly number[],
  y: Float64Array,
): Float64Array {
  const n = rows.length;
  const kernel = new Float64Array(n * n);
  let trace = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      kernel[i * n + j] = kernel[j * n + i] = dot(x, width, rows[i]!, rows[j]!);
    }
    trace += kernel[i * n + i]!;
  }
  const lambda = Math.max(trace / Math.max(1, n), 1e-9);
  const a = new Float64Array(n), residual = y.slice(), direction = y.slice();
  let norm = inner(residual, residual);
  for (let step = 0; step < ITERATIONS && norm > 1e-12; step++) {
    const product = Float64Array.from(direction, (value, i) => {
      let sum = lambda * value;
      for (let j = 0; j < n; j++) sum += kernel[i * n + j]! * direction[j]!;
      return sum;
    });
    const size = norm / inner(direction, product);
    for (let i = 0; i < n; i++) {
      a[i]! += size * direction[i]!;
      residual[i]! -= size * product[i]!;
    }
    const next = inner(residual, residual);
    for (let i = 0; i < n; i++) direction[i] = residual[i]! + next / norm * direction[i]!;
    norm = next;
  }
  return a;
}

function standardized(vectors: Float64Array, width: number): Float64Array {
  const rows = vectors.length / width;
  const x = vectors.slice();
  for (let j = 0; j < width; j++) {
    let mean = 0, square = 0;
    for (let i = j; i < x.length; i += width) mean += x[i]! / rows;
    for (let i = j; i < x.length; i += width) square += (x[i]! - mean) ** 2 / rows;
    const deviation = Math.sqrt(square) || 1;
    for (let i = j; i < x.length; i += width) x[i] = (x[i]! - mean) / deviation;
  }
  return x;
}

function dot(x: Float64Array, width: number, i: number, j: number): number {
  let sum = 0;
  for (let k = 0; k < width; k++) sum += x[i * width + k]! * x[j * width + k]!;
  return sum;
}

function inner(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function correlation(a: Float64Array, b: Float64Array): number {
  const centered = (values: Float64Array) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const [x, y] = [centered(a), centered(b)];
  return inner(x, y) / (Math.sqrt(inner(x, x) * inner(y, y)) || 1);
}
