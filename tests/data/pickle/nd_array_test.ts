import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { DataError } from "../../../lib/core/errors.ts";
import { NdArray, NumpyScalar, Tuple } from "../../../lib/data/pickle/mod.ts";
import {
  binaryBytes,
  bytes,
  dtype,
  integer,
  load,
  ndarray,
  type Part,
  rawOf,
  shapeTuple,
  text,
  withPickle,
} from "./assemble.ts";

/** The array of a pickle whose content is small enough to be in memory. */
function loadArray(...parts: Part[]): NdArray {
  const array = load(...parts);
  assertInstanceOf(array, NdArray);
  return array;
}

function float32Of(array: NdArray): number[] {
  const target = new Float32Array(array.size);
  array.readFloat32(0, target);
  return Array.from(target);
}

const SIX = binaryBytes(rawOf(Float64Array.of(0, 1, 2, 3, 4, 5)));

for (const core of ["numpy.core", "numpy._core"]) {
  Deno.test(`NdArray is made by ${core}'s _reconstruct and BUILD`, () => {
    const array = loadArray(ndarray({ shape: [2, 3], code: "f8", content: SIX, core }), ".");
    assertEquals(array.shape, [2, 3]);
    assertEquals([array.dtype, array.size], ["<f8", 6]);
    assertEquals(array.values(), Float64Array.of(0, 1, 2, 3, 4, 5));
    assertEquals(float32Of(array), [0, 1, 2, 3, 4, 5]);
  });
}

Deno.test("NdArray in Fortran order gives C order", () => {
  const array = loadArray(
    ndarray({ shape: [2, 3], code: "f8", content: SIX, fortran: true }),
    ".",
  );
  assertEquals(float32Of(array), [0, 2, 4, 1, 3, 5]);
});

Deno.test("NdArray with big-endian numbers has the little-endian name and the same values", () => {
  const content = binaryBytes(Uint8Array.of(0, 1, 0xff, 0xfe));
  const array = loadArray(ndarray({ shape: [2], code: "i2", content, order: ">" }), ".");
  assertEquals([array.dtype, array.values()], ["<i2", Int16Array.of(1, -2)]);
});

/** `_frombuffer`, with which protocol 5 writes: the bytes come before their description. */
function fromBuffer(shape: number[], order: string, ...more: Uint8Array[]): Uint8Array {
  const data = rawOf(Float32Array.from({ length: 6 }, (_, i) => i));
  return bytes(
    "cnumpy._core.numeric\n_frombuffer\n(",
    bytes(0x96, integer(data.length, 8), data),
    dtype("f4"),
    shapeTuple(shape),
    text(order),
    ...more,
    "tR.",
  );
}

Deno.test("NdArray is made by _frombuffer in C and in Fortran order", () => {
  assertEquals(float32Of(loadArray(fromBuffer([2, 3], "C"))), [0, 1, 2, 3, 4, 5]);
  assertEquals(float32Of(loadArray(fromBuffer([2, 3], "F"))), [0, 2, 4, 1, 3, 5]);
});

Deno.test("NdArray of _frombuffer with reordered axes is numpy's transpose", () => {
  // numpy.arange(6).reshape(1, 2, 3).transpose(2, 0, 1)
  const array = loadArray(fromBuffer([1, 2, 3], "K", shapeTuple([2, 0, 1])));
  assertEquals(array.shape, [3, 1, 2]);
  assertEquals(float32Of(array), [0, 3, 1, 4, 2, 5]);
  const wrong = () => load(fromBuffer([1, 2, 3], "K", shapeTuple([2, 0, 0])));
  assertThrows(wrong, DataError, "the order of axes [2, 0, 0], expected each of 3 once");
});

Deno.test("NdArray takes bytes that travel as text, in protocols 0 to 2 and from Python 2", () => {
  const encoded = bytes(
    "c_codecs\nencode\n",
    bytes("X", integer(6, 4), "\x00\x01\xc2\x80\xc3\xbf"),
    text("latin1"),
    "\x86R",
  );
  const values = Uint8Array.of(0, 1, 0x80, 0xff);
  for (
    const content of [encoded, bytes("U\x04\x00\x01\x80\xff"), bytes("S'\\x00\\x01\\x80\\xff'\n")]
  ) {
    const array = loadArray(ndarray({ shape: [4], code: "u1", order: "|", content }), ".");
    assertEquals(array.values(), values);
  }
});

Deno.test("NdArray of unicode strings drops the zeros at their ends", () => {
  const codes = Uint32Array.of(0x61, 0, 0x4f60, 0x1f600, 0, 0);
  const parts = { shape: [3], code: "U2", content: binaryBytes(rawOf(codes)) };
  const array = loadArray(ndarray(parts), ".");
  assertEquals([array.dtype, array.values()], ["<U2", ["a", "你😀", ""]]);
  assertThrows(() => float32Of(array), DataError, 'dtype "<U2" to float32');
});

Deno.test("NdArray of strings in Fortran order and with big-endian characters", () => {
  const codes = Uint8Array.from("abcdef", (sign) => sign.charCodeAt(0));
  const content = binaryBytes(bytes(...Array.from(codes, (code) => [0, 0, 0, code])));
  const parts = { shape: [2, 3], code: "U1", content, order: ">", fortran: true };
  const array = loadArray(ndarray(parts), ".");
  assertEquals([array.dtype, array.values()], ["<U1", ["a", "c", "e", "b", "d", "f"]]);
});

Deno.test("NdArray of byte strings gives bytes", () => {
  const content = binaryBytes(bytes("ab\x00\xff\x00\x00"));
  const array = loadArray(ndarray({ shape: [2], code: "S3", order: "|", content }), ".");
  assertEquals([array.dtype, array.values()], [
    "|S3",
    [Uint8Array.of(97, 98), Uint8Array.of(255)],
  ]);
});

Deno.test("NdArray refuses a character beyond Unicode when it is read", () => {
  const content = binaryBytes(rawOf(Uint32Array.of(0x110000)));
  const array = loadArray(ndarray({ shape: [1], code: "U1", content }), ".");
  assertThrows(() => array.values(), DataError, "it has the character 0x110000");
});

Deno.test("NdArray of objects gives them, and float32 where all are numbers", () => {
  const content = bytes("](K\x01F2.5\n", 0x88, "e");
  const numbers = loadArray(ndarray({ shape: [3], code: "O8", order: "|", content }), ".");
  assertEquals([numbers.dtype, numbers.values()], ["|O", [1, 2.5, true]]);
  assertEquals(float32Of(numbers), [1, 2.5, 1]);
  const mixed = loadArray(
    ndarray({ shape: [2], code: "O8", order: "|", content: bytes("](K\x01Ne") }),
    ".",
  );
  assertThrows(() => float32Of(mixed), DataError, "element 1 is None, expected a number");
});

Deno.test("NdArray without elements and without axes", () => {
  const none = loadArray(
    ndarray({ shape: [0, 5], code: "f4", content: binaryBytes(bytes()) }),
    ".",
  );
  assertEquals([none.shape, none.values()], [[0, 5], new Float32Array(0)]);
  const content = binaryBytes(rawOf(Float64Array.of(3.25)));
  const single = loadArray(ndarray({ shape: [], code: "f8", content }), ".");
  assertEquals([single.shape, single.values()], [[], Float64Array.of(3.25)]);
});

const WRONG: [name: string, parts: Part[], message: string][] = [
  [
    "too few bytes",
    [ndarray({ shape: [4, 24], code: "f8", content: SIX }), "."],
    'an array of shape [4, 24] and dtype "<f8" with 48 bytes, expected 768 bytes',
  ],
  [
    "a shape beyond 2^53",
    [ndarray({ shape: [2 ** 30, 2 ** 30, 2 ** 30], code: "f8", content: SIX }), "."],
    "with 48 bytes, expected fewer elements",
  ],
  [
    "a negative axis",
    [ndarray({ shape: [-6], code: "f8", content: SIX }), "."],
    "an array with a wrong state",
  ],
  [
    "strings without width",
    [ndarray({ shape: [2 ** 30], code: "U0", content: binaryBytes(bytes()) }), "."],
    "with 0 bytes",
  ],
  [
    "a datetime64",
    [ndarray({ shape: [6], code: "M8", content: SIX }), "."],
    'dtype "<M8", expected numbers, booleans, strings or objects',
  ],
  [
    "complex numbers",
    [ndarray({ shape: [6], code: "c8", content: SIX }), "."],
    'dtype "<c8", expected numbers',
  ],
  [
    "objects as bytes",
    [ndarray({ shape: [6], code: "O8", order: "|", content: SIX }), "."],
    "with bytes, expected 6 objects",
  ],
  [
    "too few objects",
    [ndarray({ shape: [2], code: "O8", order: "|", content: bytes("]K\x01a") }), "."],
    "with a list of 1, expected 2 objects",
  ],
  [
    "a list as numbers",
    [ndarray({ shape: [1], code: "f8", content: bytes("]K\x01a") }), "."],
    "with a list of 1, expected 1 objects",
  ],
  ["a second state", [dtype("f4"), "(K\x03", text("<"), "tb."], 'a dtype "f4" with a wrong state'],
  ["a dtype without a code", ["cnumpy\ndtype\nN\x85R."], "a dtype without a code"],
  [
    "an array of another class",
    ["cnumpy.core.multiarray\n_reconstruct\ncnumpy\ndtype\n\x85R."],
    "an array of an unknown class",
  ],
  ["a buffer of nothing", ["cnumpy.core.numeric\n_frombuffer\n)R."], "wrong arguments"],
];

for (const [name, parts, message] of WRONG) {
  Deno.test(`readPickle() names an array with ${name}`, () => {
    assertThrows(() => load(...parts), DataError, message);
  });
}

Deno.test("readPickle() names the fields of a structured dtype", () => {
  const field = bytes(dtype("i4"), "K\x00\x86");
  const state = bytes(
    "(K\x03",
    text("|"),
    "N",
    text("a"),
    "\x85}",
    text("a"),
    field,
    "sK\x04K\x01K\x10t",
  );
  const structured = bytes("cnumpy\ndtype\n", text("V4"), 0x89, 0x88, 0x87, "R", state, "b");
  const array = bytes(
    "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R",
    "(K\x01K\x01\x85",
    structured,
    0x89,
    binaryBytes(new Uint8Array(4)),
    "tb.",
  );
  assertThrows(() => load(array), DataError, "dtype \"[('a', '<i4')]\"");
});

function scalar(code: string, data: Uint8Array, order = "<"): unknown {
  return load("cnumpy._core.multiarray\nscalar\n", dtype(code, order), binaryBytes(data), "\x86R.");
}

Deno.test("NumpyScalar has the value, its dtype, and reads as an array without axes", () => {
  const found = scalar("f8", rawOf(Float64Array.of(1.5)));
  assertInstanceOf(found, NumpyScalar);
  assertEquals([found.dtype, found.value, found.shape], ["<f8", 1.5, []]);
  const target = new Float32Array(1);
  found.readFloat32(0, target);
  assertEquals([target[0], found.values()], [1.5, [1.5]]);
});

Deno.test("NumpyScalar of booleans, big integers and strings", () => {
  const values = [
    scalar("b1", Uint8Array.of(1), "|"),
    scalar("i8", rawOf(BigInt64Array.of(7n))),
    scalar("i8", rawOf(BigInt64Array.of(2n ** 53n + 1n))),
    scalar("i2", Uint8Array.of(1, 2), ">"),
    scalar("U2", rawOf(Uint32Array.of(0x68, 0x69))),
  ];
  const found = values.map((value) => value instanceof NumpyScalar ? value.value : undefined);
  assertEquals(found, [true, 7, 2n ** 53n + 1n, 258, "hi"]);
});

Deno.test("NumpyScalar refuses bytes that do not fit its dtype", () => {
  assertThrows(() => scalar("f8", new Uint8Array(4)), DataError, "with 4 bytes, expected 8 bytes");
});

/** `count` doubles as opcodes in the ways of protocols 0, 1, 2, Python 2 and 4. */
function lazyContents(values: Float64Array<ArrayBuffer>): [name: string, content: Uint8Array][] {
  const raw = rawOf(values);
  const utf8 = new TextEncoder().encode(String.fromCharCode(...raw));
  const hex = Array.from(raw, (byte) => byte.toString(16).padStart(2, "0"));
  const quoted = hex.map((digits) => `\\x${digits}`).join("");
  const escaped = hex.map((digits, i) => i % 2 ? `\\u00${digits}` : `\\U000000${digits}`).join("");
  const encode = "c_codecs\nencode\n";
  return [
    ["BINBYTES", binaryBytes(raw)],
    ["BINBYTES8", bytes(0x8e, integer(raw.length, 8), raw)],
    [
      "BINUNICODE in encode",
      bytes(encode, "X", integer(utf8.length, 4), utf8, text("latin1"), "\x86R"),
    ],
    ["UNICODE in encode", bytes(encode, "(V", escaped, "\nVlatin1\ntR")],
    ["BINSTRING", bytes("T", integer(raw.length, 4), raw)],
    ["STRING", bytes("S'", quoted, "'\n")],
    ["STRING with a carriage return", bytes('S"', quoted, '"\r\n')],
  ];
}

const LAZY_VALUES = Float64Array.from({ length: 2000 }, (_, i) => Math.fround(i * 1.37 - 1000));

for (const [name, content] of lazyContents(LAZY_VALUES)) {
  Deno.test(`NdArray whose bytes are a ${name} stays in the file`, () => {
    const parts = ["}", text("x"), ndarray({ shape: [2000], code: "f8", content }), "s."];
    let array: NdArray | undefined;
    withPickle(parts, ({ root }) => {
      array = (root as Map<string, NdArray>).get("x")!;
      assertEquals(array.values(), LAZY_VALUES);
      const part = new Float32Array(700);
      for (const start of [0, 1234, 650]) {
        array.readFloat32(start, part);
        assertEquals(part, Float32Array.from(LAZY_VALUES.subarray(start, start + 700)));
      }
    }, { lazyBytes: 1000 });
    assertThrows(() => array!.values(), Error, "already closed");
  });
}

Deno.test("readPickle() brings large bytes and text that no array takes into memory", () => {
  const raw = new Uint8Array(5000).fill(65);
  const letters = "A".repeat(5000);
  const encoded = bytes("c_codecs\nencode\n", text(letters), text("latin1"), "\x86R");
  const array = ndarray({ shape: [1], code: "u1", order: "|", content: binaryBytes(bytes(7)) });
  const tuple = bytes("(", binaryBytes(raw), "NNNt");
  const data = [
    array,
    tuple,
    binaryBytes(raw),
    text(letters),
    encoded,
    bytes("T", integer(5000, 4), raw),
  ];
  const found = withPickle(["](", ...data, "e."], ({ root }) => root, { lazyBytes: 16 });
  const nulls = [null, null, null];
  assertEquals((found as unknown[]).slice(1), [
    Tuple.fromItems([raw, ...nulls]),
    raw,
    letters,
    raw,
    letters,
  ]);
});

Deno.test("readPickle() gives bytes that an array shares with something else", () => {
  const raw = new Uint8Array(100).fill(7);
  const content = bytes(binaryBytes(raw), "q\x09");
  const parts = ["](", ndarray({ shape: [100], code: "u1", order: "|", content }), "h\x09e."];
  const found = withPickle(parts, ({ root }) => (root as unknown[])[1], { lazyBytes: 16 });
  assertEquals(found, raw);
});

Deno.test("NdArray refuses a lazy text that is no latin1", () => {
  const utf8 = new TextEncoder().encode("a".repeat(2000) + "你");
  const content = bytes(
    "c_codecs\nencode\nX",
    integer(utf8.length, 4),
    utf8,
    text("latin1"),
    "\x86R",
  );
  const parts = [ndarray({ shape: [2001], code: "u1", order: "|", content }), "."];
  const read = () => withPickle(parts, assert, { lazyBytes: 1000 });
  assertThrows(read, DataError, "BINUNICODE at byte 1");
});
