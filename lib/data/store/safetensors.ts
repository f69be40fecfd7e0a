/**
 * Reading and writing safetensors: tensors by name in one file that holds no code.
 *
 * Format: the README of huggingface/safetensors, section "Format".
 *
 * @module
 */

import { DataError } from "../../core/errors.ts";
import { unknownName } from "../../core/suggest.ts";
import { FileBytes } from "../arrays/byte_source.ts";
import { PositionedFile } from "../arrays/positioned_file.ts";
import {
  readHeader,
  SAFETENSORS_TYPES,
  type SafetensorsHeader,
  type SafetensorsType,
  type TensorInfo,
} from "./safetensors_header.ts";
import { StoredArray } from "../arrays/stored_array.ts";

export type { SafetensorsType } from "./safetensors_header.ts";
export {
  type TensorChunk,
  type TensorData,
  type TensorToWrite,
  writeSafetensors,
} from "./safetensors_writer.ts";

/**
 * A tensor in a file. Its values are read when they are asked for.
 *
 * @example
 * ```ts
 * import { readSafetensors, writeSafetensors } from "./safetensors.ts";
 * import { assertEquals } from "@std/assert";
 * const path = Deno.makeTempFileSync();
 * writeSafetensors(path, [{ name: "ids", dtype: "I32", shape: [2], data: Int32Array.of(101, 102) }]);
 * const file = readSafetensors(path);
 * const { name, format, dtype, shape } = file.tensor("ids");
 * assertEquals([name, format, dtype, shape], ["ids", "I32", "<i4", [2]]);
 * file.close();
 * Deno.removeSync(path);
 * ```
 */
export class SafetensorsTensor extends StoredArray {
  /** Under which the file has it. */
  readonly name: string;
  /** The format's name of the type; `dtype` is numpy's. */
  readonly format: SafetensorsType;

  /** Made by `readSafetensors`. */
  constructor(file: PositionedFile, dataStart: number, info: TensorInfo) {
    const { name, dtype, shape, begin, end } = info;
    const type = SAFETENSORS_TYPES.get(dtype)!;
    super(new FileBytes(file, dataStart + begin, end - begin), { shape, type });
    this.name = name;
    this.format = dtype;
  }
}

/**
 * An open safetensors file.
 *
 * @example
 * ```ts
 * import { readSafetensors, writeSafetensors } from "./safetensors.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 * const path = Deno.makeTempFileSync();
 * const data = Float32Array.of(0.5, 1);
 * writeSafetensors(path, [{ name: "head.bias", dtype: "F32", shape: [2], data }]);
 * const file = readSafetensors(path);
 * assertEquals([...file.tensors.keys()], ["head.bias"]);
 * assertThrows(() => file.tensor("head.bais"), Error, 'did you mean "head.bias"');
 * file.close();
 * Deno.removeSync(path);
 * ```
 */
export class SafetensorsFile implements Disposable {
  /** Where it is. */
  readonly path: string;
  /** By name, in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  /** Free text that the writer added, by name. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly #file: PositionedFile;

  /** Made by `readSafetensors`. */
  constructor(file: PositionedFile, { tensors, metadata, dataStart }: SafetensorsHeader) {
    this.path = file.path;
    this.tensors = new Map(
      tensors.map((info) => [info.name, new SafetensorsTensor(file, dataStart, info)]),
    );
    this.metadata = metadata;
    this.#file = file;
  }

  /** One by its name. @throws {DataError} when there is none, with the nearest name */
  tensor(name: string): SafetensorsTensor {
    const tensor = this.tensors.get(name);
    if (tensor !== undefined) return tensor;
    const problem = unknownName("tensor", name, this.tensors.keys());
    throw new DataError(`Cannot read "${this.path}": ${problem}`);
  }

  /** Closes the file; its tensors can no longer be read. */
  close(): void {
    this.#file.close();
  }

  /** Ends its use. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Opens a safetensors file and checks its whole header; the values stay in the file.
 *
 * @throws {DataError} for a file that is missing, truncated or breaks a rule of the format
 *
 * @example
 * ```ts
 * import { readSafetensors, writeSafetensors } from "./safetensors.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = Deno.makeTempFileSync();
 * writeSafetensors(path, [
 *   { name: "bias", dtype: "F32", shape: [2], data: new Float32Array([0.5, 1]) },
 * ], { model: "self-mm" });
 * const file = readSafetensors(path);
 * assertEquals(file.tensor("bias").values(), new Float32Array([0.5, 1]));
 * assertEquals(file.metadata.get("model"), "self-mm");
 * file.close();
 * Deno.removeSync(path);
 * ```
 */
export function readSafetensors(path: string): SafetensorsFile {
  const file = new PositionedFile(path);
  try {
    return new SafetensorsFile(file, readHeader(file));
  } catch (error) {
    file.close();
    throw error;
  }
}
