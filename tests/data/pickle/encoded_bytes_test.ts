import { assertEquals, assertThrows } from "@std/assert";
import { MemoryBytes } from "../../../lib/data/arrays/byte_source.ts";
import {
  type ByteDecoder,
  decodeBytes,
  decodeRawUnicode,
  decodeStringEscape,
  decodeUtf8,
  EncodedBytes,
} from "../../../lib/data/pickle/encoded_bytes.ts";
import { bytes } from "./assemble.ts";

const ALL = Uint8Array.from({ length: 256 }, (_, i) => i);

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}

/** Decoders and how each byte can be written, shortest form first. */
const ENCODINGS: [name: string, decode: ByteDecoder, encode: (code: number) => string][] = [
  [
    "decodeUtf8",
    decodeUtf8,
    (code) =>
      code < 0x80
        ? String.fromCharCode(code)
        : String.fromCharCode(0xc0 | code >> 6, 0x80 | code & 0x3f),
  ],
  [
    "decodeRawUnicode",
    decodeRawUnicode,
    (code) =>
      code % 3 === 0
        ? `\\u${hex(code, 4)}`
        : code % 3 === 1
        ? `\\U${hex(code, 8)}`
        : code === 92
        ? "\\u005c"
        : String.fromCharCode(code),
  ],
  [
    "decodeStringEscape",
    decodeStringEscape,
    (code) =>
      code % 3 === 0
        ? `\\x${hex(code, 2)}`
        : code % 3 === 1
        ? `\\${code.toString(8).padStart(3, "0")}`
        : code === 92
        ? "\\\\"
        : String.fromCharCode(code),
  ],
];

for (const [name, decode, encode] of ENCODINGS) {
  Deno.test(`${name}() gives all 256 bytes`, () => {
    const encoded = bytes(...Array.from(ALL, (code) => encode(code)));
    assertEquals(decodeBytes(encoded, decode), ALL);
  });

  Deno.test(`${name}() leaves a token that is cut for the next piece`, () => {
    const encoded = bytes(encode(0xff), encode(0xfd), encode(0xfc));
    for (let cut = 0; cut <= encoded.length; cut++) {
      const output = new Uint8Array(encoded.length);
      const first = decode(encoded.subarray(0, cut), false, output);
      const rest = output.subarray(first.produced);
      const second = decode(encoded.subarray(first.consumed), true, rest);
      assertEquals(output.subarray(0, first.produced + second.produced), bytes("\xff\xfd\xfc"));
    }
  });

  Deno.test(`EncodedBytes with ${name}() reads any part of a run of several windows`, () => {
    const values = Uint8Array.from({ length: 150_000 }, (_, i) => (i * i + (i >> 8)) % 256);
    const encoded = bytes(Array.from(values, (code) => encode(code)).join(""));
    const run = new EncodedBytes(new MemoryBytes(encoded), decode);
    assertEquals(run.length, values.length);
    for (
      const [start, length] of [[0, 150_000], [149_999, 1], [65_530, 20], [70_000, 0], [3, 99_999]]
    ) {
      const target = new Uint8Array(length!);
      run.read(start!, target);
      assertEquals(target, values.subarray(start, start! + length!));
    }
  });
}

Deno.test("decodeStringEscape() takes short octal escapes and keeps unknown ones", () => {
  assertEquals(
    decodeBytes(bytes("\\7\\18\\777\\q\\t"), decodeStringEscape),
    bytes("\x07\x018\xff\\q\t"),
  );
});

const WRONG: [name: string, decode: ByteDecoder, text: string][] = [
  ["decodeUtf8() refuses characters beyond U+00FF", decodeUtf8, "\xc4\x80"],
  ["decodeUtf8() refuses a character that is cut", decodeUtf8, "a\xc3"],
  ["decodeUtf8() refuses a lone continuation", decodeUtf8, "\x80"],
  ["decodeRawUnicode() refuses characters beyond U+00FF", decodeRawUnicode, "\\u0100"],
  ["decodeRawUnicode() refuses an escape that is cut", decodeRawUnicode, "\\u00f"],
  ["decodeStringEscape() refuses an escape that is cut", decodeStringEscape, "\\xf"],
  ["decodeStringEscape() refuses a backslash at the end", decodeStringEscape, "a\\"],
];

for (const [name, decode, text] of WRONG) {
  Deno.test(name, () => {
    assertThrows(() => new EncodedBytes(new MemoryBytes(bytes(text)), decode), SyntaxError);
  });
}
