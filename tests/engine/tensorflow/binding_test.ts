import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { EngineError } from "../../../lib/core/errors.ts";
import { openEngine } from "../../../lib/engine/mod.ts";
import type { TensorFlowBinding } from "../../../lib/engine/tensorflow/binding/binding.ts";
import { configProto } from "../../../lib/engine/tensorflow/binding/context.ts";
import { AttributeKind, DataType } from "../../../lib/engine/tensorflow/binding/symbols.ts";
import { HAS_TENSORFLOW } from "../engines.ts";

/** The binding that the tensorflow engine runs on. */
async function openBinding(): Promise<TensorFlowBinding> {
  await openEngine({ engine: "tensorflow" });
  return (tf.backend() as unknown as { binding: TensorFlowBinding }).binding;
}

function tensorflowTest(name: string, test: (binding: TensorFlowBinding) => void): void {
  const fn = async () => {
    const binding = await openBinding();
    const before = binding.getNumOfTensors();
    test(binding);
    assertEquals(binding.getNumOfTensors(), before, "tensors are left");
  };
  Deno.test({ name, ignore: !HAS_TENSORFLOW, fn });
}

tensorflowTest("a tensor of every type comes back as it was", (binding) => {
  const cases: [number, Parameters<typeof binding.createTensor>[2]][] = [
    [DataType.FLOAT, new Float32Array([1.5, -0, NaN, Infinity])],
    [DataType.INT32, new Int32Array([1, -2, 2 ** 31 - 1, -(2 ** 31)])],
    [DataType.BOOL, new Uint8Array([1, 0, 0, 1])],
    [DataType.COMPLEX64, new Float32Array([1, 2, 3, 4, 5, 6, 7, 8])],
    [DataType.STRING, ["", "a", "δ", "x".repeat(100)].map((s) => new TextEncoder().encode(s))],
  ];
  for (const [dtype, values] of cases) {
    const id = binding.createTensor([2, 2], dtype, values);
    assertEquals(binding.tensorDataSync(id) as unknown, values as unknown);
    binding.deleteTensor(id);
  }
});

tensorflowTest("plain arrays and arrays of the other number type are converted", (binding) => {
  const cases = [
    [DataType.INT32, new Float32Array([1, 2]), new Int32Array([1, 2])],
    [DataType.FLOAT, new Int32Array([1, 2]), new Float32Array([1, 2])],
    [DataType.FLOAT, [0.5, 2], new Float32Array([0.5, 2])],
    [DataType.BOOL, [true, false], new Uint8Array([1, 0])],
  ] as const;
  for (const [dtype, values, expected] of cases) {
    const id = binding.createTensor([2], dtype, values);
    assertEquals(binding.tensorDataSync(id) as unknown, expected as unknown);
    binding.deleteTensor(id);
  }
});

tensorflowTest("empty tensors and scalars work", (binding) => {
  const empty = binding.createTensor([0, 3], DataType.FLOAT, new Float32Array(0));
  const scalar = binding.createTensor([], DataType.FLOAT, new Float32Array([4]));
  const [made] = binding.executeOp(
    "Identity",
    [{ name: "T", type: AttributeKind.TYPE, value: DataType.FLOAT }],
    [empty],
    1,
  );
  assertEquals([made!.shape, made!.dtype], [[0, 3], DataType.FLOAT]);
  assertEquals([...binding.tensorDataSync(scalar)], [4]);
  for (const id of [empty, scalar, made!.id]) binding.deleteTensor(id);
});

tensorflowTest("values that do not fill the shape are refused", (binding) => {
  assertThrows(
    () => binding.createTensor([3], DataType.FLOAT, new Float32Array(2)),
    EngineError,
    "the values have 8 bytes, expected 12",
  );
});

tensorflowTest("an op that is unknown or fails says which, and TensorFlow's reason", (binding) => {
  const a = binding.createTensor([2, 3], DataType.FLOAT, new Float32Array(6));
  const type = { name: "T", type: AttributeKind.TYPE, value: DataType.FLOAT };
  const cases: [() => unknown, string][] = [
    [
      () => binding.executeOp("NoSuchOp", [], [], 1),
      `find the TensorFlow op "NoSuchOp": NOT_FOUND`,
    ],
    [
      () => binding.executeOp("MatMul", [type], [a, a], 1),
      `run the TensorFlow op "MatMul": INVALID_ARGUMENT`,
    ],
    [() => binding.executeOp("MatMul", [{ ...type, type: 99 }], [a, a], 1), "its kind is 99"],
  ];
  for (const [run, message] of cases) assertThrows(run, EngineError, message);
  binding.deleteTensor(a);
});

tensorflowTest("a disposed tensor cannot be read, used or disposed again", (binding) => {
  const id = binding.createTensor([1], DataType.FLOAT, new Float32Array(1));
  binding.deleteTensor(id);
  const type = { name: "T", type: AttributeKind.TYPE, value: DataType.FLOAT };
  for (
    const use of [
      () => binding.tensorDataSync(id),
      () => binding.deleteTensor(id),
      () => binding.executeOp("Identity", [type], [id], 1),
    ]
  ) assertThrows(use, EngineError, `tensor ${id} is disposed, expected a live one`);
});

tensorflowTest("attributes of every kind reach the op", (binding) => {
  const { TYPE, INT, FLOAT, BOOL, STRING, SHAPE } = AttributeKind;
  const x = binding.createTensor([1, 2, 2, 1], DataType.FLOAT, new Float32Array([1, 2, -3, 4]));
  const [pooled] = binding.executeOp(
    "MaxPool",
    [
      { name: "T", type: TYPE, value: DataType.FLOAT },
      { name: "ksize", type: INT, value: [1, 2, 2, 1] },
      { name: "strides", type: INT, value: [1, 1, 1, 1] },
      { name: "padding", type: STRING, value: "VALID" },
    ],
    [x],
    1,
  );
  const [leaky] = binding.executeOp(
    "LeakyRelu",
    [
      { name: "T", type: TYPE, value: DataType.FLOAT },
      { name: "alpha", type: FLOAT, value: 0.5 },
    ],
    [x],
    1,
  );
  const [shaped] = binding.executeOp(
    "EnsureShape",
    [
      { name: "T", type: TYPE, value: DataType.FLOAT },
      { name: "shape", type: SHAPE, value: [1, 2, 2, 1] },
    ],
    [x],
    1,
  );
  const axis = binding.createTensor([], DataType.INT32, new Int32Array([1]));
  const [kept] = binding.executeOp(
    "Max",
    [
      { name: "T", type: TYPE, value: DataType.FLOAT },
      { name: "keep_dims", type: BOOL, value: true },
    ],
    [x, axis],
    1,
  );
  assertEquals([...binding.tensorDataSync(pooled!.id)], [4]);
  assertEquals([...binding.tensorDataSync(leaky!.id)], [1, 2, -1.5, 4]);
  assertEquals(shaped!.shape, [1, 2, 2, 1]);
  assertEquals(kept!.shape, [1, 1, 2, 1]);
  for (const { id } of [pooled!, leaky!, shaped!, kept!]) binding.deleteTensor(id);
  for (const id of [axis, x]) binding.deleteTensor(id);
});

tensorflowTest("a SavedModel is refused", (binding) => {
  assertThrows(() => binding.loadSavedModel(), EngineError, "Cannot load a SavedModel");
});

Deno.test("configProto() writes TensorFlow's fields", () => {
  // device_count {"GPU": 0}; intra_op 300 and inter_op 300 as varints; gpu_options.allow_growth.
  const gpu = [0x0a, 7, 0x0a, 3, 0x47, 0x50, 0x55, 0x10, 0];
  const threads = [0x10, 0xac, 0x02, 0x28, 0xac, 0x02];
  const growth = [0x32, 2, 0x20, 1];
  assertEquals([...configProto({ gpu: true })], growth);
  assertEquals([...configProto({ gpu: false, threads: 300 })], [...gpu, ...threads, ...growth]);
});

tensorflowTest("the version and the devices are TensorFlow's", (binding) => {
  assert(/^2\.\d+\.\d+/.test(binding.TF_Version));
  assert(binding.devices.some(({ name }) => name.endsWith("device:CPU:0")));
});
