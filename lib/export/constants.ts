/** Constants of a program, whatever the batch. @module */

import { UsageError } from "../core/errors.ts";
import type { OnnxGraph } from "./onnx_graph.ts";
import { DATA_TYPES, type OnnxType } from "./onnx_types.ts";
import type { ConstantOrigin, Value } from "./program.ts";
import { BATCHES, isFixed, isSameSize, type Size, sizeOf } from "./size.ts";

/**
 * A constant of the program as a value of the graph: the same for every batch, the same for every
 * sample, or numbers in a row.
 *
 * @throws {UsageError} it is something else
 */
export function addConstant(
  graph: OnnxGraph,
  { constants }: ConstantOrigin,
  { shape, dtype }: Value,
): string {
  const type = dtype as OnnxType;
  const first: ArrayLike<number> = constants[0]!;
  if (shape.every(isFixed)) {
    if (constants.every((other) => isSame(first, other))) {
      return graph.constant(type, first, shape.map(({ fixed }) => fixed));
    }
    const number = asSize(constants, shape);
    if (number !== null) {
      const value = graph.node("Cast", [graph.sizes([number])], { to: DATA_TYPES[type] });
      return graph.reshape(value, shape);
    }
    throw new UsageError(
      `Cannot export the network: a constant of shape [${shape.map(({ fixed }) => fixed)}] has ` +
        "other values in another batch, expected it to follow from the inputs",
    );
  }
  return expanded(graph, type, constants, shape) ?? inARow(graph, type, constants, shape) ??
    refuse(shape);
}

/** A single number that is a size: that of the batch, or one that follows from it. */
function asSize(
  constants: readonly ArrayLike<number>[],
  shape: readonly Size[],
): Size | null {
  if (shape.some(({ fixed }) => fixed !== 1)) return null;
  const values = constants.map((values) => values[0]!);
  return values.every(Number.isInteger) ? sizeOf(values, "a number") : null;
}

/** One slice of an axis of samples, for all of them. */
function expanded(
  graph: OnnxGraph,
  type: OnnxType,
  constants: readonly ArrayLike<number>[],
  shape: readonly Size[],
): string | null {
  const slices = constants.map((values, i) => {
    const sizes = shape.map(({ fixed, perSample }) => fixed + perSample * BATCHES[i]!);
    return firstSlice(values, sizes, shape.map((size) => !isFixed(size)));
  });
  const [slice] = slices;
  if (slice === null || slice === undefined) return null;
  if (slices.some((other) => other === null || !isSame(slice, other))) return null;
  const dims = shape.map((size) => isFixed(size) ? size.fixed : 1);
  return graph.node("Expand", [graph.constant(type, slice, dims), graph.sizes(shape)]);
}

/** Values at 0 of the axes `along`; null where they are others elsewhere. */
function firstSlice(
  values: ArrayLike<number>,
  sizes: readonly number[],
  along: readonly boolean[],
): number[] | null {
  const slice: number[] = [];
  for (let at = 0; at < values.length; at++) {
    // The place of the same value in the slice, axis by axis from the last one.
    let rest = at, place = 0, stride = 1;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      const size = sizes[axis]!;
      if (!along[axis]) {
        place += (rest % size) * stride;
        stride *= size;
      }
      rest = Math.floor(rest / size);
    }
    slice[place] ??= values[at]!;
    if (slice[place] !== values[at]) return null;
  }
  return slice;
}

/** Whole numbers with the same step between them: the place of each sample. */
function inARow(
  graph: OnnxGraph,
  type: OnnxType,
  constants: readonly ArrayLike<number>[],
  shape: readonly Size[],
): string | null {
  if (shape.length !== 1 || type === "bool") return null;
  const deltas = constants.map((values) => values[1]! - values[0]!);
  const starts = constants.map((values) => values[0]!);
  if (deltas.some((delta) => delta !== deltas[0] || !Number.isInteger(delta))) return null;
  const start = sizeOf(starts, "the start of a range");
  if (!isFixed(start) || !Number.isInteger(start.fixed)) return null;
  const isRow = constants.every((values) =>
    Array.from(values).every((value, i) => value === start.fixed + i * deltas[0]!)
  );
  if (!isRow) return null;
  const scalar = (value: number) => graph.constant("int64", [value], []);
  const count = graph.node("Squeeze", [graph.sizes(shape), graph.ints([0])]);
  const places = graph.node("Range", [scalar(0), count, scalar(1)]);
  const scaled = graph.node("Mul", [places, scalar(deltas[0]!)]);
  return graph.node("Cast", [graph.node("Add", [scaled, scalar(start.fixed)])], {
    to: DATA_TYPES[type],
  });
}

function refuse(shape: readonly Size[]): never {
  const text = shape.map((size) =>
    isFixed(size) ? size.fixed : isSameSize(size, { fixed: 0, perSample: 1 }) ? "batch" : "free"
  );
  throw new UsageError(
    `Cannot export the network: a constant of shape [${text.join(", ")}] differs from sample to ` +
      "sample, expected it to follow from the inputs",
  );
}

function isSame(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.from(a).every((value, i) => Object.is(value, b[i]));
}
