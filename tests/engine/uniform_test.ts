import { assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { fillUniform, type PhiloxCounter, type PhiloxKey } from "../../lib/core/philox.ts";
import { uniform } from "../../lib/engine/uniform.ts";
import { forEachEngine } from "./engines.ts";
import { WEBGPU } from "./webgpu.ts";

const KEYS: PhiloxKey[] = [[0, 0], [1, 2], [0xffffffff, 0x80000000], [-5, 2 ** 31]];
const COUNTERS: PhiloxCounter[] = [
  [0, 0, 0, 0],
  [0xfffffff0, 0xffffffff, 0xffffffff, 3],
  [7, 0x80000001, 0xfedcba98, 0x76543210],
];

forEachEngine("uniform() gives the numbers of fillUniform(), bit for bit", async () => {
  for (const shape of [[], [1], [7], [3, 5], [2, 3, 4], [33_007]]) {
    for (const key of KEYS) {
      for (const counter of COUNTERS) {
        const expected = new Float32Array(shape.reduce((a, b) => a * b, 1));
        fillUniform(expected, key, counter);
        const words = tf.tensor1d(Int32Array.from(counter), "int32");
        const drawn = uniform(shape, key, words);
        assertEquals([drawn.shape, drawn.dtype], [shape, "float32"]);
        assertEquals(await drawn.data(), expected, `${shape}, key ${key}, counter ${counter}`);
        tf.dispose([words, drawn]);
      }
    }
  }
}, WEBGPU);

forEachEngine("uniform() leaves no tensor behind", () => {
  const counter = tf.tensor1d([1, 2, 3, 4], "int32");
  uniform([5], [1, 2], counter).dispose();
  const before = tf.memory().numTensors;
  for (let i = 0; i < 5; i++) uniform([5], [1, 2], counter).dispose();
  assertEquals(tf.memory().numTensors, before);
  counter.dispose();
}, WEBGPU);

forEachEngine("uniform() refuses a counter of another type or size", () => {
  tf.tidy(() => {
    for (const counter of [tf.tensor1d([1, 2, 3, 4]), tf.tensor1d([1, 2], "int32")]) {
      assertThrows(() => uniform([2], [0, 0], counter), TypeError, "expected int32 [4]");
    }
  });
});
