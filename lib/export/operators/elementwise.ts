/** Kernels that compute each number by itself, or from two of the same place. @module */

import type { OnnxType } from "../onnx_types.ts";
import { cast, type Operator, type Operators, scalar } from "./operator.ts";

/** An operator of one input, with the same meaning. */
function unary(opType: string): Operator {
  return (graph, { x }) => graph.node(opType, [x!.name]);
}

/** One of two inputs, which are broadcast in the same way. */
function binary(opType: string): Operator {
  return (graph, { a, b }) => graph.node(opType, [a!.name, b!.name]);
}

/** Unary operators that are called the same. */
const SAME_NAME = [
  ...["Abs", "Ceil", "Cos", "Elu", "Erf", "Exp", "Floor", "Log", "Neg", "Reciprocal", "Relu"],
  ...["Round", "Selu", "Sigmoid", "Sign", "Sin", "Softplus", "Sqrt", "Tan", "Tanh", "Atan"],
];

/** Elementwise kernels. */
export const ELEMENTWISE: Operators = {
  ...Object.fromEntries(SAME_NAME.map((name) => [name, unary(name)])),
  Add: binary("Add"),
  AddN: (graph, inputs) => graph.node("Sum", Object.values(inputs).map(({ name }) => name)),
  Sub: binary("Sub"),
  Multiply: binary("Mul"),
  RealDiv: binary("Div"),
  FloorDiv: (graph, { a, b }) => {
    const [over, under] = [cast(graph, a!.name, "float32"), cast(graph, b!.name, "float32")];
    return cast(graph, graph.node("Floor", [graph.node("Div", [over, under])]), "int32");
  },
  Maximum: binary("Max"),
  Minimum: binary("Min"),
  Pow: binary("Pow"),
  Prelu: (graph, { x, alpha }) => graph.node("PRelu", [x!.name, alpha!.name]),
  SquaredDifference: (graph, { a, b }) => {
    const difference = graph.node("Sub", [a!.name, b!.name]);
    return graph.node("Mul", [difference, difference]);
  },
  Square: (graph, { x }) => graph.node("Mul", [x!.name, x!.name]),
  Rsqrt: (graph, { x }) => graph.node("Reciprocal", [graph.node("Sqrt", [x!.name])]),
  Log1p: (graph, { x }) => graph.node("Log", [graph.node("Add", [x!.name, scalar(graph, 1)])]),
  Expm1: (graph, { x }) => graph.node("Sub", [graph.node("Exp", [x!.name]), scalar(graph, 1)]),
  Relu6: (graph, { x }) => graph.node("Clip", [x!.name, scalar(graph, 0), scalar(graph, 6)]),
  LeakyRelu: (graph, { x }, call) =>
    graph.node("LeakyRelu", [x!.name], { alpha: { float: call.attribute<number>("alpha") } }),
  ClipByValue: (graph, { x }, call) => {
    const limit = (name: string) =>
      graph.constant(x!.dtype as OnnxType, [call.attribute<number>(name)], []);
    return graph.node("Clip", [x!.name, limit("clipValueMin"), limit("clipValueMax")]);
  },
  Less: binary("Less"),
  LessEqual: binary("LessOrEqual"),
  Greater: binary("Greater"),
  GreaterEqual: binary("GreaterOrEqual"),
  Equal: binary("Equal"),
  NotEqual: (graph, { a, b }) => graph.node("Not", [graph.node("Equal", [a!.name, b!.name])]),
  LogicalAnd: binary("And"),
  LogicalOr: binary("Or"),
  LogicalNot: unary("Not"),
  IsNan: unary("IsNaN"),
  IsFinite: (graph, { x }) =>
    graph.node("Not", [
      graph.node("Or", [graph.node("IsNaN", [x!.name]), graph.node("IsInf", [x!.name])]),
    ]),
  Select: (graph, { condition, t, e }) => graph.node("Where", [condition!.name, t!.name, e!.name]),
  Cast: (graph, { x }, call) => cast(graph, x!.name, call.attribute<OnnxType>("dtype")),
  Identity: unary("Identity"),
};
