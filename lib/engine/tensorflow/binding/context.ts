/** TensorFlow's eager context: devices and threads. @module */

import type { NativeMemory } from "./memory.ts";

/** What a context is made with. */
export interface ContextOptions {
  /** Threads within an op and between ops; TensorFlow's default is one per core. */
  readonly threads?: number | undefined;
  /** False hides every GPU. */
  readonly gpu: boolean;
}

/** A device of a context. */
export interface NativeDevice {
  /** `/job:localhost/replica:0/task:0/device:CPU:0` */
  readonly name: string;
  /** `CPU`, `GPU`, … */
  readonly type: string;
}

/** `value` in protobuf's variable-length form. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push(value % 128 + 128);
  bytes.push(value);
  return bytes;
}

/** A protobuf field that holds a number. */
function numberField(field: number, value: number): number[] {
  return [...varint(field << 3), ...varint(value)];
}

/** A protobuf field that holds bytes. */
function bytesField(field: number, bytes: number[]): number[] {
  return [...varint(field << 3 | 2), ...varint(bytes.length), ...bytes];
}

/** TensorFlow's `ConfigProto`, serialised; the field numbers are those of `config.proto`. */
export function configProto(options: ContextOptions): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  if (!options.gpu) {
    const entry = [...bytesField(1, [...new TextEncoder().encode("GPU")]), ...numberField(2, 0)];
    bytes.push(...bytesField(1, entry)); // device_count
  }
  if (options.threads !== undefined) {
    bytes.push(...numberField(2, options.threads)); // intra_op_parallelism_threads
    bytes.push(...numberField(5, options.threads)); // inter_op_parallelism_threads
  }
  bytes.push(...bytesField(6, numberField(4, 1))); // gpu_options.allow_growth
  return Uint8Array.from(bytes);
}

/**
 * A new `TFE_Context`. Synchronous: ops that wait in a queue took 10 to 15 times as long.
 *
 * @throws {EngineError} if TensorFlow cannot make it
 */
export function newContext(memory: NativeMemory, options: ContextOptions): bigint {
  const { native, status } = memory;
  const settings = native.TFE_NewContextOptions();
  const config = configProto(options);
  native.TFE_ContextOptionsSetConfig(settings, config, BigInt(config.length), status);
  memory.check("configure TensorFlow");
  const context = native.TFE_NewContext(settings, status);
  native.TFE_DeleteContextOptions(settings);
  memory.check("start TensorFlow");
  return context;
}

/** The devices that a context has. */
export function listDevices(memory: NativeMemory, context: bigint): NativeDevice[] {
  const { native, status } = memory;
  const list = native.TFE_ContextListDevices(context, status);
  memory.check("list TensorFlow's devices");
  const devices = Array.from({ length: native.TF_DeviceListCount(list) }, (_, i) => ({
    name: memory.readCString(native.TF_DeviceListName(list, i, status)),
    type: memory.readCString(native.TF_DeviceListType(list, i, status)),
  }));
  native.TF_DeleteDeviceList(list);
  return devices;
}
