/**
 * Text and integers as pickles write them. What is malformed throws a `SyntaxError`, to which the
 * reader adds the path and the place.
 *
 * @module
 */

/** `ignoreBOM` keeps a byte order mark, which is part of the string. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Characters that are made at a time; more arguments overflow the stack. */
const PIECE = 8192;

/** One character a byte. (`TextDecoder("latin1")` is Windows-1252, which differs.) */
export function latin1(bytes: Uint8Array): string {
  if (bytes.length <= PIECE) return String.fromCharCode(...bytes);
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE) {
    text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  }
  return text;
}

/** @throws {SyntaxError} for characters beyond U+00FF */
export function latin1Bytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) throw new SyntaxError(`text with the character U+${hex(code)} is not latin1`);
    bytes[i] = code;
  }
  return bytes;
}

function hex(code: number): string {
  return code.toString(16).toUpperCase().padStart(4, "0");
}

/** UTF-8 in which, as in Python's pickles, half a surrogate pair may stand alone. */
export function utf8(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  // Between lone surrogates (ED A0..BF xx) everything must be valid.
  let text = "";
  let from = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== 0xed || i + 2 >= bytes.length || bytes[i + 1]! < 0xa0) continue;
    text += strictUtf8(bytes.subarray(from, i));
    text += String.fromCharCode(0xd000 | (bytes[i + 1]! & 0x3f) << 6 | bytes[i + 2]! & 0x3f);
    from = i + 3;
    i += 2;
  }
  return text + strictUtf8(bytes.subarray(from));
}

function strictUtf8(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new SyntaxError("text that is not UTF-8");
  }
}

/** Python's raw-unicode-escape: latin1, with `\u` before four and `\U` before eight hex digits. */
export function rawUnicodeEscape(bytes: Uint8Array): string {
  return latin1(bytes).replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))/g,
    (whole, short?: string, long?: string, other?: string) => {
      if (other === "u" || other === "U") throw new SyntaxError(`text with the escape "${whole}"`);
      const code = parseInt(short ?? long ?? "", 16);
      if (other !== undefined) return whole;
      if (code > 0x10ffff) throw new SyntaxError(`text with the escape "${whole}"`);
      return String.fromCodePoint(code);
    },
  );
}

/** The inside of a Python 2 string literal. @throws {SyntaxError} when it is not quoted */
export function unquoted(bytes: Uint8Array): Uint8Array {
  const trimmed = bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes;
  const quote = trimmed[0];
  if (trimmed.length < 2 || (quote !== 34 && quote !== 39) || trimmed.at(-1) !== quote) {
    throw new SyntaxError("a string without quotes");
  }
  return trimmed.subarray(1, -1);
}

/** A decimal integer of at most 4300 digits (as in Python), as a bigint beyond 2^53. */
export function decimal(text: string): number | bigint {
  const digits = text.trim();
  if (!/^[+-]?\d{1,4300}$/.test(digits)) {
    throw new SyntaxError(`the integer "${digits.slice(0, 40)}"`);
  }
  return simplest(BigInt(digits.replace("+", "")));
}

/** A float as Python prints it. */
export function float(text: string): number {
  const known = /^([+-]?)(inf|infinity|nan)$/i.exec(text.trim());
  if (known) return (known[1] === "-" ? -1 : 1) * (/nan/i.test(known[2]!) ? NaN : Infinity);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim())) {
    throw new SyntaxError(`the float "${text.slice(0, 40)}"`);
  }
  return Number(text);
}

/** A little-endian two's complement integer, as in LONG1. */
export function twosComplement(bytes: Uint8Array): number | bigint {
  if (bytes.length === 0) return 0;
  let digits = "0x";
  for (let i = bytes.length - 1; i >= 0; i--) digits += bytes[i]!.toString(16).padStart(2, "0");
  return simplest(BigInt.asIntN(8 * bytes.length, BigInt(digits)));
}

/** A number where it is exact, the bigint otherwise. */
export function simplest(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
