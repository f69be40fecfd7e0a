/**
 * Walks through arrays as tensors of other shapes see them: broadcast, sliced, transposed, reduced.
 * Each is a step for each axis, 0 where an axis is broadcast or summed away.
 *
 * @module
 */

/** Nested loops over two arrays: their lengths, and how far each array moves in each. */
export interface Loops {
  readonly sizes: readonly number[];
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/** Number of entries of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Steps of an array that holds `shape` row by row. */
export function rowSteps(shape: readonly number[]): number[] {
  const steps = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    steps[axis] = step;
    step *= shape[axis]!;
  }
  return steps;
}

/** Steps of an array of shape `from` that is broadcast to `to`; null where it cannot be. */
export function broadcastSteps(from: readonly number[], to: readonly number[]): number[] | null {
  const missing = to.length - from.length;
  if (missing < 0 || from.some((n, i) => n !== 1 && n !== to[missing + i])) return null;
  const steps = rowSteps(from);
  return to.map((_, i) => i < missing || from[i - missing] === 1 ? 0 : steps[i - missing]!);
}

/**
 * The fewest loops over `shape`: axes of size 1 go, and those that both arrays pass as one are one.
 * There is at least one loop.
 */
export function mergeAxes(
  shape: readonly number[],
  aSteps: readonly number[],
  bSteps: readonly number[],
): Loops {
  const sizes: number[] = [], a: number[] = [], b: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const n = shape[axis]!;
    if (n === 1) continue;
    const size = sizes[0] ?? 0;
    if (size > 0 && aSteps[axis] === a[0]! * size && bSteps[axis] === b[0]! * size) {
      sizes[0] = size * n;
    } else {
      sizes.unshift(n);
      a.unshift(aSteps[axis]!);
      b.unshift(bSteps[axis]!);
    }
  }
  return sizes.length > 0 ? { sizes, a, b } : { sizes: [1], a: [0], b: [0] };
}

/**
 * Calls `visit` for each turn of all loops but the innermost, from one number on up to another, with
 * where the arrays then stand.
 */
export function forEachRow(
  { sizes, a, b }: Loops,
  visit: (row: number, aAt: number, bAt: number) => void,
  from = 0,
  to = sizeOf(sizes.slice(0, -1)),
): void {
  const outer = sizes.slice(0, -1);
  const index = new Int32Array(outer.length);
  let aAt = 0, bAt = 0;
  for (let axis = outer.length - 1, rest = from; axis >= 0; axis--) {
    const turn = index[axis] = rest % outer[axis]!;
    rest = (rest - turn) / outer[axis]!;
    aAt += turn * a[axis]!;
    bAt += turn * b[axis]!;
  }
  for (let row = from; row < to; row++) {
    visit(row, aAt, bAt);
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      aAt += a[axis]!;
      bAt += b[axis]!;
      if (++index[axis]! < outer[axis]!) break;
      index[axis] = 0;
      aAt -= a[axis]! * outer[axis]!;
      bAt -= b[axis]! * outer[axis]!;
    }
  }
}
