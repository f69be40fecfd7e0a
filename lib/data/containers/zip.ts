/**
 * The entries of a zip archive, read by position: what is stored without compression stays in the
 * file, so that a large `.npz` or `.pt` needs no memory before its arrays are asked for.
 *
 * Format: PKWARE's APPNOTE, with its 64-bit extensions.
 *
 * @module
 */

import { inflateRawSync } from "node:zlib";
import { DataError, messageOf } from "../../core/errors.ts";
import { type ByteSource, FileBytes, MemoryBytes } from "../arrays/byte_source.ts";
import type { Positioned } from "../arrays/positioned_file.ts";

/** Names in the archive, with what gives their content. */
export type ZipEntries = ReadonlyMap<string, () => ByteSource>;

const END = 0x06054b50, END64 = 0x06064b50, LOCATOR64 = 0x07064b50;
const CENTRAL = 0x02014b50, LOCAL = 0x04034b50;
/** The end record, and the longest comment after it. */
const END_SIZE = 22, LONGEST_COMMENT = 0xffff;
/** Where a field is too small, it holds this and the value is in the extension. */
const FULL32 = 0xffffffff, FULL16 = 0xffff;
const STORED = 0, DEFLATED = 8;
/** No honest deflate stream is more than 1032 times smaller than what it holds. */
const MOST_RATIO = 1040;

/**
 * The entries of the archive in `file`.
 *
 * @throws {DataError} where it is damaged; an entry may throw only when it is asked for
 */
export function readZip(file: Positioned): ZipEntries {
  return new ZipReader(file).entries();
}

class ZipReader {
  readonly #file: Positioned;

  constructor(file: Positioned) {
    this.#file = file;
  }

  entries(): ZipEntries {
    const { offset, size, count } = this.#directory();
    const bytes = this.#view(offset, size, "its list of entries");
    const entries = new Map<string, () => ByteSource>();
    for (let i = 0, at = 0; i < count; i++) {
      if (at + 46 > size || bytes.getUint32(at, true) !== CENTRAL) throw this.#damaged("an entry");
      const nameLength = bytes.getUint16(at + 28, true);
      const extraLength = bytes.getUint16(at + 30, true);
      const end = at + 46 + nameLength + extraLength + bytes.getUint16(at + 32, true);
      if (end > size) throw this.#damaged("the name of an entry");
      const name = new TextDecoder().decode(
        new Uint8Array(bytes.buffer, bytes.byteOffset + at + 46, nameLength),
      );
      const extra = new DataView(
        bytes.buffer,
        bytes.byteOffset + at + 46 + nameLength,
        extraLength,
      );
      const [length, packed, local] = this.#wide(extra, [
        bytes.getUint32(at + 24, true),
        bytes.getUint32(at + 20, true),
        bytes.getUint32(at + 42, true),
      ]);
      const flags = bytes.getUint16(at + 8, true);
      const method = bytes.getUint16(at + 10, true);
      if ((flags & 1) !== 0) throw this.#damaged(`"${name}", which is encrypted`);
      entries.set(name, () => this.#content(name, method, local!, packed!, length!));
      at = end;
    }
    return entries;
  }

  /** Where the list of entries is. */
  #directory(): { offset: number; size: number; count: number } {
    const { size } = this.#file;
    const length = Math.min(size, END_SIZE + LONGEST_COMMENT);
    const tail = this.#view(size - length, length, "its end");
    let at = length - END_SIZE;
    while (at >= 0 && tail.getUint32(at, true) !== END) at--;
    if (at < 0) {
      throw new DataError(
        `Cannot read "${this.#file.path}": it is a zip archive without an end: ` +
          "the download may have stopped early",
      );
    }
    const count = tail.getUint16(at + 10, true);
    const found = {
      size: tail.getUint32(at + 12, true),
      offset: tail.getUint32(at + 16, true),
      count,
    };
    if (found.offset !== FULL32 && found.size !== FULL32 && count !== FULL16) return found;
    if (at < 20 || tail.getUint32(at - 20, true) !== LOCATOR64) return found;
    const record = this.#view(whole(tail, at - 12), 56, "its 64-bit end");
    if (record.getUint32(0, true) !== END64) throw this.#damaged("its 64-bit end");
    return { count: whole(record, 32), size: whole(record, 40), offset: whole(record, 48) };
  }

  /** Sizes and offset, from the 64-bit extension where the fields are full. */
  #wide(extra: DataView, fields: readonly number[]): number[] {
    for (let at = 0; at + 4 <= extra.byteLength;) {
      const length = extra.getUint16(at + 2, true);
      if (extra.getUint16(at, true) === 1) {
        let next = at + 4;
        return fields.map((field) => {
          if (field !== FULL32 || next + 8 > extra.byteLength) return field;
          next += 8;
          return whole(extra, next - 8);
        });
      }
      at += 4 + length;
    }
    return [...fields];
  }

  #content(
    name: string,
    method: number,
    local: number,
    packed: number,
    length: number,
  ): ByteSource {
    const head = this.#view(local, 30, `"${name}"`);
    if (head.getUint32(0, true) !== LOCAL) throw this.#damaged(`"${name}"`);
    const start = local + 30 + head.getUint16(26, true) + head.getUint16(28, true);
    if (!(start + packed <= this.#file.size)) throw this.#damaged(`"${name}", which is cut off`);
    if (method === STORED && packed === length) return new FileBytes(this.#file, start, length);
    if (method !== DEFLATED || length > MOST_RATIO * packed + 64) {
      throw this.#damaged(`"${name}", which is packed in an unknown way`);
    }
    const raw = new Uint8Array(packed);
    this.#file.readAt(start, raw);
    try {
      const content = inflateRawSync(raw, { maxOutputLength: Math.max(1, length) });
      if (content.length !== length) throw new RangeError(`it has ${content.length} bytes`);
      return new MemoryBytes(new Uint8Array(content));
    } catch (error) {
      throw this.#damaged(`"${name}" (${messageOf(error)})`);
    }
  }

  #view(offset: number, length: number, what: string): DataView {
    if (!(offset >= 0 && offset + length <= this.#file.size)) throw this.#damaged(what);
    const bytes = new Uint8Array(length);
    this.#file.readAt(offset, bytes);
    return new DataView(bytes.buffer);
  }

  #damaged(what: string): DataError {
    return new DataError(
      `Cannot read "${this.#file.path}": it is a zip archive with a damaged part, ${what}`,
    );
  }
}

/** An unsigned 64-bit integer; beyond 2^53 it is rounded, and more than any file holds. */
function whole(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}
