import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "../../lib/core/random.ts";
import { attend, paddingBias } from "../../lib/nn/attention.ts";
import { forEachEngine } from "../engine/engines.ts";

const BATCH = 2, TIME = 3, WIDTH = 4;

function rows(seed: number): Float32Array {
  return RandomStream.fromSeed(seed).normalArray(BATCH * TIME * WIDTH);
}

/** Context and weights for q, k, v and a mask. */
function run(q: Float32Array, k: Float32Array, v: Float32Array, mask: number[][], heads = 2) {
  return tf.tidy(() => {
    const [tq, tk, tv] = [q, k, v].map((x) => tf.tensor2d(x, [x.length / WIDTH, WIDTH]));
    const bias = paddingBias(tf.tensor2d(mask));
    const { context, weights } = attend(tq!, tk!, tv!, bias, { batch: BATCH, heads });
    return { context: Float32Array.from(context.dataSync()), weights: weights.arraySync() };
  });
}

const ALL = [[1, 1, 1], [1, 1, 1]];

forEachEngine("attend() gives what loops over samples, heads and tokens give", () => {
  const [q, k, v] = [rows(1), rows(2), rows(3)];
  const { context } = run(q, k, v, [[1, 1, 0], [1, 1, 1]]);
  const at = (x: Float32Array, b: number, t: number, c: number) => x[(b * TIME + t) * WIDTH + c]!;
  for (let b = 0; b < BATCH; b++) {
    for (let t = 0; t < TIME; t++) {
      for (let c = 0; c < WIDTH; c++) {
        const head = c >> 1;
        const scores = Array.from(
          { length: b === 0 ? 2 : 3 },
          (_, s) =>
            Math.exp(
              [0, 1].reduce(
                (sum, i) => sum + at(q, b, t, 2 * head + i) * at(k, b, s, 2 * head + i),
                0,
              ) / Math.SQRT2,
            ),
        );
        const total = scores.reduce((sum, score) => sum + score);
        const expected = scores.reduce((sum, score, s) => sum + score / total * at(v, b, s, c), 0);
        assertAlmostEquals(at(context, b, t, c), expected, 1e-5);
      }
    }
  }
});

forEachEngine("attend() does not see padding, whatever is there", () => {
  const [q, k, v] = [rows(1), rows(2), rows(3)];
  const mask = [[1, 1, 0], [1, 0, 0]];
  const before = run(q, k, v, mask);
  for (const x of [k, v]) x.fill(1e3, 2 * WIDTH, 3 * WIDTH).fill(-1e3, 4 * WIDTH);
  const after = run(q, k, v, mask);
  assertEquals(after, before);
  for (const head of before.weights[0]!) for (const row of head) assertEquals(row[2], 0);
});

forEachEngine("attend() of a sample that is all padding stays finite", () => {
  const { context, weights } = run(rows(1), rows(2), rows(3), [[0, 0, 0], [1, 1, 1]]);
  assert(context.every(Number.isFinite));
  for (const head of weights[0]!) {
    for (const row of head) {
      for (const weight of row) assertAlmostEquals(weight, 1 / 3, 1e-4);
    }
  }
});

forEachEngine("attend() takes fewer queries than keys", () => {
  const [q, k, v] = [rows(1), rows(2), rows(3)];
  const all = run(q, k, v, ALL).context;
  const first = Float32Array.from([...q.slice(0, WIDTH), ...q.slice(TIME * WIDTH, 4 * WIDTH)]);
  const { context } = run(first, k, v, ALL);
  const expected = [...all.slice(0, WIDTH), ...all.slice(TIME * WIDTH, 4 * WIDTH)];
  context.forEach((value, i) => assertAlmostEquals(value, expected[i]!, 1e-6));
});

forEachEngine("attend() refuses heads that do not divide the width", () => {
  assertThrows(
    () => run(rows(1), rows(2), rows(3), ALL, 3),
    RangeError,
    "Cannot split a width of 4 into 3 heads",
  );
});
