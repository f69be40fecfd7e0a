/**
 * Bytes that a pickle holds as text. Protocols 0 to 2 have no bytes, so numpy's numbers travel as
 * a string of the characters U+0000 to U+00FF, or as a Python 2 literal with escapes.
 *
 * @module
 */

import type { ByteSource } from "../arrays/byte_source.ts";

/** Encoded bytes that are decoded at a time. */
const WINDOW = 1 << 16;

/** How far decoding came in its input and its output. */
export interface Progress {
  consumed: number;
  produced: number;
}

/**
 * Decodes the whole tokens at the start of `input` into `output`, which is at least as long: no
 * token has fewer bytes than it stands for.
 *
 * @param last whether nothing follows `input`; otherwise an incomplete token is left
 * @throws {SyntaxError} for what is malformed or no byte
 */
export type ByteDecoder = (input: Uint8Array, last: boolean, output: Uint8Array) => Progress;

const NO_BYTE = "text that holds more than the characters U+0000 to U+00FF";

/** UTF-8 of the characters U+0000 to U+00FF; a {@linkcode ByteDecoder}. */
export function decodeUtf8(input: Uint8Array, last: boolean, output: Uint8Array): Progress {
  let at = 0;
  let out = 0;
  while (at < input.length) {
    const byte = input[at]!;
    if (byte < 0x80) {
      output[out++] = byte;
      at++;
      continue;
    }
    if (at + 1 === input.length && !last) break;
    const next = input[at + 1] ?? 0;
    if ((byte !== 0xc2 && byte !== 0xc3) || (next & 0xc0) !== 0x80) throw new SyntaxError(NO_BYTE);
    output[out++] = (byte & 3) << 6 | next & 0x3f;
    at += 2;
  }
  return { consumed: at, produced: out };
}

/** Python's raw-unicode-escape of U+0000 to U+00FF; a {@linkcode ByteDecoder}. */
export function decodeRawUnicode(input: Uint8Array, last: boolean, output: Uint8Array): Progress {
  return decodeEscapes(input, last, output, 10, rawUnicodeToken);
}

/** The escapes of a Python 2 string literal; a {@linkcode ByteDecoder}. */
export function decodeStringEscape(input: Uint8Array, last: boolean, output: Uint8Array): Progress {
  return decodeEscapes(input, last, output, 4, stringToken);
}

const BACKSLASH = 92;

/** Bytes that stand for themselves, except where a backslash starts a token of up to `longest`. */
function decodeEscapes(
  input: Uint8Array,
  last: boolean,
  output: Uint8Array,
  longest: number,
  decodeToken: (input: Uint8Array, output: Uint8Array, progress: Progress) => void,
): Progress {
  const progress = { consumed: 0, produced: 0 };
  while (progress.consumed < input.length) {
    const byte = input[progress.consumed]!;
    if (byte !== BACKSLASH) {
      output[progress.produced++] = byte;
      progress.consumed++;
    } else if (progress.consumed + longest > input.length && !last) break;
    else decodeToken(input, output, progress);
  }
  return progress;
}

function rawUnicodeToken(input: Uint8Array, output: Uint8Array, progress: Progress): void {
  const at = progress.consumed;
  const kind = input[at + 1];
  const digits = kind === 117 ? 4 : kind === 85 ? 8 : 0;
  if (digits > 0) {
    const code = hexadecimal(input, at + 2, digits);
    if (code > 0xff) throw new SyntaxError(NO_BYTE);
    output[progress.produced++] = code;
  } else {
    output[progress.produced++] = BACKSLASH;
    if (kind !== undefined) output[progress.produced++] = kind;
  }
  progress.consumed = Math.min(at + 2 + digits, input.length);
}

/** Escapes of one letter: \a \b \f \n \r \t \v \\ \' \" */
const LETTERS: ReadonlyMap<number, number> = new Map(
  Array.from("abfnrtv\\'\"", (letter, i) => [
    letter.charCodeAt(0),
    "\x07\b\f\n\r\t\v\\'\"".charCodeAt(i),
  ]),
);

function stringToken(input: Uint8Array, output: Uint8Array, progress: Progress): void {
  const at = progress.consumed;
  const kind = input[at + 1];
  if (kind === undefined) throw new SyntaxError("a string that ends in a backslash");
  const letter = LETTERS.get(kind);
  let length = 2;
  if (letter !== undefined) output[progress.produced++] = letter;
  else if (kind === 120) {
    output[progress.produced++] = hexadecimal(input, at + 2, 2);
    length = 4;
  } else if (isOctal(kind)) {
    let code = 0;
    for (length = 1; length < 4 && isOctal(input[at + length]); length++) {
      code = code * 8 + input[at + length]! - 48;
    }
    output[progress.produced++] = code & 0xff;
  } else {
    output[progress.produced++] = BACKSLASH;
    output[progress.produced++] = kind;
  }
  progress.consumed += length;
}

function isOctal(code: number | undefined): boolean {
  return code !== undefined && code >= 48 && code < 56;
}

function hexadecimal(input: Uint8Array, from: number, count: number): number {
  const text = String.fromCharCode(...input.subarray(from, from + count));
  if (text.length < count || !/^[0-9a-f]+$/i.test(text)) {
    throw new SyntaxError(`text with the escape "\\${text}"`);
  }
  return parseInt(text, 16);
}

/** All bytes that `encoded` stands for. */
export function decodeBytes(encoded: Uint8Array, decode: ByteDecoder): Uint8Array {
  const output = new Uint8Array(encoded.length);
  return output.subarray(0, decode(encoded, true, output).produced);
}

/** Bytes that are decoded from the file whenever they are read. */
export class EncodedBytes implements ByteSource {
  readonly length: number;
  readonly #encoded: ByteSource;
  readonly #decode: ByteDecoder;
  /** Where each window begins, in decoded and in encoded bytes. */
  readonly #decodedStarts: number[] = [];
  readonly #encodedStarts: number[] = [];

  /** Decodes everything once, which checks it and finds its length; nothing is kept. */
  constructor(encoded: ByteSource, decode: ByteDecoder) {
    this.#encoded = encoded;
    this.#decode = decode;
    let length = 0;
    for (const { start, bytes, encodedStart } of this.#windows(0, 0)) {
      this.#decodedStarts.push(start);
      this.#encodedStarts.push(encodedStart);
      length = start + bytes.length;
    }
    this.length = length;
  }

  read(position: number, target: Uint8Array): void {
    if (target.length === 0) return;
    let window = 0;
    for (let high = this.#decodedStarts.length; high - window > 1;) {
      const middle = (window + high) >> 1;
      if (this.#decodedStarts[middle]! <= position) window = middle;
      else high = middle;
    }
    const end = position + target.length;
    const windows = this.#windows(this.#decodedStarts[window]!, this.#encodedStarts[window]!);
    for (const { start, bytes } of windows) {
      const from = Math.max(position, start);
      const part = bytes.subarray(from - start, Math.max(from, end) - start);
      target.set(part, from - position);
      if (start + bytes.length >= end) return;
    }
  }

  *#windows(
    start: number,
    encodedStart: number,
  ): Generator<{ start: number; bytes: Uint8Array; encodedStart: number }> {
    const input = new Uint8Array(Math.min(WINDOW, this.#encoded.length));
    const output = new Uint8Array(input.length);
    while (encodedStart < this.#encoded.length) {
      const part = input.subarray(0, Math.min(WINDOW, this.#encoded.length - encodedStart));
      this.#encoded.read(encodedStart, part);
      const last = encodedStart + part.length === this.#encoded.length;
      const { consumed, produced } = this.#decode(part, last, output);
      yield { start, bytes: output.subarray(0, produced), encodedStart };
      start += produced;
      encodedStart += consumed;
    }
  }
}
