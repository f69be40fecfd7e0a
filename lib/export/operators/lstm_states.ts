/** The states and cells of an LSTM after each step, which ONNX's own does not give: a loop. @module */

import { OnnxGraph } from "../onnx_graph.ts";
import { DATA_TYPES, type GraphProto, type ValueInfoProto } from "../onnx_types.ts";
import type { Size } from "../size.ts";
import { cast, scalar } from "./operator.ts";

/** Names of the weights of one direction, in PyTorch's layout. */
export interface LoopWeights {
  /** [4 · hidden, input] */
  readonly inputs: string;
  /** [4 · hidden, hidden] */
  readonly states: string;
  /** [4 · hidden] */
  readonly bias: string;
  readonly hidden: number;
}

/**
 * Hidden and cell state after each step: [time, batch, 2 · hidden], 0 beyond the lengths.
 *
 * @param x [time, batch, input]
 * @param lengths int32 [batch]
 */
export function lstmStates(
  graph: OnnxGraph,
  x: string,
  lengths: string,
  sizes: { readonly time: number; readonly batch: Size },
  weights: LoopWeights,
  isReverse: boolean,
): string {
  const { time, batch } = sizes;
  const ends = cast(graph, lengths, "int64");
  const turned = (sequence: string) =>
    isReverse
      ? graph.node("ReverseSequence", [sequence, ends], { time_axis: 0, batch_axis: 1 })
      : sequence;
  const transposed = (weight: string) => graph.node("Transpose", [weight], { perm: [1, 0] });
  const products = graph.node("MatMul", [turned(x), transposed(weights.inputs)]);
  const gates = graph.node("Add", [products, weights.bias]);
  const state = graph.sizes([batch, { fixed: weights.hidden, perSample: 0 }]);
  const zeros = graph.node("Expand", [scalar(graph, 0), state]);
  const ofStates = transposed(weights.states);
  const body = { graph: bodyOf(ofStates, `${ofStates}_step_`) };
  const scan = { body, num_scan_inputs: 1 };
  const [, , states] = graph.nodesOf("Scan", [zeros, zeros, gates], scan, 3);
  // [time, 1, 1] < [1, batch, 1]
  const places = graph.constant("int64", Array.from({ length: time }, (_, t) => t), [time, 1, 1]);
  const isTrue = graph.node("Less", [
    places,
    graph.node("Unsqueeze", [ends, graph.ints([0, 2])]),
  ]);
  return graph.node("Mul", [turned(states!), cast(graph, isTrue, "float32")]);
}

/** One step: h, c, and the inputs' part of the gates → h, c, and both side by side. */
function bodyOf(weight: string, prefix: string): GraphProto {
  const [h, c, known] = ["h", "c", "gates"].map((name) => prefix + name) as [
    string,
    string,
    string,
  ];
  const body = new OnnxGraph(h, prefix);
  const gates = body.node("Add", [known, body.node("MatMul", [h, weight])]);
  const [i, f, g, o] = body.nodesOf("Split", [gates], { axis: 1 }, 4) as [
    string,
    string,
    string,
    string,
  ];
  const kept = body.node("Mul", [body.node("Sigmoid", [f]), c]);
  const written = body.node("Mul", [body.node("Sigmoid", [i]), body.node("Tanh", [g])]);
  const cell = body.node("Add", [kept, written]);
  const state = body.node("Mul", [body.node("Sigmoid", [o]), body.node("Tanh", [cell])]);
  const both = body.node("Concat", [state, cell], { axis: 1 });
  return {
    name: `${prefix}body`,
    node: body.nodes,
    initializer: body.initializers,
    input: [h, c, known].map(matrix),
    output: [state, cell, both].map(matrix),
  };
}

/** A matrix of any size. */
function matrix(name: string): ValueInfoProto {
  const dim = [{ dimParam: `${name}_rows` }, { dimParam: `${name}_columns` }];
  return { name, type: { tensorType: { elemType: DATA_TYPES.float32, shape: { dim } } } };
}
