import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/core/errors.ts";
import { openEngine, tf } from "../../lib/engine/mod.ts";
import { recordKernels } from "../../lib/engine/record_kernels.ts";
import { type Score, tryFormula } from "./try_network.ts";

/** What a formula cannot be exported for. */
function refuses(name: string, score: Score, message: string): void {
  Deno.test(`a network ${name} is refused`, async () => {
    await assertRejects(() => tryFormula(score), UsageError, message);
  });
}

function sums(x: tf.Tensor3D): tf.Tensor {
  return tf.sum(x, [1, 2]);
}

refuses(
  "with an operation that ONNX has not",
  (x) => tf.reshape(tf.topk(sums(x), 1).values, [-1]),
  "there is no operator for TopK",
);
refuses("whose operations depend on the batch", (x) => {
  return x.shape[0] === 2 ? sums(x) : tf.neg(sums(x));
}, "which operations it runs depends on the batch");
refuses("that looks at pairs of samples", (x) => {
  const rows = tf.reshape(x, [x.shape[0], 12]) as tf.Tensor2D;
  const pairs = tf.reshape(tf.matMul(rows, rows, false, true), [-1]);
  return tf.add(sums(x), tf.mean(pairs));
}, "grows as 4, 9, 16 with batches of 2, 3, 4 samples");
refuses(
  "that computes with numbers off the engine",
  (x) => tf.add(sums(x), tf.scalar(sums(x).dataSync()[0]!)),
  "has other values in another batch, expected it to follow from the inputs",
);
refuses(
  "with a constant that differs from sample to sample",
  (x) => tf.add(sums(x), tf.tensor1d(Array.from({ length: x.shape[0] }, (_, i) => i % 2))),
  "a constant of shape [batch] differs from sample to sample",
);
refuses("that reads nothing", (x) => tf.zeros([x.shape[0]]), "its scores depend on no input");

Deno.test("constants of every sample, rows of numbers and sizes that follow from the batch are kept", async () => {
  await tryFormula((x, lengths) => {
    const [batch] = x.shape;
    const table = tf.tensor(Array.from({ length: batch }, () => [1, 2, 3]).flat(), [batch, 1, 3]);
    const starts = tf.div(tf.mul(tf.range(0, batch), 4 * batch), batch);
    const places = tf.add(tf.cast(starts, "int32"), lengths);
    const last = tf.cast(tf.sub(places, tf.scalar(1, "int32")), "int32");
    const rows = tf.reshape(tf.mul(x, table), [batch * 4, 3]);
    const twice = tf.concat([rows, tf.ones([batch + 1, 3])], 0);
    return tf.sum(tf.gather(twice, last as tf.Tensor1D), 1);
  });
});

Deno.test("recordKernels() leaves the engine as it was, also after an error", async () => {
  await openEngine({ engine: "cpu" });
  const x = tf.tensor1d([1]);
  const before = tf.memory().numTensors, { runKernel } = tf.engine();
  const fail = () => {
    tf.neg(x);
    throw new Error("stop");
  };
  assertThrows(() => recordKernels({ x }, fail), Error, "stop");
  assertEquals(tf.engine().runKernel, runKernel);
  const { calls } = recordKernels({ x }, () => ({ y: tf.neg(x) }));
  assertEquals(calls.length, 1);
  assertEquals(tf.memory().numTensors, before);
  x.dispose();
});
