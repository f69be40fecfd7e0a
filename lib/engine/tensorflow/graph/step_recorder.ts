/**
 * A step as a graph: what it does at the binding becomes operations of a graph in place of running.
 * No op runs and no tensor has a value, so a recording takes no memory beyond the graph.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { EngineError } from "../../../core/errors.ts";
import { attributeText, undeclaredTensor } from "../../recorded_step.ts";
import { type OpAttribute, typeAttribute } from "../binding/attributes.ts";
import type { Recorder, TensorFlowBinding, TensorMetadata } from "../binding/binding.ts";
import type { Description, Graph, GraphValue } from "./graph.ts";
import type { Trace } from "./known_steps.ts";
import type { LazyGraph } from "./lazy_graph.ts";
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

/** Records a step into a graph. */
export class StepRecorder implements Recorder {
  readonly #backend: NodeBackend;
  readonly #binding: TensorFlowBinding;
  readonly #graph: Graph;
  /** By tensor number. */
  readonly #state = new Map<number, StateVariable>();
  readonly #sources = new Map<number, Source>();
  readonly #madeHere = new Set<number>();
  readonly #lines: string[] = [];
  readonly #descriptions: Description[] = [];
  readonly #effects: bigint[] = [];
  readonly #parameters: number[] = [];
  /** Operations of the piece of work that is recorded; null outside of any. */
  #piece: Set<bigint> | null = null;
  /** What runs when the last piece is done. */
  #pieceDone: readonly bigint[] = [];

  /**
   * @param into the graph
   * @param state numbers of the tensors that the step may change; the graph gets the handles of
   * their variables
   * @param inputs numbers of the tensors that it reads; arguments of the graph after the state
   */
  constructor(
    backend: NodeBackend,
    into: Graph,
    state: readonly number[],
    inputs: readonly number[],
  ) {
    this.#backend = backend;
    this.#binding = backend.binding;
    const graph = this.#graph = into;
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

  /** Numbers of the tensors that steps which do the same may have others of: arguments after the inputs. */
  get parameters(): readonly number[] {
    return this.#parameters;
  }

  onTensor(id: number): void {
    this.#madeHere.add(id);
  }

  onParameter(id: number): void {
    if (this.#sources.has(id)) return;
    const { dtype, shape } = this.#binding.describe(id);
    const origin = `parameter ${this.#parameters.push(id) - 1} ${dtype}[${shape}]`;
    this.#sources.set(id, { value: this.#graph.addArgument(dtype, shape), origin });
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
    this.#note(`${name} ${attributeText(attributes)} (${origins})`);
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

  /**
   * Ends the recording.
   *
   * @param after numbers of the state's tensors, where the step has assigned them
   * @param results what it returns
   */
  end(after: readonly number[], results: Readonly<Record<string, number>>): GraphValue[] {
    [...this.#state.keys()].forEach((before, i) => {
      if (after[i] !== before) this.#assign(before, after[i]!);
    });
    return Object.entries(results).map(([name, id]) => {
      const { value, origin } = this.#sourceOf(id, "result");
      this.#note(`result ${name} (${origin})`);
      return value;
    });
  }

  #assign(state: number, made: number): void {
    const { value, origin } = this.#sourceOf(made, "assign");
    this.#note(`AssignVariableOp (${this.#originOf(state)}, ${origin})`);
    const type = valueType(this.#binding.describe(state).dtype);
    this.#change("AssignVariableOp", [type], [state], [value]);
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

  #note(line: string): void {
    this.#lines.push(line);
    this.#graph.follow(line);
  }

  /** Makes the function `name` of `graph`, with these values as results. */
  finish(name: string, graph: LazyGraph<Trace>, results: readonly GraphValue[]): void {
    const outputs = results.map((value) => {
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
      throw undeclaredTensor(reader, shape);
    }
    const values = this.#binding.tensorDataSync(id);
    const bytes = ArrayBuffer.isView(values)
      ? new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
      : new TextEncoder().encode(JSON.stringify(values));
    const digest = createHash("sha1").update(bytes).digest("hex");
    const value = this.#graph.addConstant(this.#binding.resolve(id), dtype);
    return { value, origin: `constant ${dtype}[${shape}]${digest}` };
  }
}

function originOf({ origin }: Source): string {
  return origin;
}
