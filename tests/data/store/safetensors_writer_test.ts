import { assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import {
  readSafetensors,
  type TensorToWrite,
  writeSafetensors,
} from "../../../lib/data/store/safetensors.ts";

function withFolder(use: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    use(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** The bytes that are written, and their header. */
function written(
  tensors: Iterable<TensorToWrite>,
  metadata?: Record<string, string>,
): { bytes: Uint8Array; header: string } {
  let bytes = new Uint8Array(0);
  withFolder((folder) => {
    writeSafetensors(join(folder, "x"), tensors, metadata);
    bytes = Deno.readFileSync(join(folder, "x"));
  });
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  return { bytes, header: new TextDecoder().decode(bytes.subarray(8, 8 + length)) };
}

const BIAS = { name: "bias", dtype: "F32", shape: [2], data: Float32Array.of(1, 2) } as const;
const STEP = { name: "step", dtype: "I64", shape: [], data: BigInt64Array.of(7n) } as const;
const MASK = { name: "mask", dtype: "BOOL", shape: [3], data: Uint8Array.of(1, 0, 1) } as const;

Deno.test("writeSafetensors() pads its header to 8 bytes and puts wide types first", () => {
  const { bytes, header } = written([MASK, BIAS, STEP], { z: "1", a: "é" });
  assertEquals(
    header.trimEnd(),
    '{"__metadata__":{"a":"é","z":"1"},' +
      '"step":{"dtype":"I64","shape":[],"data_offsets":[0,8]},' +
      '"bias":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},' +
      '"mask":{"dtype":"BOOL","shape":[3],"data_offsets":[16,19]}}',
  );
  const dataStart = bytes.length - 19;
  assertEquals(dataStart % 8, 0);
  assertEquals(
    bytes.subarray(dataStart),
    Uint8Array.of(
      ...[7, 0, 0, 0, 0, 0, 0, 0],
      ...[0, 0, 0x80, 0x3f, 0, 0, 0, 0x40],
      ...[1, 0, 1],
    ),
  );
});

Deno.test("writeSafetensors() gives the same bytes in whatever order tensors come", () => {
  const first = written([MASK, BIAS, STEP], { z: "1", a: "2" }).bytes;
  assertEquals(written([STEP, BIAS, MASK], { a: "2", z: "1" }).bytes, first);
});

Deno.test("writeSafetensors() takes values and bytes in pieces from a generator", () => {
  function* pieces(): Generator<Float32Array | Uint8Array> {
    yield Float32Array.of(1, 2, 3).subarray(1);
    yield new Uint8Array(0);
    yield Uint8Array.of(0, 0, 0x80);
    yield Uint8Array.of(0x3f);
  }
  withFolder((folder) => {
    const path = join(folder, "x");
    writeSafetensors(path, [{ name: "x", dtype: "F32", shape: [3], data: pieces() }]);
    using file = readSafetensors(path);
    assertEquals(file.tensor("x").values(), Float32Array.of(2, 3, 1));
  });
});

Deno.test("writeSafetensors() runs generators one after the other, in the order of the file", () => {
  const order: string[] = [];
  function* data(name: string): Generator<Uint8Array> {
    order.push(name);
    yield Uint8Array.of(1);
    order.push(`end of ${name}`);
  }
  written(["b", "a"].map((name) => ({ name, dtype: "U8", shape: [1], data: data(name) })));
  assertEquals(order, ["a", "end of a", "b", "end of b"]);
});

Deno.test("writeSafetensors() stops a generator that gives too much", () => {
  function* endless(): Generator<Uint8Array> {
    for (;;) yield new Uint8Array(1000);
  }
  const tensor: TensorToWrite = { name: "x", dtype: "U8", shape: [5000], data: endless() };
  assertThrows(() => written([tensor]), RangeError, "it has more values, expected 5000 bytes");
});

/** Tensors that cannot be written. */
const WRONG: [what: string, tensors: TensorToWrite[], error: ErrorConstructor, message: string][] =
  [
    [
      "too few values",
      [{ ...BIAS, shape: [3] }],
      RangeError,
      'the tensor "bias" of shape [3]: it has only 8 bytes, expected 12 bytes',
    ],
    [
      "too many values",
      [{ ...BIAS, shape: [1] }],
      RangeError,
      "it has more values, expected 4 bytes",
    ],
    [
      "values of another type",
      [{ ...BIAS, data: Float64Array.of(1) }],
      TypeError,
      "its values are a Float64Array",
    ],
    [
      "half precision as single",
      [{ ...BIAS, data: Float16Array.of(1, 2, 3, 4) }],
      TypeError,
      "a Float16Array",
    ],
    ["a fraction as an axis", [{ ...BIAS, shape: [1.5] }], TypeError, "its shape is [1.5]"],
    ["a shape beyond 2^53", [{ ...BIAS, shape: [2 ** 40, 2 ** 40] }], TypeError, "its shape is"],
    ["an unknown dtype", [{ ...BIAS, dtype: "F4" as "F32" }], TypeError, 'its dtype is "F4"'],
    ["a name twice", [BIAS, BIAS], TypeError, 'the tensor "bias": it is there twice'],
    ["the name __metadata__", [{ ...BIAS, name: "__metadata__" }], TypeError, "not allowed"],
    ["the name __proto__", [{ ...BIAS, name: "__proto__" }], TypeError, "not allowed"],
    ["half a surrogate pair as a name", [{ ...BIAS, name: "\ud83d" }], TypeError, "not allowed"],
  ];

for (const [what, tensors, Class, message] of WRONG) {
  Deno.test(`writeSafetensors() refuses ${what} and leaves what was there`, () => {
    withFolder((folder) => {
      const path = join(folder, "x.safetensors");
      Deno.writeTextFileSync(path, "old");
      assertThrows(() => writeSafetensors(path, tensors), Class, message);
      assertEquals(Deno.readTextFileSync(path), "old");
      assertEquals(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["x.safetensors"]);
    });
  });
}

Deno.test("writeSafetensors() refuses metadata that are no text", () => {
  const metadata = { epoch: 3 } as unknown as Record<string, string>;
  assertThrows(() => written([BIAS], metadata), TypeError, 'the metadata "epoch"');
});
