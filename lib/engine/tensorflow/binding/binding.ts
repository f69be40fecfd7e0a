/**
 * The native side of TensorFlow.js's node backend, on TensorFlow's C API through Deno FFI: what
 * `tfjs_binding.d.ts` of `@tensorflow/tfjs-node-gpu` calls `TFJSBinding`. Tensors are numbered;
 * nothing is freed by garbage collection, only by {@linkcode TensorFlowBinding.deleteTensor}.
 *
 * @module
 */

import { EngineError } from "../../../core/errors.ts";
import {
  type AttributeSetters,
  eagerSetters,
  ON_ONE_THREAD,
  type OpAttribute,
  setAttribute,
} from "./attributes.ts";
import { type ContextOptions, listDevices, type NativeDevice, newContext } from "./context.ts";
import { NativeMemory, type Pinned } from "./memory.ts";
import { AttributeKind, DataType, type Library, type Native } from "./symbols.ts";
import { ResourceVariable } from "./resource_variable.ts";
import { newNativeTensor, readNativeTensor, type ReadValues, type Values } from "./tensors.ts";

/** A tensor that an op has made. */
export interface TensorMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** Takes what happens at the binding for the graph of a step, in place of running it. */
export interface Recorder {
  /** A tensor was made from values. */
  onTensor(id: number): void;
  /** A tensor is read that steps which do the same may have another one of. */
  onParameter(id: number): void;
  /** Stands in for an op that is to run; its outputs are placeholders. */
  runOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): TensorMetadata[];
  /**
   * Runs an op that takes variables first and changes them; false where not all of `states` are
   * numbers of the state's tensors.
   */
  changeInPlace(
    op: string,
    attributes: readonly OpAttribute[],
    states: readonly number[],
    inputs: readonly number[],
  ): boolean;
  /** Does `work`; its ops run after those of the calls before. */
  inOrder(work: () => void): void;
}

/** Where an op writes what it has made: the handles of tensors, and their number. */
interface OutputPlaces {
  readonly handles: Pinned<BigUint64Array>;
  readonly count: Pinned<Int32Array>;
}

/** Most outputs that one op may have. */
const MAX_OUTPUTS = 1024;
/** Most axes that a tensor may have (TensorFlow's own limit is 254). */
const MAX_RANK = 256;

/** One eager context of one library, in the shape that TensorFlow.js's node backend drives. */
export class TensorFlowBinding {
  // The constants of TFJSBinding.
  readonly TF_FLOAT = DataType.FLOAT;
  readonly TF_INT32 = DataType.INT32;
  readonly TF_UINT8 = DataType.UINT8;
  readonly TF_STRING = DataType.STRING;
  readonly TF_COMPLEX64 = DataType.COMPLEX64;
  readonly TF_INT64 = DataType.INT64;
  readonly TF_BOOL = DataType.BOOL;
  readonly TF_RESOURCE = DataType.RESOURCE;
  readonly TF_ATTR_STRING = AttributeKind.STRING;
  readonly TF_ATTR_INT = AttributeKind.INT;
  readonly TF_ATTR_FLOAT = AttributeKind.FLOAT;
  readonly TF_ATTR_BOOL = AttributeKind.BOOL;
  readonly TF_ATTR_TYPE = AttributeKind.TYPE;
  readonly TF_ATTR_SHAPE = AttributeKind.SHAPE;
  readonly TF_ATTR_RESOURCE = 8;
  readonly TF_Version: string;
  readonly TensorMetadata: unknown = Object;
  readonly TFEOpAttr: unknown = Object;

  readonly devices: readonly NativeDevice[];
  /** Set while a step is recorded. */
  recorder: Recorder | null = null;
  /** For the graphs of compiled steps. */
  readonly memory: NativeMemory;
  /** The `TFE_Context*`. */
  readonly context: bigint;
  readonly #native: Native;
  /** The GPU's name as a C string, or 0 where there is none. */
  readonly #gpu: bigint;
  readonly #handles = new Map<number, bigint>();
  /** Tensors whose value lives in a variable of TensorFlow's. */
  readonly #resources = new Map<number, ResourceVariable>();
  /** Tensors that have no value: they stand for those of a graph. */
  readonly #placeholders = new Set<number>();
  #nextId = 0;
  readonly #outputs: OutputPlaces;
  /** Of functions that run aside, as many as ran at a time. */
  readonly #aside: OutputPlaces[] = [];
  #running = 0;
  /** As many functions aside as take all threads. */
  readonly #most: number;
  /** Scratch memory for the sizes of a shape. */
  readonly dims: Pinned<BigInt64Array>;
  readonly #setters: AttributeSetters;

  /** @throws {EngineError} if TensorFlow does not start */
  constructor(library: Library, options: ContextOptions) {
    this.memory = new NativeMemory(library);
    this.#native = this.memory.native;
    this.#outputs = this.#newPlaces();
    this.dims = this.memory.pinBigInt64(MAX_RANK);
    this.#setters = eagerSetters(this.memory);
    this.TF_Version = this.memory.readCString(this.#native.TF_Version());
    this.context = newContext(this.memory, options);
    this.devices = listDevices(this.memory, this.context);
    const gpu = this.devices.find((device) => device.type === "GPU");
    this.#gpu = gpu === undefined ? 0n : this.memory.cString(gpu.name);
    this.#most = gpu ? Infinity : options.threads ?? navigator.hardwareConcurrency;
  }

  /** Copies `values` into a new tensor, on the GPU where there is one. */
  createTensor(shape: number[], dtype: number, values: Values): number {
    const { status } = this.memory;
    const tensor = newNativeTensor(this.memory, shape, dtype, values, this.dims);
    const handle = this.#native.TFE_NewTensorHandle(tensor, status);
    this.#native.TF_DeleteTensor(tensor); // the handle has its own reference
    this.memory.check("make a tensor");
    // TensorFlow's GPU ops want their int32 inputs (shapes, axes, indices) in main memory.
    const stays = this.#gpu === 0n || dtype === DataType.INT32 || dtype === DataType.STRING;
    const id = this.#register(stays ? handle : this.#moveToGpu(handle));
    this.recorder?.onTensor(id);
    return id;
  }

  #moveToGpu(handle: bigint): bigint {
    const { status } = this.memory;
    const moved = this.#native.TFE_TensorHandleCopyToDevice(
      handle,
      this.context,
      this.#gpu,
      status,
    );
    this.#native.TFE_DeleteTensorHandle(handle);
    this.memory.check("copy a tensor to the GPU");
    return moved;
  }

  /** @throws {EngineError} if there is no such tensor */
  deleteTensor(id: number): void {
    if (this.#placeholders.delete(id)) return;
    const resource = this.#resources.get(id);
    if (resource === undefined) return this.#deleteHandle(id, this.#handle(id, "delete"));
    this.dropRead(id);
    this.#resources.delete(id);
    resource.dispose();
  }

  #deleteHandle(id: number, handle: bigint): void {
    this.#handles.delete(id);
    this.#native.TFE_DeleteTensorHandle(handle);
  }

  /** A tensor number that stands for a tensor of a graph. */
  newPlaceholder(): number {
    this.#placeholders.add(this.#nextId);
    return this.#nextId++;
  }

  /**
   * Moves the value of a tensor into a variable of TensorFlow's, if it is not in one. From then on
   * the tensor has the value that the variable has at each time. Compiled steps so change it in
   * place, and no second copy of it is alive while they run.
   *
   * @returns the number of the variable's handle, an argument for ops on resources
   */
  toResource(id: number): number {
    const known = this.#resources.get(id);
    if (known !== undefined) return known.handle;
    const resource = new ResourceVariable(this, this.describe(id));
    this.#deleteHandle(id, this.#handle(id, "move"));
    this.#resources.set(id, resource);
    return resource.handle;
  }

  /** Takes the value out of the variable again: later steps no longer change this tensor. */
  fromResource(id: number): void {
    this.#handle(id, "read");
    this.#resources.get(id)?.dispose();
    this.#resources.delete(id);
  }

  /** Gives up what was read from a tensor's variable, which is then the only owner of the value. */
  dropRead(id: number): void {
    const handle = this.#handles.get(id);
    if (handle !== undefined && this.#resources.has(id)) this.#deleteHandle(id, handle);
  }

  /** A copy of a tensor's values. @throws {EngineError} if there is no such tensor */
  tensorDataSync(id: number): ReadValues {
    const handle = this.#handle(id, "read");
    const dtype = this.#native.TFE_TensorHandleDataType(handle);
    const tensor = this.#native.TFE_TensorHandleResolve(handle, this.memory.status);
    this.memory.check("read a tensor");
    try {
      return readNativeTensor(this.memory, tensor, dtype);
    } finally {
      this.#native.TF_DeleteTensor(tensor);
    }
  }

  /**
   * Runs one op.
   *
   * @throws {EngineError} with TensorFlow's message, if the op is unknown or fails
   */
  executeOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): TensorMetadata[] {
    return (this.recorder ?? this).runOp(name, attributes, inputs, outputs);
  }

  /** Runs one op, also while a step is recorded. @throws {EngineError} as {@linkcode executeOp} */
  runOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): TensorMetadata[] {
    const { status } = this.memory, native = this.#native;
    const op = this.#newOp(name, attributes, inputs);
    try {
      const { handles, count } = this.#outputs;
      count.array[0] = outputs;
      native.TFE_Execute(op, handles.address, count.address, status);
      if (native.TF_GetCode(status) !== 0) this.memory.check(`run the TensorFlow op "${name}"`);
    } finally {
      native.TFE_DeleteOp(op);
    }
    return this.#describeOutputs();
  }

  /**
   * Runs a function on another thread. Meanwhile ops and other functions may run, but none on what
   * this one changes. As soon as as many run as there are threads, none gets more than one.
   *
   * @throws {EngineError} with TensorFlow's message, if it fails
   */
  async executeFunctionAside(
    name: string,
    inputs: readonly number[],
    outputs: number,
  ): Promise<TensorMetadata[]> {
    const isFull = this.#running > 0 && this.#running + 1 >= this.#most;
    const native = this.#native, op = this.#newOp(name, isFull ? [ON_ONE_THREAD] : [], inputs);
    // What runs meanwhile writes to the status and the outputs of all others.
    const status = native.TF_NewStatus(), places = this.#aside.pop() ?? this.#newPlaces();
    this.#running++;
    try {
      places.count.array[0] = outputs;
      await native.executeAside(op, places.handles.address, places.count.address, status);
      this.memory.check(`run the TensorFlow function "${name}"`, status);
      return this.#describeOutputs(places);
    } finally {
      this.#running--;
      this.#aside.push(places);
      native.TF_DeleteStatus(status);
      native.TFE_DeleteOp(op);
    }
  }

  #newPlaces(): OutputPlaces {
    return { handles: this.memory.pinBigUint64(MAX_OUTPUTS), count: this.memory.pinInt32(1) };
  }

  /** A `TFE_Op*` with inputs and attributes; the caller deletes it. */
  #newOp(name: string, attributes: readonly OpAttribute[], inputs: readonly number[]): bigint {
    const native = this.#native, memory = this.memory, { status } = memory;
    const op = native.TFE_NewOp(this.context, memory.cString(name), status);
    if (native.TF_GetCode(status) !== 0) memory.check(`find the TensorFlow op "${name}"`);
    try {
      for (const id of inputs) {
        native.TFE_OpAddInput(op, this.#handle(id, name), status);
        if (native.TF_GetCode(status) !== 0) memory.check(`run the TensorFlow op "${name}"`);
      }
      for (const attribute of attributes) {
        setAttribute(this.#setters, memory, op, attribute, this.dims);
      }
    } catch (error) {
      native.TFE_DeleteOp(op);
      throw error;
    }
    return op;
  }

  /** What the op that wrote there has made; by default the last one here. */
  #describeOutputs({ handles, count }: OutputPlaces = this.#outputs): TensorMetadata[] {
    const made: TensorMetadata[] = [];
    for (let i = 0; i < count.array[0]!; i++) {
      const handle = handles.array[i]!;
      made.push(this.#describe(this.#register(handle), handle));
    }
    return made;
  }

  /** A `TF_Tensor*` with the values of a tensor; the caller frees it. */
  resolve(id: number): bigint {
    const tensor = this.#native.TFE_TensorHandleResolve(
      this.#handle(id, "read"),
      this.memory.status,
    );
    this.memory.check("read a tensor");
    return tensor;
  }

  /** Shape and type of a tensor. */
  describe(id: number): TensorMetadata {
    return this.#describe(id, this.#handle(id, "describe"));
  }

  #describe(id: number, handle: bigint): TensorMetadata {
    const native = this.#native, { status } = this.memory;
    const rank = native.TFE_TensorHandleNumDims(handle, status);
    const shape: number[] = [];
    for (let i = 0; i < rank; i++) {
      shape.push(Number(native.TFE_TensorHandleDim(handle, i, status)));
    }
    return { id, shape, dtype: native.TFE_TensorHandleDataType(handle) };
  }

  #register(handle: bigint): number {
    const id = this.#nextId++;
    this.#handles.set(id, handle);
    return id;
  }

  #handle(id: number, action: string): bigint {
    const handle = this.#handles.get(id) ?? this.#readResource(id);
    if (handle !== undefined) return handle;
    const state = this.#placeholders.has(id)
      ? "has no value while a step is compiled, expected one that was made outside"
      : "is disposed, expected a live one";
    throw new EngineError(`Cannot ${action}: tensor ${id} ${state}`);
  }

  /** The value that a variable has now, shared with it and not copied. */
  #readResource(id: number): bigint | undefined {
    const resource = this.#resources.get(id);
    if (resource === undefined) return undefined;
    const read = resource.read();
    const handle = this.#handles.get(read)!;
    this.#handles.delete(read);
    this.#handles.set(id, handle);
    return handle;
  }

  getNumOfTensors(): number {
    let count = this.#handles.size;
    // The handle of a variable and a value that was read from it are no tensors of their own.
    for (const id of this.#resources.keys()) if (this.#handles.has(id)) count--;
    return count;
  }

  isUsingGpuDevice(): boolean {
    return this.#gpu !== 0n;
  }

  getNumOfSavedModels(): number {
    return 0;
  }

  loadSavedModel(): never {
    throw new EngineError("Cannot load a SavedModel: this engine runs tensors only");
  }

  deleteSavedModel(): never {
    throw new EngineError("Cannot delete a SavedModel: this engine runs tensors only");
  }

  runSavedModel(): never {
    throw new EngineError("Cannot run a SavedModel: this engine runs tensors only");
  }
}
