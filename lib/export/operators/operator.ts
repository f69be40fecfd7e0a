/** What turns a kernel of TensorFlow.js into operators of ONNX. @module */

import type { OnnxGraph } from "../onnx_graph.ts";
import { DATA_TYPES, type OnnxType } from "../onnx_types.ts";
import type { ProgramCall, Value } from "../program.ts";

/** An input of a kernel, as a value of the graph. */
export interface Operand extends Value {
  /** In the graph. */
  readonly name: string;
}

/** Inputs of a kernel by TensorFlow.js's names. */
export type Operands = Readonly<Record<string, Operand>>;

/**
 * Adds what a kernel computes to the graph.
 *
 * @returns the name of its output, or the names of its outputs; what is for gradients alone is absent
 */
export type Operator = (
  graph: OnnxGraph,
  inputs: Operands,
  call: ProgramCall,
) => string | readonly string[];

/** Operators by the names of the kernels. */
export type Operators = Readonly<Record<string, Operator>>;

/** `x` as another type. */
export function cast(graph: OnnxGraph, x: string, type: OnnxType): string {
  return graph.node("Cast", [x], { to: DATA_TYPES[type] });
}

/** A float32 number. */
export function scalar(graph: OnnxGraph, value: number): string {
  return graph.constant("float32", [value], []);
}
