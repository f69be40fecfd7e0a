/** Memory of tensors of the cpu engine that is used again. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { arrayMemory, newArray } from "../../lib/engine/cpu/arrays.ts";
import { allocate, blockAt, release } from "../../lib/engine/cpu/memory.ts";
import { lstm } from "../../lib/engine/lstm.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { RandomStream } from "../../lib/core/random.ts";
import { dropout } from "../../lib/nn/dropout.ts";
import { gelu } from "../../lib/nn/gelu.ts";
import { layerNorm } from "../../lib/nn/layer_norm.ts";

await openEngine({ engine: "cpu" });

/** Large enough for memory that is used again. */
const [ROWS, COLUMNS] = [80, 96];

function waves(shape: number[], shift = 0): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(Float32Array.from({ length: size }, (_, i) => Math.sin(i * i + shift)), shape);
}

/** Leaves NaN in memory that the next tensors of up to 128 KB take. */
function spoil(): void {
  for (let size = 2 ** 15; size >= 4096; size /= 1.1) {
    const tensors = [1, 2, 3].map(() => tf.mul(tf.fill([Math.floor(size)], NaN), 1));
    const bits = [1, 2].map(() => tf.greaterEqual(tf.ones([Math.floor(4 * size)]), 0));
    tf.dispose([tensors, bits]);
  }
}

// First, while no other test has left memory behind.
Deno.test("memory in use is that of the tensors, and what is held for them is bounded", () => {
  const before = arrayMemory().inUse;
  const tensors = Array.from({ length: 8 }, () => tf.tidy(() => tf.mul(tf.ones([2 ** 16]), 2)));
  assertEquals(arrayMemory().inUse - before, 8 * 2 ** 18);
  const { held } = arrayMemory();
  tf.dispose(tensors);
  assertEquals(arrayMemory().inUse, before);
  tf.tidy(() => Array.from({ length: 4 }, () => tf.mul(tf.ones([2 ** 16 - 5]), 2)));
  assertEquals(arrayMemory().held, held);
  for (let size = 2 ** 16; size < 2 ** 20; size += 2 ** 14) {
    tf.tidy(() => void tf.mul(tf.ones([size]), 2));
  }
  const now = arrayMemory();
  assert(now.held <= 1.25 * now.most, JSON.stringify(now));
});

Deno.test("a kernel writes all of an array that was used before", () => {
  const x = waves([ROWS, COLUMNS]), y = waves([ROWS, COLUMNS], 1);
  const picked = tf.tensor1d(Int32Array.from({ length: ROWS }, (_, i) => i % 7), "int32");
  const counter = tf.tensor1d([0, 0, 1, 1], "int32");
  const noise = { stream: RandomStream.fromSeed(1), counter };
  const sequences = tf.reshape(waves([4, 50, 32]), [4, 50, 32]) as tf.Tensor3D;
  const lengths = tf.tensor1d([50, 1, 20, 3], "int32");
  const weights = {
    weightIh: waves([128, 32]) as tf.Tensor2D,
    weightHh: waves([128, 32]) as tf.Tensor2D,
    bias: waves([128]) as tf.Tensor1D,
  };
  const scale = waves([COLUMNS]);
  const states = (x: tf.Tensor) => lstm(x as tf.Tensor3D, lengths, weights, { output: "sequence" });
  const kernels: Record<string, () => tf.Tensor | tf.Tensor[]> = {
    arithmetic: () => [tf.add(x, y), tf.sub(x, 1), tf.mul(x, y), tf.div(x, tf.add(tf.abs(y), 1))],
    comparison: () => [tf.greaterEqual(x, y), tf.greater(x, 0), tf.less(x, y)],
    entries: () => [tf.relu(x), tf.step(x), tf.square(x), tf.neg(x), tf.exp(x), tf.tanh(x)],
    select: () => tf.where(tf.greater(x, 0), x, y),
    copies: () => [
      tf.pad(x, [[1, 0], [0, 2]]),
      tf.concat([x, y], 1),
      tf.tile(x, [2, 1]),
      tf.transpose(x),
      tf.slice(x, [0, 1], [ROWS, 90]),
      ...tf.split(x, [40, 56], 1),
    ],
    reductions: () => [tf.sum(waves([2, 5000]), 0), tf.mean(waves([2, 5000]), 0), tf.softmax(x)],
    rows: () => [tf.gather(x, picked), tf.unsortedSegmentSum(x, picked, ROWS)],
    products: () => [
      tf.matMul(x, y, false, true),
      tf.matMul(x, y, true),
      tf.matMul(tf.zeros([ROWS, 0]), tf.zeros([0, COLUMNS])),
    ],
    normalization: () => [
      layerNorm(x, scale, scale, 1e-5),
      ...tf.grads((x, scale) => layerNorm(x, scale, scale, 1e-5))([x, scale]),
    ],
    gelu: () => [gelu(x), tf.grad((x) => gelu(x))(x)],
    dropout: () => [dropout(x, 0.3, noise, "a"), tf.grad((x) => dropout(x, 0.3, noise, "a"))(x)],
    lstm: () => [states(sequences), tf.grad(states)(sequences)],
  };
  for (const [name, run] of Object.entries(kernels)) {
    const values = () => tf.tidy(() => [run()].flat().map((tensor) => tensor.dataSync()));
    const before = values();
    spoil();
    const after = values();
    assertEquals(after, before, name);
    assert(after.every((all) => all.every((value) => Number.isFinite(value))), name);
  }
});

Deno.test("what was read, and a slice, outlive the tensor that they are from", () => {
  const x = tf.mul(waves([ROWS, COLUMNS]), 2);
  const expected = tf.mul(waves([ROWS, COLUMNS]), 2).dataSync();
  const read = x.dataSync();
  const rows = tf.slice(x, [10, 0], [60, COLUMNS]);
  x.dispose();
  spoil();
  assertEquals(read, expected);
  assertEquals(rows.dataSync(), expected.slice(10 * COLUMNS, 70 * COLUMNS));
  // Exactly as long as the tensor, for whoever looks at its memory.
  assertEquals(read.buffer.byteLength, read.byteLength);
});

Deno.test("blocks of all sizes do not overlap, and are taken back once", () => {
  const bytes = Array.from({ length: 200 }, (_, i) => 1 + (i * i * 37) % 40_000);
  for (let turn = 0; turn < 3; turn++) {
    const blocks = bytes.map((size) => [allocate(size, Infinity)!, size] as const);
    const sorted = blocks.toSorted(([a], [b]) => a - b);
    sorted.forEach(([at, size], i) => {
      assert(i === 0 || at >= sorted[i - 1]![0] + sorted[i - 1]![1]);
      const { start, bytes } = blockAt(at + size - 1);
      assert(start === at && bytes >= size);
    });
    for (const [at] of blocks) release(at);
    assertThrows(() => release(sorted[turn]![0]), RangeError, "no block begins there");
  }
});

Deno.test("newArray() is as long as it was asked for", () => {
  for (const length of [0, 1, 4095, 4096, 5000, 100_001]) {
    assertEquals(newArray(length).length, length);
  }
});
