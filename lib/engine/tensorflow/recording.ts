/**
 * What one run of a step did at the binding: ops and constants, in order, enough to build a graph
 * that does the same, and to tell whether another run did the same.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { EngineError } from "../../core/errors.ts";
import type { OpAttribute } from "./attributes.ts";
import type { Recorder, TensorFlowBinding, TensorMetadata } from "./binding.ts";
import type { GraphBuilder, GraphValue } from "./graph.ts";
import { isConstant, type NodeBackend } from "./ops.ts";
import { AttributeKind, DataType } from "./symbols.ts";

/** Where an input of a recorded op comes from. */
type Source =
  | { readonly kind: "argument"; readonly index: number }
  | { readonly kind: "op"; readonly index: number; readonly output: number }
  | { readonly kind: "constant"; readonly index: number };

interface RecordedOp {
  readonly name: string;
  readonly attributes: readonly OpAttribute[];
  readonly inputs: readonly Source[];
  readonly outputs: readonly TensorMetadata[];
}

/** A constant: a tensor that the step made from values, or one that the engine keeps. */
interface RecordedConstant {
  readonly tensor: bigint;
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly digest: string;
}

/** An argument of the function to be. */
export interface Argument {
  readonly id: number;
  readonly dtype: number;
  readonly shape: readonly number[];
  /** What to call it in messages. */
  readonly name: string;
}

/** Records a step. Dispose it to free what it holds on to. */
export class Recording implements Recorder, Disposable {
  readonly #backend: NodeBackend;
  readonly #binding: TensorFlowBinding;
  readonly #arguments: readonly Argument[];
  readonly #sources = new Map<number, Source>();
  readonly #ops: RecordedOp[] = [];
  readonly #constants: RecordedConstant[] = [];
  readonly #madeHere = new Set<number>();

  constructor(backend: NodeBackend, args: readonly Argument[]) {
    this.#backend = backend;
    this.#binding = backend.binding;
    this.#arguments = args;
    args.forEach(({ id }, index) => {
      if (!this.#sources.has(id)) this.#sources.set(id, { kind: "argument", index });
    });
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

  onOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputs: readonly TensorMetadata[],
  ): void {
    const sources = inputs.map((id) => this.#sourceOf(id, name));
    const index = this.#ops.length;
    this.#ops.push({
      name,
      attributes: attributes.map((attribute) => ({ ...attribute })),
      inputs: sources,
      outputs,
    });
    outputs.forEach(({ id }, output) => this.#sources.set(id, { kind: "op", index, output }));
  }

  /** Where the tensor `id` comes from; throws when it is something that was not declared. */
  #sourceOf(id: number, reader: string): Source {
    const known = this.#sources.get(id);
    if (known !== undefined) return known;
    const constant = this.#readConstant(id);
    if (!this.#madeHere.has(id) && !isConstant(this.#backend, id)) {
      throw new EngineError(
        `Cannot compile a step: its op "${reader}" reads a tensor of shape [${constant.shape}] ` +
          "that was made before, expected it among the inputs, the state or the statics",
      );
    }
    const source: Source = { kind: "constant", index: this.#constants.length };
    this.#constants.push(constant);
    this.#sources.set(id, source);
    return source;
  }

  /** Its values now: the tensor may be freed before the graph is built. */
  #readConstant(id: number): RecordedConstant {
    const values = this.#binding.tensorDataSync(id);
    const tensor = this.#binding.resolve(id);
    const { dtype, shape } = this.#binding.describe(id);
    const bytes = ArrayBuffer.isView(values)
      ? new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
      : new TextEncoder().encode(JSON.stringify(values));
    return { tensor, dtype, shape, digest: createHash("sha1").update(bytes).digest("hex") };
  }

  /** Number of ops. */
  get size(): number {
    return this.#ops.length;
  }

  /** One line an op and constant; equal for runs that did the same. */
  signature(): string[] {
    const constants = this.#constants.map(({ dtype, shape, digest }) =>
      `${dtype}[${shape}]${digest}`
    );
    const show = (source: Source) =>
      source.kind === "constant" ? `constant ${constants[source.index]}` : JSON.stringify(source);
    return this.#ops.map(({ name, attributes, inputs }) =>
      `${name} ${JSON.stringify(attributes)} (${inputs.map(show).join(", ")})`
    );
  }

  /** Builds the same in a graph, with the tensors `results` as outputs. */
  build(graph: GraphBuilder, name: string, results: readonly number[]): void {
    for (const id of results) this.#sourceOf(id, "result");
    const args = this.#arguments.map(({ dtype, shape }) => graph.addArgument(dtype, shape));
    const constants = this.#constants.map(({ tensor, dtype }) => graph.addConstant(tensor, dtype));
    const made: GraphValue[][] = [];
    const valueOf = (source: Source): GraphValue => {
      switch (source.kind) {
        case "argument":
          return args[source.index]!;
        case "constant":
          return constants[source.index]!;
        case "op":
          return made[source.index]![source.output]!;
      }
    };
    for (const { name, attributes, inputs, outputs } of this.#ops) {
      const resources = inputs.filter((source) =>
        source.kind === "argument" && this.#arguments[source.index]!.dtype === DataType.RESOURCE
      ).map(valueOf);
      made.push(
        graph.addOperation(name, attributes, inputs.map(valueOf), outputs.length, resources),
      );
    }
    const outputs = results.map((id) => {
      const value = valueOf(this.#sources.get(id)!);
      // An argument or a value that is returned twice needs an operation of its own.
      const type = { name: "T", type: AttributeKind.TYPE, value: this.#binding.describe(id).dtype };
      return graph.addOperation("Identity", [type], [value], 1)[0]!;
    });
    graph.finish(name, outputs);
  }

  [Symbol.dispose](): void {
    for (const { tensor } of this.#constants) this.#binding.memory.native.TF_DeleteTensor(tensor);
    this.#constants.length = 0;
  }
}
