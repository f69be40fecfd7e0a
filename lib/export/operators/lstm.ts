/** The LSTM over true lengths as ONNX's own, or, where each cell is wanted, as a loop over steps. @module */

import type { LstmAttributes } from "../../engine/lstm.ts";
import type { OnnxGraph } from "../onnx_graph.ts";
import type { ProgramCall } from "../program.ts";
import { lstmStates } from "./lstm_states.ts";
import type { Operands, Operators } from "./operator.ts";

/** Gates i, f, g, o of a weight's or bias' first axis in ONNX's order i, o, f, g, with an axis in front. */
function reordered(graph: OnnxGraph, weight: string): string {
  const [i, f, g, o] = graph.nodesOf("Split", [weight], { axis: 0 }, 4) as [
    string,
    string,
    string,
    string,
  ];
  const gates = graph.node("Concat", [i, o, f, g], { axis: 0 });
  return graph.node("Unsqueeze", [gates, graph.ints([0])]);
}

/** Swaps batch and time. */
function swapped(graph: OnnxGraph, x: string): string {
  return graph.node("Transpose", [x], { perm: [1, 0, 2] });
}

function lstm(graph: OnnxGraph, inputs: Operands, call: ProgramCall): string {
  const { x, lengths, weightIh, weightHh, bias } = inputs;
  const output = call.attribute<LstmAttributes["output"]>("output");
  const isReverse = call.attribute<boolean>("reverse");
  const isTimeMajor = call.attribute<boolean>("timeMajor");
  const steps = isTimeMajor ? x!.name : swapped(graph, x!.name);
  const hidden = weightHh!.shape[1]!.fixed;
  const inOrder = (sequence: string) => isTimeMajor ? sequence : swapped(graph, sequence);
  if (output === "states") {
    const weights = { inputs: weightIh!.name, states: weightHh!.name, bias: bias!.name, hidden };
    const [batch, time] = isTimeMajor ? [x!.shape[1]!, x!.shape[0]!] : [x!.shape[0]!, x!.shape[1]!];
    const sizes = { time: time.fixed, batch };
    return inOrder(lstmStates(graph, steps, lengths!.name, sizes, weights, isReverse));
  }
  // ONNX has the biases of inputs and of states side by side: ours is their sum.
  const none = graph.constant("float32", new Float32Array(4 * hidden), [1, 4 * hidden]);
  const both = graph.node("Concat", [reordered(graph, bias!.name), none], { axis: 1 });
  const [weightOfX, weightOfH] = [weightIh!, weightHh!].map(({ name }) => reordered(graph, name));
  const [all, last, cell] = graph.nodesOf(
    "LSTM",
    [steps, weightOfX!, weightOfH!, both, lengths!.name],
    { hidden_size: hidden, direction: isReverse ? "reverse" : "forward" },
    3,
  ) as [string, string, string];
  switch (output) {
    case "sequence":
      return inOrder(graph.node("Squeeze", [all, graph.ints([1])]));
    case "final":
      return graph.node("Squeeze", [last, graph.ints([0])]);
    case "cell":
      return graph.node("Squeeze", [cell, graph.ints([0])]);
  }
}

/** The kernel of the LSTM. */
export const LSTM: Operators = { FusedLstm: lstm };
