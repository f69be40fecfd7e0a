import { assertEquals, assertThrows } from "@std/assert";
import {
  decimal,
  float,
  latin1,
  latin1Bytes,
  rawUnicodeEscape,
  twosComplement,
  unquoted,
  utf8,
} from "../../../lib/data/pickle/text.ts";
import { bytes } from "./assemble.ts";

Deno.test("latin1() and latin1Bytes() map all 256 bytes one to one", () => {
  const all = Uint8Array.from({ length: 20_000 }, (_, i) => i % 256);
  const text = latin1(all);
  assertEquals([text.length, text.codePointAt(0x80), text.codePointAt(0x9f)], [20_000, 0x80, 0x9f]);
  assertEquals(latin1Bytes(text), all);
});

Deno.test("latin1Bytes() refuses characters beyond U+00FF", () => {
  assertThrows(() => latin1Bytes("aā"), SyntaxError, "the character U+0101 is not latin1");
});

Deno.test("utf8() keeps lone surrogates where they are", () => {
  const raw = bytes("\xed\xa0\xbd", "\xc3\xa9", "\xed\xbf\xbf!");
  assertEquals(utf8(raw), "\ud83dé\udfff!");
});

Deno.test("utf8() refuses what is no UTF-8, beside a surrogate too", () => {
  for (const raw of ["\xc3", "\xed\xa0\xbd\xff", "\xc0\x80", "\xed\xa0"]) {
    assertThrows(() => utf8(bytes(raw)), SyntaxError, "not UTF-8");
  }
});

Deno.test("rawUnicodeEscape() decodes short and long escapes and leaves other backslashes", () => {
  const escaped = bytes("\\u00e9\\U0001F600\\n\\\\u0041\\");
  assertEquals(rawUnicodeEscape(escaped), "é😀\\n\\\\u0041\\");
});

Deno.test("rawUnicodeEscape() refuses an escape that is cut or beyond Unicode", () => {
  for (const text of ["\\u12", "\\U0001f60", "\\U00110000"]) {
    assertThrows(() => rawUnicodeEscape(bytes(text)), SyntaxError, "the escape");
  }
});

Deno.test("unquoted() wants the same quote on both sides", () => {
  assertEquals(unquoted(bytes("'a\"'\r")), bytes('a"'));
  for (const text of ["", "'", "'a\"", "a'"]) {
    assertThrows(() => unquoted(bytes(text)), SyntaxError, "without quotes");
  }
});

Deno.test("decimal() is a number up to 2^53 and a bigint beyond", () => {
  assertEquals([decimal("9007199254740991"), decimal("+9007199254740992")], [
    2 ** 53 - 1,
    2n ** 53n,
  ]);
  assertEquals(decimal("9".repeat(4300)), 10n ** 4300n - 1n);
  for (const text of ["", "0x10", "1e3", "1_0", "9".repeat(4301)]) {
    assertThrows(() => decimal(text), SyntaxError, "the integer");
  }
});

Deno.test("float() takes what Python prints", () => {
  assertEquals(["1e-320", "-.5", "2.", "Infinity", "-nan"].map(float), [
    1e-320,
    -0.5,
    2,
    Infinity,
    NaN,
  ]);
  for (const text of ["", ".", "1e", "0x1", "1 2"]) {
    assertThrows(() => float(text), SyntaxError, "the float");
  }
});

Deno.test("twosComplement() reads the sign from the last byte", () => {
  assertEquals(twosComplement(bytes("\xff")), -1);
  assertEquals(twosComplement(bytes("\xff\x00")), 255);
  assertEquals(twosComplement(bytes("\x00\x00\x00\x00\x00\x00\x00\x80\x00")), 2n ** 63n);
});
