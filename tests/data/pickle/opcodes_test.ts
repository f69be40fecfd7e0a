import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { DataError } from "../../../lib/core/errors.ts";
import { ByteArray, Complex, FrozenSet, OrderedDict, Tuple } from "../../../lib/data/pickle/mod.ts";
import { bytes, integer, load, type Part, text, withPickle } from "./assemble.ts";

/** Opcodes that make one value, and the value. */
const VALUES: [name: string, parts: Part[], value: unknown][] = [
  ["NONE", ["N."], null],
  ["NEWTRUE", [0x88, "."], true],
  ["NEWFALSE", [0x89, "."], false],
  ["INT as text", ["I-42\n."], -42],
  ["INT 01 is true", ["I01\n."], true],
  ["INT 00 is false", ["I00\n."], false],
  ["INT with a carriage return", ["I7\r\n."], 7],
  ["BININT", ["J", integer(-5, 4), "."], -5],
  ["BININT1", ["K\xff."], 255],
  ["BININT2", ["M\x01\x02."], 513],
  ["LONG", ["L9007199254740993L\n."], 9007199254740993n],
  ["LONG that is small", ["L-12L\n."], -12],
  ["LONG1 of no byte", [0x8a, "\x00."], 0],
  ["LONG1 with a sign", [0x8a, "\x02\x00\xff."], -256],
  ["LONG1 beyond 2^53", [0x8a, "\x09", integer(1, 8), "\x01."], 2n ** 64n + 1n],
  ["LONG4", [0x8b, integer(8, 4), integer(-(2n ** 63n), 8), "."], -(2n ** 63n)],
  ["FLOAT", ["F-1.5e3\n."], -1500],
  ["FLOAT inf", ["F-inf\n."], -Infinity],
  ["FLOAT nan", ["Fnan\n."], NaN],
  ["BINFLOAT", ["G\x3f\xf8\x00\x00\x00\x00\x00\x00."], 1.5],
  ["BINFLOAT -0", ["G\x80\x00\x00\x00\x00\x00\x00\x00."], -0],
  ["STRING with escapes", ["S'a\\'\\x41\\101\\n\\q\\\\'\n."], "a'AA\n\\q\\"],
  ["STRING as latin1", ['S"\\xe9\x80"\n.'], "é\x80"],
  ["BINSTRING as latin1", ["T", integer(2, 4), "\xe9\x80."], "é\x80"],
  ["SHORT_BINSTRING", ["U\x03abc."], "abc"],
  ["UNICODE", ["V\xe9\\u4f60\\U0001f600\\u005cn\\\\u0041\n."], "é你😀\\n\\\\u0041"],
  ["BINUNICODE", ["X", integer(6, 4), "\xe4\xbd\xa0\xc3\xa9!."], "你é!"],
  ["BINUNICODE with a byte order mark", ["X", integer(4, 4), "\xef\xbb\xbfa."], "\ufeffa"],
  ["BINUNICODE with half a surrogate pair", ["X", integer(5, 4), "a\xed\xa0\xbdb."], "a\ud83db"],
  ["SHORT_BINUNICODE", [0x8c, "\x02ok."], "ok"],
  ["BINUNICODE8", [0x8d, integer(2, 8), "ok."], "ok"],
  ["BINBYTES", ["B", integer(2, 4), "\x00\xff."], Uint8Array.of(0, 255)],
  ["SHORT_BINBYTES", ["C\x01\x07."], Uint8Array.of(7)],
  ["BINBYTES8", [0x8e, integer(1, 8), "\x07."], Uint8Array.of(7)],
  ["BYTEARRAY8", [0x96, integer(1, 8), "\x07."], ByteArray.from([7])],
  ["EMPTY_LIST and APPEND", ["]K\x01a."], [1]],
  ["APPENDS", ["](K\x01K\x02e."], [1, 2]],
  ["LIST", ["(K\x01K\x02l."], [1, 2]],
  ["EMPTY_TUPLE", [")."], new Tuple()],
  ["TUPLE", ["(K\x01K\x02K\x03K\x04t."], Tuple.fromItems([1, 2, 3, 4])],
  ["TUPLE1 of a number", ["K\x05\x85."], Tuple.fromItems([5])],
  ["TUPLE2", ["K\x01K\x02\x86."], Tuple.fromItems([1, 2])],
  ["TUPLE3", ["K\x01K\x02K\x03\x87."], Tuple.fromItems([1, 2, 3])],
  ["EMPTY_DICT and SETITEM", ["}K\x01K\x02s."], new Map([[1, 2]])],
  ["SETITEMS", ["}(K\x01K\x02NNu."], new Map<unknown, unknown>([[1, 2], [null, null]])],
  ["DICT", ["(K\x01K\x02d."], new Map([[1, 2]])],
  ["EMPTY_SET and ADDITEMS", [0x8f, "(K\x01K\x01K\x02", 0x90, "."], new Set([1, 2])],
  ["FROZENSET", ["(K\x01", 0x91, "."], new FrozenSet([1])],
  ["POP", ["K\x01K\x020."], 1],
  ["POP takes a mark on which nothing lies", ["K\x01(0."], 1],
  ["POP_MARK", ["K\x01(K\x02K\x031."], 1],
  ["DUP", ["]2K\x01a0."], [1]],
  ["PUT and GET", ["K\x07p12\n0g12\n."], 7],
  ["BINPUT and BINGET", ["K\x07q\x050h\x05."], 7],
  ["LONG_BINPUT and LONG_BINGET", ["K\x07r\xff\xff\xff\xff0j\xff\xff\xff\xff."], 7],
  ["MEMOIZE", ["K\x07", 0x94, "K\x08", 0x94, "00h\x01."], 8],
  ["FRAME", [0x80, 4, 0x95, integer(2, 8), "N."], null],
  ["READONLY_BUFFER", ["C\x01\x07", 0x98, "."], Uint8Array.of(7)],
];

for (const [name, parts, value] of VALUES) {
  Deno.test(`readPickle() runs ${name}`, () => {
    const found = load(...parts);
    assertEquals(found, value);
    assert(Object.is(typeof found, typeof value));
    if (typeof value === "number") assert(Object.is(found, value));
  });
}

Deno.test("readPickle() tells tuples from lists, and bytearrays from bytes", () => {
  assertInstanceOf(load("K\x01\x85."), Tuple);
  assert(!(load("]K\x01a.") instanceof Tuple));
  assertInstanceOf(load(0x96, integer(1, 8), "\x07."), ByteArray);
  assert(!(load("C\x01\x07.") instanceof ByteArray));
});

/** Calls of allowed globals, in the ways in which they can be written. */
const CALLS: [name: string, parts: Part[], value: unknown][] = [
  ["set by REDUCE", ["c__builtin__\nset\n](K\x01K\x02e\x85R."], new Set([1, 2])],
  ["frozenset by NEWOBJ", ["cbuiltins\nfrozenset\n]K\x01a\x85", 0x81, "."], new FrozenSet([1])],
  ["set by NEWOBJ_EX", ["cbuiltins\nset\n]\x85}", 0x92, "."], new Set()],
  ["complex by OBJ", ["(cbuiltins\ncomplex\nF1\nF-2\no."], new Complex(1, -2)],
  ["complex by INST", ["(F1\nF-2\ni__builtin__\ncomplex\n."], new Complex(1, -2)],
  ["bytearray by STACK_GLOBAL", [
    text("builtins"),
    text("bytearray"),
    0x93,
    "C\x02ab\x85R.",
  ], ByteArray.from([97, 98])],
  ["bytearray of text", [
    "c__builtin__\nbytearray\n",
    bytes("X", integer(2, 4), "\xc3\xbf"),
    text("latin-1"),
    "\x86R.",
  ], ByteArray.from([255])],
  ["bytes of nothing", ["c__builtin__\nbytes\n)R."], new Uint8Array(0)],
  ["_codecs.encode", [
    "c_codecs\nencode\n",
    bytes("X", integer(3, 4), "a\xc3\xbf"),
    text("latin1"),
    "\x86R.",
  ], Uint8Array.of(97, 255)],
  ["OrderedDict of nothing", [
    "ccollections\nOrderedDict\n)RK\x01K\x02s.",
  ], new OrderedDict([[1, 2]])],
  ["OrderedDict of pairs", [
    "ccollections\nOrderedDict\n](](K\x01K\x02ee\x85R.",
  ], new OrderedDict([[1, 2]])],
  ["defaultdict", [
    "ccollections\ndefaultdict\ncbuiltins\nlist\n\x85RK\x01K\x02s.",
  ], new Map([[1, 2]])],
  ["dict of a dict", ["cbuiltins\ndict\n}K\x01K\x02s\x85R."], new Map([[1, 2]])],
  ["tuple of a list", ["cbuiltins\ntuple\n]K\x01a\x85R."], Tuple.fromItems([1])],
  ["list of a set", ["cbuiltins\nlist\n", 0x8f, "(K\x01", 0x90, "\x85R."], [1]],
];

for (const [name, parts, value] of CALLS) {
  Deno.test(`readPickle() makes ${name}`, () => {
    const found = load(...parts);
    assertEquals(found, value);
    assertEquals(found?.constructor, value?.constructor);
  });
}

Deno.test("readPickle() keeps shared and cyclic references", () => {
  const shared = load("](]q\x00h\x00e.") as unknown[];
  assert(shared[0] === shared[1]);
  const cyclic = load("]q\x00h\x00a.") as unknown[];
  assert(cyclic[0] === cyclic);
});

Deno.test("readPickle() takes dict keys that are names of Object as data", () => {
  const found = load("}(", text("__proto__"), "}", text("polluted"), 0x88, "su.");
  assertInstanceOf(found, Map);
  assertEquals([...found.keys()], ["__proto__"]);
  assertEquals(Reflect.get({}, "polluted"), undefined);
});

Deno.test("readPickle() reads lists that are nested a million deep", () => {
  let depth = 0;
  let value = load("]".repeat(1_000_000), "a".repeat(999_999), ".");
  while (Array.isArray(value)) [value, depth] = [value[0], depth + 1];
  assertEquals(depth, 1_000_000);
});

Deno.test("readPickle() reports the protocol and the bytes after the end", () => {
  withPickle([0x80, 3, "N.rest"], (pickle) => {
    assertEquals([pickle.root, pickle.protocol, pickle.trailingBytes], [null, 3, 4]);
  });
  withPickle(["N."], (pickle) => assertEquals([pickle.protocol, pickle.trailingBytes], [0, 0]));
});

/** Malformed pickles and a part of the message. */
const MALFORMED: [name: string, parts: Part[], message: string][] = [
  ["an unknown opcode", ["N\xfe."], "byte 1 is 0xfe, expected an opcode"],
  ["a first byte that is no opcode", ["hello"], "expected one that was stored before"],
  ["text", ["video_id,label\n"], 'it begins with 0x76 ("v"), expected a pickle'],
  ["protocol 6", [0x80, 6, "N."], "PROTO at byte 0 gives protocol 6, expected at most 5"],
  ["a missing STOP", ["N"], "it is 1 byte and ends before the opcode STOP"],
  ["an opcode that is cut", ["NJ\x01"], "it is 3 bytes and ends inside the opcode at byte 1"],
  ["a line that is cut", ["I12"], "ends inside the line of the opcode at byte 0"],
  ["a frame beyond the end", [0x80, 4, 0x95, integer(9, 8), "N."], "claims 9 bytes more"],
  ["2^60 bytes", [0x8e, integer(2n ** 60n, 8), "."], "claims 1,152,921,504,606,846,976 bytes more"],
  ["2^64 - 1 bytes", [0x96, integer(-1, 8), "."], "expected at most the 1 byte that are left"],
  ["a negative length", ["T\xff\xff\xff\xff."], "BINSTRING at byte 0 gives a length of -1"],
  ["an integer of 2 GB", [0x8b, "\xff\xff\xff\x7f."], "an integer of 2147483647 bytes"],
  ["an integer of 5000 digits", [`L${"9".repeat(5000)}L\n.`], 'the integer "9999'],
  ["an integer that is none", ["I1x\n."], 'INT at byte 0 gives the integer "1x"'],
  ["a float that is none", ["F1,5\n."], 'FLOAT at byte 0 gives the float "1,5"'],
  ["a name of 10,000 letters", [`c${"a".repeat(10000)}\nb\n.`], "a line of 10000 bytes"],
  ["a string without quotes", ["Sabc\n."], "a string without quotes"],
  ["a wrong escape", ["S'\\xg0'\n."], 'text with the escape "\\g0"'],
  ["a wrong Unicode escape", ["V\\u12\n."], "text with the escape"],
  ["text that is no UTF-8", ["X", integer(2, 4), "a\xff."], "text that is not UTF-8"],
  ["a memo entry that is missing", ["h\x07."], "BINGET at byte 0 gives the memo entry 7"],
  ["a memo entry with a wrong index", ["g-1\n."], "the memo entry -1"],
  ["an empty stack", ["."], "STOP at byte 0 gives an empty stack"],
  ["an item behind a mark", ["K\x01(\x85."], "TUPLE1 at byte 3 gives an empty stack"],
  ["a missing mark", ["]K\x01e."], "APPENDS at byte 3 gives an empty stack of marks"],
  ["items for no list", [")K\x01a."], "items for something that is no list"],
  ["items for no dict", ["]K\x01K\x02s."], "items for something that is no dict"],
  ["items for a frozenset", ["(", 0x91, "(K\x01", 0x90, "."], "no set"],
  ["a key without a value", ["(K\x01d."], "a key without a value"],
  ["a call of no function", ["K\x01)R."], "REDUCE at byte 3 gives a call"],
  ["a call of a class", ["cnumpy\nndarray\n)R."], 'a call of "numpy.ndarray"'],
  ["a call without a tuple", ["cbuiltins\nset\n]R."], "a call without arguments"],
  ["named arguments", ["cbuiltins\nset\n)}NNs", 0x92, "."], "named arguments"],
  ["a state for a list", ["]]b."], "BUILD at byte 2 gives a state for something without one"],
  ["a global without names", ["NN", 0x93, "."], "a global without a name"],
  ["a persistent id", ["Pid\n."], "PERSID at byte 0 gives a persistent id"],
  ["a persistent id on the stack", ["NQ."], "BINPERSID at byte 1 gives a persistent id"],
  ["an extension code", [0x82, "\x01."], "EXT1 at byte 0 gives an extension code"],
  ["a buffer outside", [0x97, "."], "NEXT_BUFFER at byte 0 gives a buffer outside the file"],
  [
    "another encoding",
    ["c_codecs\nencode\n", text("a"), text("utf8"), "\x86R."],
    'text in "latin1"',
  ],
  ["a set of a number", ["cbuiltins\nset\nK\x01\x85R."], "a container of something else"],
  ["a dict of numbers", ["cbuiltins\ndict\n]K\x01a\x85R."], "a dictionary of something else"],
  ["a complex of text", ["cbuiltins\ncomplex\n", text("a"), "N\x86R."], "two floats"],
];

for (const [name, parts, message] of MALFORMED) {
  Deno.test(`readPickle() names ${name}`, () => {
    const error = assertThrows(() => load(...parts), DataError, message);
    assert(error.message.startsWith('Cannot read "'));
  });
}

Deno.test("readPickle() refuses a file that makes it copy the same items again and again", () => {
  const numbers = Array.from({ length: 1000 }, (_, i) => bytes("M", integer(i, 2)));
  const copies = bytes(...Array.from({ length: 1000 }, () => "h\x00h\x01\x85Ra"));
  const parts = ["cbuiltins\nset\nq\x000](", ...numbers, "eq\x010]", copies, "."];
  assertThrows(() => load(...parts), DataError, "more copies than the file has bytes");
});

Deno.test({
  name: "readPickle() closes the file when it fails",
  sanitizeResources: true,
  fn() {
    assertThrows(() => load("N"), DataError);
  },
});
