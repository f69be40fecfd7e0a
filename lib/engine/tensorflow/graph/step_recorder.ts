/**
 * A step as a graph: what it does at the binding becomes operations of a graph in place of running.
 * No op runs and no tensor has a value, so a recording takes no memory beyond the graph.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { EngineError } from "../../../core/errors.ts";
import { type OpAttribute, typeAttribute } from "../binding/attributes.ts";
import type { Recorder, TensorFlowBinding, TensorMetadata } from "../binding/binding.ts";
import type { Description, Graph, GraphBuilder, GraphValue } from "./graph.ts";
import { KnownGraph } from "./known_graph.ts";
import { isConstant, type NodeBackend } from "../binding/ops.ts";
import { valueType } from "../binding/resource_variable.ts";
import { DataType } from "../binding/symbols.ts";

/** A value of the graph, and where it comes from in the words of the signature. */
interface Source {
  readonly value: GraphValue;
  readonly origin: string;
}

/** A state variable in the graph. */
interface StateVariable {
  readonly resource: GraphValue;
  /** The operation that has touched it last: read it, or changed it in place. */
  touched: bigint | null;
  isChanged: boolean;
}

/** What a step does, to compare it with what it does later. */
export interface Trace {
  /** One line an op and constant; equal for runs that did the same. */
  readonly lines: readonly string[];
  /** Of the outputs of the ops. */
  readonly descriptions: readonly Description[];
}

/** What a step did when it was compiled, and the number of the call at which that is compared. */
export interface Earlier extends Trace {
  readonly call: number;
}

/** Records a step into a graph, or compares it with an earlier recording. */
export class StepRecorder implements Recorder {
  readonly #backend: NodeBackend;
  readonly #binding: TensorFlowBinding;
  readonly #graph: Graph;
  readonly #earlier: Earlier | null;
  /** By tensor number. */
  readonly #state = new Map<number, StateVariable>();
  readonly #sources = new Map<number, Source>();
  readonly #madeHere = new Set<number>();
  readonly #lines: string[] = [];
  readonly #descriptions: Description[] = [];
  readonly #effects: bigint[] = [];
  /** Operations of the piece of work that is recorded; null outside of any. */
  #piece: Set<bigint> | null = null;
  /** What runs when the last piece is done. */
  #pieceDone: readonly bigint[] = [];

  /**
   * @param into the graph; or what the step did before, which it then has to do again
   * @param state numbers of the tensors that the step may change; the graph gets the handles of
   * their variables
   * @param inputs numbers of the tensors that it reads; arguments of the graph after the state
   */
  constructor(
    backend: NodeBackend,
    into: GraphBuilder | Earlier,
    state: readonly number[],
    inputs: readonly number[],
  ) {
    this.#backend = backend;
    this.#binding = backend.binding;
    this.#earlier = "lines" in into ? into : null;
    const graph = this.#graph = "lines" in into ? new KnownGraph(into.descriptions) : into;
    for (const id of state) {
      this.#state.set(id, {
        resource: graph.addArgument(DataType.RESOURCE, []),
        touched: null,
        isChanged: false,
      });
    }
    inputs.forEach((id, i) => {
      const { dtype, shape } = this.#binding.describe(id);
      const value = graph.addArgument(dtype, shape);
      if (!this.#sources.has(id)) this.#sources.set(id, { value, origin: `input ${i}` });
    });
  }

  /** What was recorded. */
  get trace(): Trace {
    return { lines: this.#lines, descriptions: this.#descriptions };
  }

  onTensor(id: number): void {
    this.#madeHere.add(id);
  }

  /** Runs `step` and records it. */
  run<R>(step: () => R): R {
    const backend = this.#backend, written = new Set<object>();
    // TensorFlow.js brings the values of a tensor to the binding when they are first read, which
    // for a tensor from outside would look as if the step had made it.
    const { write, getInputTensorIds } = backend;
    backend.write = (...tensor) => {
      const dataId = write.apply(backend, tensor);
      written.add(dataId);
      return dataId;
    };
    backend.getInputTensorIds = (tensors) => {
      const ids = getInputTensorIds.call(backend, tensors);
      tensors.forEach(({ dataId }, i) => {
        if (!written.has(dataId) && !this.#sources.has(ids[i]!)) this.#madeHere.delete(ids[i]!);
      });
      return ids;
    };
    this.#binding.recorder = this;
    try {
      return step();
    } finally {
      this.#binding.recorder = null;
      Object.assign(backend, { write, getInputTensorIds });
    }
  }

  runOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): TensorMetadata[] {
    const sources = inputs.map((id) => this.#sourceOf(id, name));
    const index = this.#lines.length;
    const origins = sources.map(originOf).join(", ");
    this.#note(`${name} ${JSON.stringify(attributes)} (${origins})`);
    const values = sources.map(({ value }) => value);
    return this.#add(name, attributes, values, outputs).map((value, output) => {
      const id = this.#binding.newPlaceholder();
      this.#sources.set(id, { value, origin: `op ${index}:${output}` });
      const description = this.#graph.describe(value);
      this.#descriptions.push(description);
      return { id, shape: [...description.shape], dtype: description.dtype };
    });
  }

  inOrder(work: () => void): void {
    const piece = this.#piece = new Set();
    try {
      work();
    } finally {
      this.#piece = null;
    }
    if (piece.size === 0) return;
    const [done] = this.#graph.addOperation("NoOp", [], [], 0, [...piece]);
    this.#pieceDone = [done!.operation];
  }

  /** Adds an operation to the graph, in its place in the order. */
  #add(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly GraphValue[],
    outputs: number,
    earlier: readonly bigint[] = [],
  ): GraphValue[] {
    const piece = this.#piece;
    const isStart = piece !== null && !inputs.some(({ operation }) => piece.has(operation));
    const after = [...isStart ? this.#pieceDone : [], ...earlier];
    const values = this.#graph.addOperation(name, attributes, inputs, outputs, after);
    piece?.add(values[0]!.operation);
    return values;
  }

  changeInPlace(
    op: string,
    attributes: readonly OpAttribute[],
    states: readonly number[],
    inputs: readonly number[],
  ): boolean {
    if (!states.every((state) => this.#state.has(state))) return false;
    const sources = inputs.map((id) => this.#sourceOf(id, op));
    const origins = [...states.map((state) => this.#originOf(state)), ...sources.map(originOf)];
    this.#note(`${op} (${origins.join(", ")})`);
    this.#change(op, attributes, states, sources.map(({ value }) => value));
    // Who reads them from now on reads them anew.
    for (const state of states) this.#sources.delete(state);
    return true;
  }

  /** Ends the recording with the new value of a state variable. */
  assign(state: number, value: number): void {
    const type = valueType(this.#binding.describe(state).dtype);
    this.#change("AssignVariableOp", [type], [state], [this.#sourceOf(value, "assign").value]);
  }

  /** Whether a state variable is changed. */
  isChanged(state: number): boolean {
    return this.#state.get(state)!.isChanged;
  }

  #change(
    op: string,
    attributes: readonly OpAttribute[],
    states: readonly number[],
    values: readonly GraphValue[],
  ): void {
    const variables = states.map((state) => this.#state.get(state)!);
    const inputs = [...variables.map(({ resource }) => resource), ...values];
    const earlier = variables.map(({ touched }) => touched).filter((last) => last !== null);
    const [made] = this.#add(op, attributes, inputs, 0, earlier);
    for (const variable of variables) {
      variable.touched = made!.operation;
      variable.isChanged = true;
    }
    this.#effects.push(made!.operation);
  }

  /**
   * Ends a recording that was compared.
   *
   * @throws {EngineError} if the step did less than before
   */
  compareEnd(): void {
    if (this.#lines.length < this.#earlier!.lines.length) this.#refuse(this.#lines.length);
  }

  /** @throws {EngineError} if the step no longer does what it did */
  #note(line: string): void {
    const at = this.#lines.push(line) - 1, earlier = this.#earlier;
    if (earlier !== null && earlier.lines[at] !== line) this.#refuse(at);
  }

  #refuse(op: number): never {
    const { lines, call } = this.#earlier!;
    throw new EngineError(
      `Cannot go on with a compiled step: at call ${call} its op ${op} is ` +
        `${this.#lines[op] ?? "absent"}, but ${lines[op] ?? "absent"} was compiled; what changes ` +
        "between calls has to be an input or part of the state",
    );
  }

  /** Makes the function `name` of `graph`, with these tensors as results. */
  finish(name: string, graph: GraphBuilder, results: readonly number[]): void {
    const outputs = results.map((id) => {
      const { value } = this.#sourceOf(id, "result");
      // An argument or a value that is returned twice needs an operation of its own.
      const { shape, dtype } = graph.describe(value);
      if (shape.includes(-1)) {
        throw new EngineError(
          `Cannot compile a step: it returns a tensor of shape [${shape}], where -1 depends on ` +
            "values, expected one that depends on the shapes of the inputs alone",
        );
      }
      const type = typeAttribute("T", dtype);
      return graph.addOperation("Identity", [type], [value], 1)[0]!;
    });
    graph.finish(name, outputs, this.#effects);
  }

  /** Where the tensor `id` comes from; throws when it is something that was not declared. */
  #sourceOf(id: number, reader: string): Source {
    let source = this.#sources.get(id);
    if (source === undefined) {
      const variable = this.#state.get(id);
      source = variable === undefined ? this.#addConstant(id, reader) : this.#read(id, variable);
      this.#sources.set(id, source);
    }
    return source;
  }

  /** What a state variable has now. */
  #read(id: number, variable: StateVariable): Source {
    const { dtype, shape } = this.#binding.describe(id);
    const { resource, touched } = variable;
    const earlier = touched === null ? [] : [touched];
    const [value] = this.#add("ReadVariableOp", [valueType(dtype)], [resource], 1, earlier);
    this.#graph.setShape(value!, shape);
    variable.touched = value!.operation;
    return { value: value!, origin: this.#originOf(id) };
  }

  #originOf(state: number): string {
    return `state ${[...this.#state.keys()].indexOf(state)}`;
  }

  /** A tensor that the step made from values, or one that the engine keeps. */
  #addConstant(id: number, reader: string): Source {
    const { dtype, shape } = this.#binding.describe(id);
    if (!this.#madeHere.has(id) && !isConstant(this.#backend, id)) {
      throw new EngineError(
        `Cannot compile a step: its op "${reader}" reads a tensor of shape [${shape}] ` +
          "that was made before, expected it among the inputs, the state or the statics",
      );
    }
    const values = this.#binding.tensorDataSync(id);
    const bytes = ArrayBuffer.isView(values)
      ? new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
      : new TextEncoder().encode(JSON.stringify(values));
    const digest = createHash("sha1").update(bytes).digest("hex");
    const tensor = this.#binding.resolve(id);
    try {
      const value = this.#graph.addConstant(tensor, dtype);
      return { value, origin: `constant ${dtype}[${shape}]${digest}` };
    } finally {
      this.#binding.memory.native.TF_DeleteTensor(tensor);
    }
  }
}

function originOf({ origin }: Source): string {
  return origin;
}
