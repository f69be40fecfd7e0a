/** Runs TensorFlow ops inside a kernel: on tensor numbers, freeing what is only in between. @module */

import type { Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import { boolAttribute, intAttribute, type OpAttribute, typeAttribute } from "./attributes.ts";
import type { TensorFlowBinding, TensorMetadata } from "./binding.ts";
import { DataType } from "./symbols.ts";

/** What kernels use of tfjs-node's backend. */
export interface NodeBackend {
  readonly binding: TensorFlowBinding;
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
  /** How many tensors share the data. */
  refCount(dataId: object): number;
  /** One more tensor shares the data. */
  incRef(dataId: object): void;
  createOutputTensor(metadata: TensorMetadata): Tensor;
  /** Takes the values of a new tensor; they go to the binding when an op first reads them. */
  write(...tensor: unknown[]): object;
}

/** `T`: the ops of kernels compute in float32. */
export const FLOAT: OpAttribute = typeAttribute("T", DataType.FLOAT);
/** `T` of ops on lengths and indices. */
export const INT32: OpAttribute = typeAttribute("T", DataType.INT32);

/** Constants of each backend, by their values; they live as long as the backend. */
const CONSTANTS = new WeakMap<NodeBackend, Map<string, number>>();

/** Whether a tensor number is one of the constants that kernels keep. */
export function isConstant(backend: NodeBackend, id: number): boolean {
  for (const constant of CONSTANTS.get(backend)?.values() ?? []) if (constant === id) return true;
  return false;
}

/**
 * The ops of one kernel call. Tensors that {@linkcode run} makes are freed with the scope, except
 * those that {@linkcode take} hands out.
 */
export class OpScope implements Disposable {
  readonly #backend: NodeBackend;
  readonly #made = new Map<number, TensorMetadata>();
  readonly #constants: Map<string, number>;

  constructor(backend: NodeBackend) {
    this.#backend = backend;
    this.#constants = CONSTANTS.get(backend) ?? new Map();
    CONSTANTS.set(backend, this.#constants);
  }

  /** The number of a tensor that came into the kernel. */
  id(tensor: TensorInfo): number {
    return this.#backend.getInputTensorIds([tensor])[0]!;
  }

  /** Runs an op of any number of outputs. */
  runAll(
    name: string,
    inputs: readonly number[],
    attributes: readonly OpAttribute[],
    outputs: number,
  ): number[] {
    const made = this.#backend.binding.executeOp(name, attributes, inputs, outputs);
    for (const metadata of made) this.#made.set(metadata.id, metadata);
    return made.map((metadata) => metadata.id);
  }

  /** Runs an op of one output. */
  run(name: string, inputs: readonly number[], attributes: readonly OpAttribute[]): number {
    return this.runAll(name, inputs, attributes, 1)[0]!;
  }

  /** An int32 constant; a scalar where the shape is empty. */
  int32(values: readonly number[], shape: readonly number[] = [values.length]): number {
    return this.#constant(
      `${values}|${shape}`,
      shape,
      DataType.INT32,
      () => Int32Array.from(values),
    );
  }

  /** An int32 tensor that is the caller's own: compiled steps with others of it are one function. */
  parameter(values: readonly number[], shape: readonly number[]): number {
    const id = this.int32(values, shape);
    this.#backend.binding.recorder?.onParameter(id);
    return id;
  }

  /** A float32 scalar. */
  float32(value: number): number {
    return this.#constant(`float|${value}`, [], DataType.FLOAT, () => Float32Array.of(value));
  }

  /** The int32 constant `start`, `start + 1`, …; one axis where no shape is given. */
  range(start: number, size: number, shape: readonly number[] = [size]): number {
    const values = () => Int32Array.from({ length: size }, (_, i) => start + i);
    return this.#constant(`range|${start}|${shape}`, shape, DataType.INT32, values);
  }

  /** A float32 constant of zeros. */
  zeros(shape: readonly number[]): number {
    const size = shape.reduce((a, b) => a * b, 1);
    return this.#constant(`zeros|${shape}`, shape, DataType.FLOAT, () => new Float32Array(size));
  }

  #constant(
    key: string,
    shape: readonly number[],
    dtype: number,
    values: () => Float32Array | Int32Array,
  ): number {
    let id = this.#constants.get(key);
    if (id === undefined) {
      id = this.#backend.binding.createTensor([...shape], dtype, values());
      this.#constants.set(key, id);
    }
    return id;
  }

  /** `input` with another shape. */
  reshape(input: number, shape: readonly number[], type: OpAttribute = FLOAT): number {
    const attributes = [type, typeAttribute("Tshape", DataType.INT32)];
    return this.run("Reshape", [input, this.int32(shape)], attributes);
  }

  /** `input` with its axes in another order. */
  transpose(input: number, order: readonly number[]): number {
    const attributes = [FLOAT, typeAttribute("Tperm", DataType.INT32)];
    return this.run("Transpose", [input, this.int32(order)], attributes);
  }

  /** Entries of `input` along `axis` at the int32 numbers `indices`. */
  gather(input: number, indices: number, axis: number, type: number = DataType.FLOAT): number {
    return this.run("GatherV2", [input, indices, this.int32([axis], [])], [
      intAttribute("batch_dims", 0),
      typeAttribute("Tparams", type),
      typeAttribute("Tindices", DataType.INT32),
      typeAttribute("Taxis", DataType.INT32),
    ]);
  }

  /** `input` from `start`, `size` long, with -1 for the rest of an axis. */
  slice(input: number, start: readonly number[], size: readonly number[]): number {
    return this.run("Slice", [input, this.int32(start), this.int32(size)], [
      FLOAT,
      typeAttribute("Index", DataType.INT32),
    ]);
  }

  /** The `Sum` or `Max` of an int32 vector. */
  reduce(name: "Sum" | "Max", vector: number): number {
    const attributes = [
      INT32,
      typeAttribute("Tidx", DataType.INT32),
      boolAttribute("keep_dims", false),
    ];
    return this.run(name, [vector, this.int32([0])], attributes);
  }

  /** int32 scalars as a vector. */
  pack(scalars: readonly number[]): number {
    const attributes = [INT32, intAttribute("N", scalars.length), intAttribute("axis", 0)];
    return this.run("Pack", scalars, attributes);
  }

  /** Tensors one after the other along `axis`; the tensor itself for one. */
  concat(inputs: readonly number[], axis: number): number {
    if (inputs.length === 1) return inputs[0]!;
    const attributes = [
      FLOAT,
      intAttribute("N", inputs.length),
      typeAttribute("Tidx", DataType.INT32),
    ];
    return this.run("ConcatV2", [...inputs, this.int32([axis], [])], attributes);
  }

  /** `input` cut along `axis` into pieces of these sizes. */
  split(
    input: number,
    sizes: readonly number[],
    axis: number,
    type: OpAttribute = FLOAT,
  ): number[] {
    return this.runAll(
      "SplitV",
      [input, this.int32(sizes), this.int32([axis], [])],
      [intAttribute("num_split", sizes.length), type, typeAttribute("Tlen", DataType.INT32)],
      sizes.length,
    );
  }

  /** The sum of tensors of one shape; the tensor itself for one. */
  sum(inputs: readonly number[]): number {
    if (inputs.length === 1) return inputs[0]!;
    return this.run("AddN", inputs, [intAttribute("N", inputs.length), FLOAT]);
  }

  /** Hands `id` out as a tensor, which the scope no longer frees. */
  take(id: number): Tensor {
    const metadata = this.#made.get(id);
    if (metadata === undefined) throw new TypeError(`Cannot hand out tensor ${id} a second time`);
    this.#made.delete(id);
    return this.#backend.createOutputTensor(metadata);
  }

  [Symbol.dispose](): void {
    for (const id of this.#made.keys()) this.#backend.binding.deleteTensor(id);
    this.#made.clear();
  }
}
