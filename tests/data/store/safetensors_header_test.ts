import { assert, assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../../lib/core/errors.ts";
import { PositionedFile } from "../../../lib/data/arrays/positioned_file.ts";
import { readHeader, type SafetensorsHeader } from "../../../lib/data/store/safetensors_header.ts";

/** A file of the header `header`, which is text, bytes or an object, and `dataBytes` zeros. */
function fileOf(header: unknown, dataBytes: number, claim?: bigint): Uint8Array {
  const text = typeof header === "string" ? header : JSON.stringify(header);
  const encoded = header instanceof Uint8Array ? header : new TextEncoder().encode(text);
  const file = new Uint8Array(8 + encoded.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, claim ?? BigInt(encoded.length), true);
  file.set(encoded, 8);
  return file;
}

function read(content: Uint8Array): SafetensorsHeader {
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeFileSync(path, content);
    using file = new PositionedFile(path);
    return readHeader(file);
  } finally {
    Deno.removeSync(path);
  }
}

/** A tensor of four bytes from `begin` on. */
function four(begin: number): Record<string, unknown> {
  return { dtype: "U8", shape: [4], data_offsets: [begin, begin + 4] };
}

Deno.test("readHeader() gives the tensors in the order of their bytes", () => {
  const content = fileOf({ b: four(4), __metadata__: { k: "v" }, a: four(0) }, 8);
  const { tensors, metadata, dataStart } = read(content);
  assertEquals(tensors.map(({ name, begin, end }) => [name, begin, end]), [
    ["a", 0, 4],
    ["b", 4, 8],
  ]);
  assertEquals([...metadata], [["k", "v"]]);
  assertEquals(dataStart, content.length - 8);
});

Deno.test("readHeader() takes an empty header, padding, and tensors without elements", () => {
  assertEquals(read(fileOf("{}      ", 0)).tensors, []);
  const none = { dtype: "F64", shape: [0, 2 ** 52, 2 ** 52], data_offsets: [4, 4] };
  assertEquals(read(fileOf({ z: none, a: four(0), b: four(4) }, 8)).tensors.length, 3);
});

Deno.test("readHeader() keeps tensors whose names are those of Object's members", () => {
  const { tensors } = read(fileOf('{"constructor":' + JSON.stringify(four(0)) + "}", 4));
  assertEquals(tensors.map(({ name }) => name), ["constructor"]);
});

/** A header that breaks one rule, the bytes of data, and a part of the message. */
const BAD: [rule: string, content: Uint8Array, message: string][] = [
  ["is empty", new Uint8Array(0), "it is empty, expected a safetensors file"],
  ["is shorter than a length", new Uint8Array(5), "it is 5 bytes, expected at least 8 bytes"],
  [
    "claims a header of 2^64 - 1 bytes",
    fileOf("{}", 0, 2n ** 64n - 1n),
    "18,446,744,073,709,551,615 bytes",
  ],
  [
    "claims a header over 100 MB",
    fileOf("{}", 0, 100_000_001n),
    "expected at most 100,000,000 bytes",
  ],
  [
    "claims a header beyond its end",
    fileOf("{}", 0, 3n),
    "it is 10 bytes, expected at least 11 bytes",
  ],
  [
    "is a Git LFS pointer",
    new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\n"),
    "Git LFS",
  ],
  [
    "has a header in another encoding",
    fileOf(Uint8Array.of(0x7b, 0xff, 0x7d), 0),
    "its header is no UTF-8",
  ],
  ["has a header that begins with a space", fileOf(" {}", 0), 'begins with " {}", expected "{"'],
  ["has a header of no bytes", fileOf("", 0), 'begins with "", expected "{"'],
  ["has a header that is no JSON", fileOf("{a}", 0), "its header is no valid JSON"],
  ["has text after its JSON", fileOf("{}\0", 0), "its header is no valid JSON"],
  [
    "has a name twice",
    fileOf(`{"a":${JSON.stringify(four(0))},"a":${JSON.stringify(four(0))}}`, 4),
    'it has the name "a" twice',
  ],
  [
    "has the name __proto__",
    fileOf(`{"__proto__":${JSON.stringify(four(0))}}`, 4),
    'the name "__proto__"',
  ],
  ["has __proto__ in its metadata", fileOf('{"__metadata__":{"__proto__":"x"}}', 0), "__proto__"],
  [
    "is nested deeply",
    fileOf(`{"a":${"[".repeat(100)}${"]".repeat(100)}}`, 0),
    "nested deeper than 3",
  ],
  [
    "has metadata that are no strings",
    fileOf({ __metadata__: { a: 1 } }, 0),
    "expected an object of strings",
  ],
  [
    "has metadata that are a list",
    fileOf({ __metadata__: ["a"] }, 0),
    "expected an object of strings",
  ],
  ["has a tensor that is no object", fileOf({ a: 1 }, 0), 'its tensor "a" has the dtype missing'],
  [
    "has an unknown dtype",
    fileOf({ a: { ...four(0), dtype: "F8_E4M3" } }, 4),
    'the dtype "F8_E4M3", expected one of U64',
  ],
  [
    "has a dtype of Object",
    fileOf({ a: { ...four(0), dtype: "constructor" } }, 4),
    'the dtype "constructor"',
  ],
  ["has no shape", fileOf({ a: { ...four(0), shape: undefined } }, 4), "the shape missing"],
  ["has a negative axis", fileOf({ a: { ...four(0), shape: [-4] } }, 4), "the shape [-4]"],
  ["has a fraction as an axis", fileOf({ a: { ...four(0), shape: [4.5] } }, 4), "the shape [4.5]"],
  [
    "has a shape beyond 2^53",
    fileOf({ a: { ...four(0), shape: [2 ** 40, 2 ** 40] } }, 4),
    "more than any file has",
  ],
  [
    "has an axis beyond 2^53",
    fileOf('{"a":{"dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,4]}}', 4),
    "the shape [184467440737",
  ],
  [
    "has one offset",
    fileOf({ a: { ...four(0), data_offsets: [4] } }, 4),
    "two increasing integers",
  ],
  [
    "has three offsets",
    fileOf({ a: { ...four(0), data_offsets: [0, 4, 8] } }, 4),
    "two increasing integers",
  ],
  [
    "has offsets that decrease",
    fileOf({ a: { ...four(0), data_offsets: [4, 0] } }, 4),
    "two increasing integers",
  ],
  [
    "has fewer bytes than its shape",
    fileOf({ a: { ...four(0), dtype: "F32" } }, 4),
    "has 4 bytes, expected 16 bytes for shape [4] of F32",
  ],
  [
    "has tensors that overlap",
    fileOf({ a: four(0), b: four(2) }, 6),
    'its tensor "b" begins at byte 2 of the data and overlaps',
  ],
  ["has the same bytes twice", fileOf({ a: four(0), b: four(0) }, 4), "overlaps the one before"],
  [
    "has a hole between tensors",
    fileOf({ a: four(0), b: four(5) }, 9),
    "leaves a hole before it, expected 4",
  ],
  ["has a hole at the beginning", fileOf({ a: four(1) }, 5), "leaves a hole before it, expected 0"],
  [
    "has bytes after the last tensor",
    fileOf({ a: four(0) }, 7),
    "it has 3 bytes after its last tensor",
  ],
  ["lacks its last byte", fileOf({ a: four(0) }, 3), "the download stopped early"],
];

for (const [rule, content, message] of BAD) {
  Deno.test(`readHeader() refuses a file that ${rule}`, () => {
    const error = assertThrows(() => read(content), DataError, message);
    assert(error.message.startsWith('Cannot read "'));
    assertEquals(Reflect.get({}, "dtype"), undefined);
  });
}
