/** Kernels that move numbers, and compute none. @module */

import type { OnnxGraph } from "../onnx_graph.ts";
import type { OnnxType } from "../onnx_types.ts";
import type { ProgramCall } from "../program.ts";
import { isFixed, isSameSize, type Size } from "../size.ts";
import { cast, type Operands, type Operator, type Operators } from "./operator.ts";

/** The same numbers in another shape. */
function reshape(graph: OnnxGraph, inputs: Operands, call: ProgramCall): string {
  return graph.reshape((inputs["x"] ?? inputs["input"])!.name, call.output().shape);
}

/** A part of each axis; of those that are whole nothing is said. */
function slice(graph: OnnxGraph, { x }: Operands, call: ProgramCall): string {
  const begins = call.sizes("begin");
  const sizes = call.output().shape;
  const axes = sizes.flatMap((size, axis) => isSameSize(size, x!.shape[axis]!) ? [] : [axis]);
  if (axes.length === 0) return graph.node("Identity", [x!.name]);
  const starts = axes.map((axis) => begins[axis]!);
  const ends = axes.map((axis): Size => ({
    fixed: begins[axis]!.fixed + sizes[axis]!.fixed,
    perSample: begins[axis]!.perSample + sizes[axis]!.perSample,
  }));
  return graph.node("Slice", [x!.name, graph.sizes(starts), graph.sizes(ends), graph.ints(axes)]);
}

/** All of a value are this number. */
function filled(value: number): Operator {
  return (graph, _, call) => {
    const { dtype, shape } = call.output();
    return graph.node("Expand", [
      graph.constant(dtype as OnnxType, [value], []),
      graph.sizes(shape),
    ]);
  };
}

function pad(mode: string): Operator {
  return (graph, { x }, call) => {
    const paddings = call.attribute<[number, number][]>("paddings");
    const sides = [0, 1].flatMap((side) => paddings.map((pair) => pair[side]!));
    const value = mode === "constant" ? call.attribute<number>("constantValue") : 0;
    const filling = graph.constant(x!.dtype as OnnxType, [value], []);
    return graph.node("Pad", [x!.name, graph.ints(sides), filling], { mode });
  };
}

/** Rows by their numbers; with `batchDims` the rows of a sample by its own numbers. */
function gather(graph: OnnxGraph, { x, indices }: Operands, call: ProgramCall): string {
  const axis = call.attribute<number>("axis"), batchDims = call.attribute<number>("batchDims");
  if (batchDims === 0) return graph.node("Gather", [x!.name, indices!.name], { axis });
  const numbers = graph.node("Unsqueeze", [cast(graph, indices!.name, "int64"), graph.ints([-1])]);
  const axes = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  // GatherND reads along the first axis after those of the batch, and leaves what it read there.
  const rank = x!.shape.length, read = indices!.shape.length - batchDims;
  const [batch, before] = [axes(0, batchDims), axes(batchDims, axis)];
  const inFront = [...batch, axis, ...before, ...axes(axis + 1, rank)];
  const inPlace = [
    ...batch,
    ...before.map((place) => place + read),
    ...axes(batchDims, batchDims + read),
    ...axes(axis + read, rank - 1 + read),
  ];
  const moved = (y: string, perm: readonly number[]) =>
    before.length === 0 ? y : graph.node("Transpose", [y], { perm });
  const rows = graph.node("GatherND", [moved(x!.name, inFront), numbers], {
    batch_dims: batchDims,
  });
  return moved(rows, inPlace);
}

/** Kernels that move numbers. */
export const SHAPES: Operators = {
  Reshape: reshape,
  ExpandDims: reshape,
  Transpose: (graph, { x }, call) =>
    graph.node("Transpose", [x!.name], { perm: call.attribute<number[]>("perm") }),
  Slice: slice,
  Concat: (graph, inputs, call) =>
    graph.node("Concat", Object.values(inputs).map(({ name }) => name), {
      axis: call.attribute<number>("axis"),
    }),
  Pack: (graph, inputs, call) => {
    const axis = call.attribute<number>("axis");
    const parts = Object.values(inputs).map(({ name }) =>
      graph.node("Unsqueeze", [name, graph.ints([axis])])
    );
    return graph.node("Concat", parts, { axis });
  },
  Unpack: (graph, { value }, call) => {
    const axis = call.attribute<number>("axis"), count = call.outputCount;
    const parts = graph.nodesOf("Split", [value!.name], { axis }, count);
    return parts.map((part) => graph.node("Squeeze", [part, graph.ints([axis])]));
  },
  SplitV: (graph, { x }, call) => {
    const axis = call.attribute<number>("axis");
    const each = Array.from({ length: call.outputCount }, (_, i) => i);
    const sizes = graph.sizes(each.map((i) => call.output(i).shape.at(axis)!));
    return graph.nodesOf("Split", [x!.name, sizes], { axis }, call.outputCount);
  },
  Tile: (graph, { x }, call) => graph.node("Tile", [x!.name, graph.sizes(call.sizes("reps"))]),
  PadV2: pad("constant"),
  MirrorPad: (graph, inputs, call) => {
    const isReflected = call.attribute<string>("mode") === "reflect";
    if (isReflected) return pad("reflect")(graph, inputs, call);
    throw new TypeError("ONNX cannot mirror the border itself before opset 19");
  },
  GatherV2: gather,
  GatherNd: (graph, { params, indices }) =>
    graph.node("GatherND", [params!.name, cast(graph, indices!.name, "int64")]),
  OneHot: (graph, { indices }, call) => {
    const { dtype, shape } = call.output();
    const depth = shape.at(-1)!;
    if (!isFixed(depth)) throw new TypeError("The depth of OneHot depends on the batch");
    const places = Array.from({ length: depth.fixed }, (_, i) => i);
    const column = graph.node("Unsqueeze", [indices!.name, graph.ints([-1])]);
    const isHere = graph.node("Equal", [column, graph.constant("int32", places, [depth.fixed])]);
    const value = (name: string) =>
      graph.constant(dtype as OnnxType, [call.attribute<number>(name)], []);
    return graph.node("Where", [isHere, value("onValue"), value("offValue")]);
  },
  ZerosLike: filled(0),
  OnesLike: filled(1),
  Reverse: (graph, { x }, call) => {
    const dims = [call.attribute<number | number[]>("dims")].flat();
    if (dims.length === 0) return graph.node("Identity", [x!.name]);
    const each = (value: number) => graph.ints(dims.map(() => value));
    return graph.node("Slice", [
      x!.name,
      each(-1),
      each(-(2 ** 31)),
      graph.ints(dims),
      each(-1),
    ]);
  },
};
