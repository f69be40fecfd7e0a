import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { join } from "node:path";
import { DataError, RunError } from "../../lib/core/errors.ts";
import {
  assignWeights,
  copyWeights,
  readWeights,
  type Weights,
  writeWeights,
} from "../../lib/training/weights.ts";
import { forEachEngine } from "../engine/engines.ts";
import { withFolder } from "./small.ts";

const WEIGHTS: Weights = new Map([
  ["b", { shape: [2, 1], values: Float32Array.of(0.1, -0) }],
  ["a", { shape: [], values: Float32Array.of(1e-40) }],
  ["none", { shape: [0, 3], values: new Float32Array(0) }],
]);

Deno.test("writeWeights() and readWeights() keep every bit, the shapes and the metadata", async () => {
  await withFolder((folder) => {
    const path = join(folder, "weights.safetensors");
    writeWeights(path, WEIGHTS, { made: "by hand" });
    const { weights, metadata } = readWeights(path);
    assertEquals(new Map([...weights].sort()), new Map([...WEIGHTS].sort()));
    assert(Object.is(weights.get("b")!.values[1], -0));
    assertEquals(metadata, { made: "by hand" });
    const bytes = Deno.readFileSync(path);
    writeWeights(path, new Map([...WEIGHTS].reverse()), { made: "by hand" });
    assertEquals(Deno.readFileSync(path), bytes);
  });
});

Deno.test("readWeights() refuses a file that is cut or missing", async () => {
  await withFolder((folder) => {
    const path = join(folder, "weights.safetensors");
    assertThrows(() => readWeights(path), DataError, path);
    writeWeights(path, WEIGHTS);
    const bytes = Deno.readFileSync(path);
    for (const length of [0, 7, 40, bytes.length - 1]) {
      Deno.writeFileSync(path, bytes.subarray(0, length));
      assertThrows(() => readWeights(path), DataError, path);
    }
  });
});

forEachEngine("copyWeights() gives values that training no longer changes", async () => {
  const variable = tf.variable(tf.tensor1d([1, 2]));
  const copy = await copyWeights([["w", variable]]);
  variable.assign(tf.tensor1d([5, 6]));
  assertEquals(copy.get("w"), { shape: [2], values: Float32Array.of(1, 2) });
  variable.dispose();
});

forEachEngine("assignWeights() gives the values and keeps no hold on them", async () => {
  const variable = tf.variable(tf.zeros([3]));
  const values = Float32Array.of(1, 2, 3);
  const before = tf.memory().numTensors;
  assignWeights([["w", variable]], new Map([["w", { shape: [3], values }]]), "here");
  assertEquals(tf.memory().numTensors, before);
  // The cpu engine scatters in place.
  const index = tf.tensor2d([[1]], [1, 1], "int32");
  tf.tidy(() => variable.assign(tf.tensorScatterUpdate(variable, index, tf.tensor1d([9]))));
  assertEquals([...await variable.data()], [1, 9, 3]);
  assertEquals([...values], [1, 2, 3]);
  tf.dispose([variable, index]);
});

forEachEngine("assignWeights() refuses weights that are missing or of another shape", () => {
  const variable = tf.variable(tf.zeros([2, 3]));
  const assign = (weights: Weights) => () => assignWeights([["w", variable]], weights, "x.bin");
  assertThrows(
    assign(new Map()),
    RunError,
    'Cannot take weights from "x.bin": "w" is missing, expected [2,3]',
  );
  for (const shape of [[3, 2], [6], [2, 3, 1]]) {
    const weights = new Map([["w", { shape, values: new Float32Array(6) }]]);
    assertThrows(assign(weights), RunError, `"w" has shape [${shape}], expected [2,3]`);
  }
  variable.dispose();
});
