/**
 * Builds a TensorFlow function: a graph of ops with arguments and results, run by one call.
 *
 * @module
 */

import {
  type AttributeSetters,
  graphSetters,
  type OpAttribute,
  setAttribute,
} from "../binding/attributes.ts";
import type { TensorFlowBinding } from "../binding/binding.ts";
import type { NativeMemory, Pinned } from "../binding/memory.ts";
import { listInputs } from "../binding/op_definition.ts";
import { AttributeKind, DataType, type Native } from "../binding/symbols.ts";

/** A value in a graph: an operation, and the number of its output. */
export interface GraphValue {
  readonly operation: bigint;
  readonly output: number;
}

/** Shape, with -1 for sizes that depend on values, and type of a value. */
export interface Description {
  readonly shape: readonly number[];
  readonly dtype: number;
}

/** Size of a `TF_Output` in memory: a pointer, a number and padding. */
const VALUE_BYTES = 16;

/** What a step is recorded into. */
export interface Graph {
  /** Adds an argument of the function. */
  addArgument(dtype: number, shape: readonly number[]): GraphValue;
  /** Adds a constant: a `TF_Tensor`, which is the graph's from now on. */
  addConstant(tensor: bigint, dtype: number): GraphValue;
  /** Adds an op; it runs after the operations `after`. */
  addOperation(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly GraphValue[],
    outputs: number,
    after?: readonly bigint[],
  ): GraphValue[];
  /** What TensorFlow knows of a value. */
  describe(value: GraphValue): Description;
  /** Tells the shape of a value that TensorFlow cannot infer. */
  setShape(value: GraphValue, shape: readonly number[]): void;
  /** Takes a line of the recording, before what it stands for is added. */
  follow(line: string): void;
}

/** A graph under construction. Dispose it after {@linkcode GraphBuilder.finish}. */
export class GraphBuilder implements Omit<Graph, "follow">, Disposable {
  readonly #binding: TensorFlowBinding;
  readonly #memory: NativeMemory;
  readonly #native: Native;
  readonly #graph: bigint;
  readonly #setters: AttributeSetters;
  readonly #dims: Pinned<BigInt64Array>;
  readonly #arguments: GraphValue[] = [];
  readonly #lists = new Map<string, boolean[]>();
  #operations = 0;

  constructor(binding: TensorFlowBinding) {
    this.#binding = binding;
    this.#memory = binding.memory;
    this.#native = binding.memory.native;
    this.#graph = this.#native.TF_NewGraph();
    this.#setters = graphSetters(this.#memory);
    this.#dims = binding.dims;
  }

  addArgument(dtype: number, shape: readonly number[]): GraphValue {
    const attributes: OpAttribute[] = [{ name: "dtype", type: AttributeKind.TYPE, value: dtype }];
    // The shape of what a resource holds is not the shape of its handle.
    if (dtype !== DataType.RESOURCE) {
      attributes.push({ name: "shape", type: AttributeKind.SHAPE, value: [...shape] });
    }
    const [value] = this.addOperation("Placeholder", attributes, [], 1);
    this.#arguments.push(value!);
    return value!;
  }

  addConstant(tensor: bigint, dtype: number): GraphValue {
    const description = this.#begin("Const");
    this.#setAttribute(description, { name: "dtype", type: AttributeKind.TYPE, value: dtype });
    const name = this.#memory.cString("value");
    this.#native.TF_SetAttrTensor(description, name, tensor, this.#memory.status);
    this.#native.TF_DeleteTensor(tensor); // the operation has its own reference
    this.#memory.check("make a constant of a compiled step");
    return { operation: this.#finish(description, "Const"), output: 0 };
  }

  addOperation(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly GraphValue[],
    outputs: number,
    after: readonly bigint[] = [],
  ): GraphValue[] {
    const description = this.#begin(name);
    const lists = this.#listsOf(name);
    let next = 0;
    lists.forEach((isList, i) => {
      if (!isList) return this.#native.TF_AddInput(description, toBytes([inputs[next++]!]));
      // The list takes what the single arguments after it leave.
      const count = inputs.length - next - (lists.length - 1 - i);
      const values = inputs.slice(next, next + count);
      this.#native.TF_AddInputList(description, toBytes(values), count);
      next += count;
    });
    for (const attribute of attributes) this.#setAttribute(description, attribute);
    for (const earlier of after) this.#native.TF_AddControlInput(description, earlier);
    const operation = this.#finish(description, name);
    return Array.from({ length: Math.max(1, outputs) }, (_, output) => ({ operation, output }));
  }

  describe(value: GraphValue): Description {
    const { native, status } = this.#memory, output = toBytes([value]);
    const rank = native.TF_GraphGetTensorNumDims(this.#graph, output, status);
    this.#memory.check("tell a shape");
    const { array, address } = this.#dims;
    if (rank >= 0) native.TF_GraphGetTensorShape(this.#graph, output, address, rank, status);
    const shape = Array.from(array.subarray(0, Math.max(0, rank)), Number);
    return { shape, dtype: native.TF_OperationOutputType(output) };
  }

  setShape(value: GraphValue, shape: readonly number[]): void {
    const { native, status } = this.#memory, { array, address } = this.#dims;
    shape.forEach((size, i) => array[i] = BigInt(size));
    native.TF_GraphSetTensorShape(this.#graph, toBytes([value]), address, shape.length, status);
    this.#memory.check("set a shape");
  }

  /**
   * Makes the function known to the binding under `name`.
   *
   * @param after operations that run for their effect
   */
  finish(name: string, outputs: readonly GraphValue[], after: readonly bigint[]): void {
    const { status } = this.#memory;
    const effects = BigUint64Array.from(after);
    const made = this.#native.TF_GraphToFunctionWithControlOutputs(
      this.#graph,
      this.#memory.cString(name),
      0,
      -1,
      0n,
      this.#arguments.length,
      toBytes(this.#arguments),
      outputs.length,
      toBytes(outputs),
      0n,
      effects.length,
      effects.length === 0 ? new Uint8Array(8) : new Uint8Array(effects.buffer),
      0n,
      0n,
      0n,
      status,
    );
    this.#memory.check("compile a step");
    this.#native.TFE_ContextAddFunction(this.#binding.context, made, status);
    this.#native.TF_DeleteFunction(made);
    this.#memory.check("compile a step");
  }

  [Symbol.dispose](): void {
    this.#native.TF_DeleteGraph(this.#graph);
  }

  #begin(op: string): bigint {
    const name = this.#memory.cString(`n${this.#operations++}`);
    return this.#native.TF_NewOperation(this.#graph, this.#memory.cString(op), name);
  }

  #finish(description: bigint, op: string): bigint {
    const operation = this.#native.TF_FinishOperation(description, this.#memory.status);
    this.#memory.check(`compile the TensorFlow op "${op}"`);
    return operation;
  }

  #listsOf(op: string): boolean[] {
    let lists = this.#lists.get(op);
    if (lists === undefined) {
      lists = listInputs(this.#memory, this.#graph, op);
      this.#lists.set(op, lists);
    }
    return lists;
  }

  #setAttribute(description: bigint, attribute: OpAttribute): void {
    setAttribute(this.#setters, this.#memory, description, attribute, this.#dims);
  }
}

/** Values as an array of `TF_Output`. */
function toBytes(values: readonly GraphValue[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(VALUE_BYTES * Math.max(1, values.length));
  const view = new DataView(bytes.buffer);
  values.forEach(({ operation, output }, i) => {
    view.setBigUint64(VALUE_BYTES * i, operation, true);
    view.setInt32(VALUE_BYTES * i + 8, output, true);
  });
  return bytes;
}
