/** Copies arrays into TensorFlow's tensors and back. @module */

import { EngineError } from "../../../core/errors.ts";
import type { NativeMemory, Pinned } from "./memory.ts";
import { DataType } from "./symbols.ts";

/** The values of a tensor in JavaScript: typed array, plain array, or bytes of each string. */
export type Values = ArrayBufferView | readonly (number | boolean)[] | readonly Uint8Array[];

/** Size of a `TF_TString`. */
const STRING_BYTES = 24;

/** Bytes of one element, by data type. */
const ELEMENT_BYTES: Readonly<Record<number, number>> = {
  [DataType.FLOAT]: 4,
  [DataType.INT32]: 4,
  [DataType.UINT8]: 1,
  [DataType.COMPLEX64]: 8,
  [DataType.INT64]: 8,
  [DataType.BOOL]: 1,
};

/** The array type of each data type that TensorFlow.js makes tensors of. */
const ARRAYS: Readonly<Record<number, Float32ArrayConstructor | Int32ArrayConstructor>> = {
  [DataType.FLOAT]: Float32Array,
  [DataType.INT32]: Int32Array,
};

/** Values as the bytes that TensorFlow wants. */
function toView(values: Values, dtype: number): ArrayBufferView {
  const wanted = ARRAYS[dtype];
  if (ArrayBuffer.isView(values)) {
    // An array of the other four-byte type would pass the check of its length.
    return wanted === undefined || values instanceof wanted
      ? values
      : wanted.from(values as Float32Array);
  }
  return (wanted ?? Uint8Array).from((values as readonly (number | boolean)[]).map(Number));
}

/**
 * A new `TF_Tensor` with a copy of `values`; the caller deletes it.
 *
 * @param dims scratch memory for the sizes
 * @throws {EngineError} if the number of bytes is not what shape and type ask for
 */
export function newNativeTensor(
  memory: NativeMemory,
  shape: readonly number[],
  dtype: number,
  values: Values,
  dims: Pinned<BigInt64Array>,
): bigint {
  const { native } = memory;
  let size = 1;
  for (let i = 0; i < shape.length; i++) {
    dims.array[i] = BigInt(shape[i]!);
    size *= shape[i]!;
  }
  if (dtype === DataType.STRING) {
    return newStringTensor(memory, shape.length, size, values as readonly Uint8Array[], dims);
  }
  const view = toView(values, dtype);
  const wanted = size * (ELEMENT_BYTES[dtype] ?? 0);
  if (view.byteLength !== wanted) {
    throw new EngineError(
      `Cannot make a tensor of shape [${shape}] and type ${dtype}: ` +
        `the values have ${view.byteLength} bytes, expected ${wanted}`,
    );
  }
  const bytes = BigInt(wanted);
  const tensor = native.TF_AllocateTensor(dtype, dims.address, shape.length, bytes);
  if (tensor === 0n) {
    throw new EngineError(`Cannot make a tensor of shape [${shape}]: no memory for ${bytes} bytes`);
  }
  if (wanted > 0) {
    native.copyToNative(native.TF_TensorData(tensor), view as Uint8Array<ArrayBuffer>, bytes);
  }
  return tensor;
}

function newStringTensor(
  memory: NativeMemory,
  rank: number,
  size: number,
  values: readonly Uint8Array[],
  dims: Pinned<BigInt64Array>,
): bigint {
  const { native } = memory;
  const bytes = BigInt(size * STRING_BYTES);
  const tensor = native.TF_AllocateTensor(DataType.STRING, dims.address, rank, bytes);
  let at = native.TF_TensorData(tensor);
  for (const value of values) {
    native.TF_StringInit(at);
    native.TF_StringCopy(at, value as Uint8Array<ArrayBuffer>, BigInt(value.length));
    at += BigInt(STRING_BYTES);
  }
  return tensor;
}

/** What {@linkcode readNativeTensor} gives. */
export type ReadValues =
  | Float32Array
  | Float64Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint8Array[];

/**
 * A copy of the values of a `TF_Tensor`.
 *
 * @throws {EngineError} if the data type has no JavaScript form
 */
export function readNativeTensor(memory: NativeMemory, tensor: bigint, dtype: number): ReadValues {
  const { native } = memory;
  const data = native.TF_TensorData(tensor);
  if (dtype === DataType.STRING) return readStrings(memory, tensor, data);
  const bytes = native.TF_TensorByteSize(tensor);
  const out = newArray(dtype, Number(bytes));
  if (bytes > 0n) native.copyToScript(out, data, bytes);
  return out;
}

function newArray(dtype: number, bytes: number): Exclude<ReadValues, Uint8Array[]> & {
  buffer: ArrayBuffer;
} {
  const buffer = new ArrayBuffer(bytes);
  switch (dtype) {
    case DataType.FLOAT:
    case DataType.COMPLEX64:
      return new Float32Array(buffer);
    case DataType.DOUBLE:
      return new Float64Array(buffer);
    case DataType.INT32:
      return new Int32Array(buffer);
    case DataType.INT64:
      return new BigInt64Array(buffer);
    case DataType.BOOL:
    case DataType.UINT8:
    case DataType.RESOURCE:
      return new Uint8Array(buffer);
    default:
      throw new EngineError(`Cannot read a tensor: its TensorFlow data type ${dtype} is not known`);
  }
}

function readStrings(memory: NativeMemory, tensor: bigint, data: bigint): Uint8Array[] {
  const { native } = memory;
  const size = Number(native.TF_TensorElementCount(tensor));
  return Array.from({ length: size }, (_, i) => {
    const at = data + BigInt(i * STRING_BYTES);
    const length = native.TF_StringGetSize(at);
    const bytes = new Uint8Array(Number(length));
    if (length > 0n) native.copyToScript(bytes, native.TF_StringGetDataPointer(at), length);
    return bytes;
  });
}
