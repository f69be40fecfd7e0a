import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DataError } from "../../../lib/core/errors.ts";
import {
  readSafetensors,
  type SafetensorsType,
  type TensorToWrite,
  writeSafetensors,
} from "../../../lib/data/store/safetensors.ts";
import { damaged, seeded } from "../seeded.ts";

const GOLDEN = join(import.meta.dirname!, "..", "..", "golden");

function withPath<T>(use: (path: string) => T): T {
  const folder = Deno.makeTempDirSync();
  try {
    return use(join(folder, "x.safetensors"));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("readSafetensors() reads what PyTorch wrote", () => {
  using file = readSafetensors(join(GOLDEN, "self_mm_features/init.safetensors"));
  const config = JSON.parse(Deno.readTextFileSync(join(GOLDEN, "self_mm_features/config.json")));
  const weights = file.tensor("audio_model.rnn.weight_ih_l0");
  assertEquals(weights.shape, [4 * config.a_lstm_hidden_size, config.feature_dims[1]]);
  assertEquals([weights.format, weights.dtype], ["F32", "<f4"]);
  const values = new Float32Array(weights.size);
  weights.readFloat32(0, values);
  assertEquals(values, weights.values());
  assert(values.every((value) => Number.isFinite(value) && value !== 0));
});

const GOLDEN_FILES = ["layers", "bert_tiny/model", "self_mm_bert_tiny/final"];

for (const name of GOLDEN_FILES) {
  Deno.test(`writeSafetensors() gives the bytes of ${name}.safetensors again, in any order`, () => {
    const path = join(GOLDEN, `${name}.safetensors`);
    const original = Deno.readFileSync(path);
    using file = readSafetensors(path);
    const tensors = [...file.tensors.values()].reverse().map((tensor) => ({
      name: tensor.name,
      dtype: tensor.format,
      shape: tensor.shape,
      data: tensor.values(),
    }));
    withPath((copy) => {
      writeSafetensors(copy, tensors, Object.fromEntries(file.metadata));
      assertEquals(Deno.readFileSync(copy), original);
    });
  });
}

/** The bytes of `size` random elements of a type, as its typed array. */
const MAKERS: Record<SafetensorsType, (raw: ArrayBuffer) => TensorToWrite["data"]> = {
  U64: (raw) => new BigUint64Array(raw),
  I64: (raw) => new BigInt64Array(raw),
  F64: (raw) => new Float64Array(raw),
  F32: (raw) => new Float32Array(raw),
  U32: (raw) => new Uint32Array(raw),
  I32: (raw) => new Int32Array(raw),
  BF16: (raw) => new Uint16Array(raw),
  F16: (raw) => new Float16Array(raw),
  U16: (raw) => new Uint16Array(raw),
  I16: (raw) => new Int16Array(raw),
  I8: (raw) => new Int8Array(raw),
  U8: (raw) => new Uint8Array(raw),
  BOOL: (raw) => new Uint8Array(raw).map((byte) => byte % 2),
};

const WIDTHS: Record<SafetensorsType, number> = {
  U64: 8,
  I64: 8,
  F64: 8,
  F32: 4,
  U32: 4,
  I32: 4,
  BF16: 2,
  F16: 2,
  U16: 2,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

const NAMES = ["weight", "naïve 你", 'a "b"\n', "", "0", "layer.0.bias", "constructor"];
const SHAPES = [[], [1], [0], [3, 0, 2], [7], [2, 3], [1, 2, 1, 3]];

/** Random tensors of all types and shapes. */
function randomTensors(random: (limit: number) => number): TensorToWrite[] {
  const types = Object.keys(MAKERS) as SafetensorsType[];
  return NAMES.slice(0, random(NAMES.length + 1)).map((name) => {
    const dtype = types[random(types.length)]!;
    const shape = SHAPES[random(SHAPES.length)]!;
    const size = shape.reduce((product, axis) => product * axis, 1);
    const raw = Uint8Array.from({ length: size * WIDTHS[dtype] }, () => random(256));
    return { name, dtype, shape, data: MAKERS[dtype](raw.buffer) };
  });
}

Deno.test("writeSafetensors() and readSafetensors() keep every type and shape", () => {
  const random = seeded(7);
  withPath((path) => {
    for (let round = 0; round < 200; round++) {
      const tensors = randomTensors(random);
      const metadata: Record<string, string> = random(2) ? { "": "é", seed: String(round) } : {};
      writeSafetensors(path, tensors, metadata);
      using file = readSafetensors(path);
      assertEquals(Object.fromEntries(file.metadata), metadata);
      assertEquals(file.tensors.size, tensors.length);
      for (const { name, dtype, shape, data } of tensors) {
        const tensor = file.tensor(name);
        assertEquals([tensor.format, tensor.shape], [dtype, shape]);
        if (dtype === "BF16") continue;
        const expected = dtype === "F16" ? Float32Array.from(data as Float16Array) : data;
        assertEquals(tensor.values(), expected as Float32Array);
      }
    }
  });
});

Deno.test("readSafetensors() gives bfloat16 as float32", () => {
  withPath((path) => {
    const data = Uint16Array.of(0x3fc0, 0xc010, 0x7f80);
    writeSafetensors(path, [{ name: "x", dtype: "BF16", shape: [3], data }]);
    using file = readSafetensors(path);
    assertEquals(file.tensor("x").values(), Float32Array.of(1.5, -2.25, Infinity));
  });
});

Deno.test("SafetensorsFile.tensor() suggests the nearest name", () => {
  using file = readSafetensors(join(GOLDEN, "self_mm_features/init.safetensors"));
  assertThrows(
    () => file.tensor("audio_model.rnn.weight_ih_10"),
    DataError,
    'did you mean "audio_model.rnn.weight_ih_l0"?',
  );
});

Deno.test("SafetensorsFile.close() ends reading", () => {
  const file = readSafetensors(join(GOLDEN, "layers.safetensors"));
  const [tensor] = file.tensors.values();
  file.close();
  assertThrows(() => tensor!.values(), Error, "already closed");
});

Deno.test("readSafetensors() survives 2000 damaged copies of a file", () => {
  const original = Deno.readFileSync(join(GOLDEN, "self_mm_features/init.safetensors"));
  const random = seeded(11);
  let failed = 0;
  withPath((path) => {
    for (let round = 0; round < 2000; round++) {
      Deno.writeFileSync(path, damaged(original, random));
      try {
        using file = readSafetensors(path);
        for (const tensor of file.tensors.values()) tensor.values();
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        failed++;
      }
    }
  });
  assert(failed > 500, `only ${failed} failed`);
});

Deno.test("readSafetensors() says of every cut that the download stopped early", () => {
  const original = Deno.readFileSync(join(GOLDEN, "self_mm_features/init.safetensors"));
  const size = original.length.toLocaleString("en-US");
  withPath((path) => {
    for (const length of [1, 7, 8, 9, 1000, original.length - 1]) {
      Deno.writeFileSync(path, original.subarray(0, length));
      const error = assertThrows(() => readSafetensors(path), DataError);
      assert(error.message.endsWith("the download stopped early"), error.message);
      if (length === original.length - 1) assert(error.message.includes(`expected ${size} bytes`));
    }
  });
});
