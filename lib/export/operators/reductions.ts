/** Kernels that compute one number from an axis, or along it. @module */

import type { OnnxGraph } from "../onnx_graph.ts";
import type { ProgramCall } from "../program.ts";
import { cast, type Operand, type Operator, type Operators } from "./operator.ts";

/** The axes of a reduction, counted from the first. */
function axesOf({ shape }: Operand, call: ProgramCall, name: string): number[] {
  const all = shape.map((_, axis) => axis);
  const given = call.attribute<number | number[] | null | undefined>(name);
  if (given === null || given === undefined) return all;
  return [given].flat().map((axis) => axis < 0 ? axis + shape.length : axis);
}

/** What a reduction leaves, with the sizes that TensorFlow.js gives it. */
function reduced(
  graph: OnnxGraph,
  opType: string,
  x: string,
  axes: readonly number[],
  keepDims: boolean,
): string {
  if (axes.length === 0) return graph.node("Identity", [x]);
  const keepdims = keepDims ? 1 : 0;
  // Of opset 17 only the sum takes its axes as an input.
  return opType === "ReduceSum"
    ? graph.node(opType, [x, graph.ints(axes)], { keepdims })
    : graph.node(opType, [x], { axes, keepdims });
}

function reduction(opType: string, axisName = "axis"): Operator {
  return (graph, { x }, call) => {
    const input = opType === "ReduceMean" && x!.dtype !== "float32"
      ? cast(graph, x!.name, "float32")
      : x!.name;
    const keepDims = call.attribute<boolean | undefined>("keepDims") ?? false;
    return reduced(graph, opType, input, axesOf(x!, call, axisName), keepDims);
  };
}

/** Of truths, which ONNX reduces as numbers. */
function ofTruths(opType: string): Operator {
  return (graph, { x }, call) => {
    const keepDims = call.attribute<boolean | undefined>("keepDims") ?? false;
    const numbers = cast(graph, x!.name, "int32");
    return cast(graph, reduced(graph, opType, numbers, axesOf(x!, call, "axis"), keepDims), "bool");
  };
}

function place(opType: string): Operator {
  return (graph, { x }, call) => {
    const [axis = 0] = axesOf(x!, call, "axis");
    return cast(graph, graph.node(opType, [x!.name], { axis, keepdims: 0 }), "int32");
  };
}

function along(opType: string, axisName: string): Operator {
  return (graph, inputs, call) => {
    const x = (inputs["logits"] ?? inputs["x"])!;
    return graph.node(opType, [x.name], { axis: call.attribute<number>(axisName) });
  };
}

/** Kernels along an axis. */
export const REDUCTIONS: Operators = {
  Sum: reduction("ReduceSum"),
  Mean: reduction("ReduceMean"),
  Max: reduction("ReduceMax", "reductionIndices"),
  Min: reduction("ReduceMin"),
  Prod: reduction("ReduceProd"),
  All: ofTruths("ReduceMin"),
  Any: ofTruths("ReduceMax"),
  ArgMax: place("ArgMax"),
  ArgMin: place("ArgMin"),
  Softmax: along("Softmax", "dim"),
  LogSoftmax: along("LogSoftmax", "axis"),
  Cumsum: (graph, { x }, call) => {
    const flag = (name: string) => call.attribute<boolean>(name) ? 1 : 0;
    const axis = graph.constant("int64", [call.attribute<number>("axis")], []);
    const attributes = { exclusive: flag("exclusive"), reverse: flag("reverse") };
    return graph.node("CumSum", [x!.name, axis], attributes);
  },
};
