/**
 * A file of float32 rows that grows, so that a long computation can go on where it was stopped.
 *
 * @module
 */

import { FileBytes } from "../arrays/byte_source.ts";
import { PositionedFile } from "../arrays/positioned_file.ts";
import { SAFETENSORS_TYPES } from "./safetensors_header.ts";
import { StoredArray } from "../arrays/stored_array.ts";
import type { FloatSource } from "../arrays/values.ts";

/**
 * Rows of one shape, one after the other, without a header.
 */
export class RowFile {
  /** The file. */
  readonly path: string;
  readonly #shape: readonly number[];
  readonly #rowBytes: number;

  /** Opens nothing yet. @param shape of a row */
  constructor(path: string, shape: readonly number[]) {
    this.path = path;
    this.#shape = shape;
    this.#rowBytes = 4 * shape.reduce((product, n) => product * n, 1);
  }

  /**
   * Number of whole rows; part of one, which a killed process may leave, is cut off.
   *
   * @param group rows that belong together: part of a group is cut off, too
   */
  count(group = 1): number {
    try {
      const rows = group * Math.floor(Deno.statSync(this.path).size / (group * this.#rowBytes));
      Deno.truncateSync(this.path, rows * this.#rowBytes);
      return rows;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return 0;
      throw error;
    }
  }

  /** Adds rows at the end. */
  append(values: Float32Array): void {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    Deno.writeFileSync(this.path, bytes, { append: true });
  }

  /** All rows as an array, [rows, …shape], which is read when it is asked for; and its file. */
  open(): { readonly values: FloatSource; readonly file: Disposable } {
    const file = new PositionedFile(this.path);
    const shape = [file.size / this.#rowBytes, ...this.#shape];
    const type = SAFETENSORS_TYPES.get("F32")!;
    return { values: new StoredArray(new FileBytes(file, 0, file.size), { shape, type }), file };
  }
}
