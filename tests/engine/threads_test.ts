/** Threads of the cpu engine: they take part, and change no bit. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import * as tf from "@tensorflow/tfjs-core";
import { arrayMemory, newArray } from "../../lib/engine/cpu/arrays.ts";
import { partsElsewhere, setThreads, share, threadCount } from "../../lib/engine/cpu/threads.ts";
import { nameWork } from "../../lib/engine/cpu/work.ts";
import { lstm } from "../../lib/engine/lstm.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { FUSED_ADAM, runFused } from "../../lib/engine/fused.ts";
import { RandomStream } from "../../lib/core/random.ts";
import { dropout } from "../../lib/nn/dropout.ts";
import { gelu } from "../../lib/nn/gelu.ts";
import { layerNorm } from "../../lib/nn/layer_norm.ts";

await openEngine({ engine: "cpu", threads: 1 });

/** Fails here; other threads do not know it, and fail too. */
const FAIL_FROM = nameWork(
  "planted",
  (_: object, { limit }: { limit: number }, from: number) => {
    if (from >= limit) throw new Error("planted");
  },
);

function waves(shape: number[], shift = 0): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(Float32Array.from({ length: size }, (_, i) => Math.sin(i * i + shift)), shape);
}

// Sizes that no part divides evenly.
const [BATCH, TIME, INPUT, HIDDEN] = [30, 40, 37, 21];
const sequences = waves([BATCH, TIME, INPUT]) as tf.Tensor3D;
const weights = [[4 * HIDDEN, INPUT], [4 * HIDDEN, HIDDEN], [4 * HIDDEN]].map(waves);
const lengths = tf.tensor1d(Array.from({ length: BATCH }, (_, i) => 1 + (i * 7) % TIME), "int32");
const [tall, wide, batches] = [waves([1001, 130]), waves([131, 1003]), waves([50, 43, 130])];

const long = waves([364_400]), other = waves([364_400], 1);
const noise = {
  stream: RandomStream.fromSeed(1),
  counter: tf.tensor1d([2 ** 31 - 9, -1, 1, 1], "int32"),
};
const adam = {
  ...{ variable: long, first: other, second: tf.abs(other), gradient: long },
  ...{ firstCorrection: tf.scalar(0.5), secondCorrection: tf.scalar(0.7) },
};
const ADAM = { learningRate: 1e-3, l2: 0.1, decoupled: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

function lstmOf(output: "states" | "final", reverse: boolean) {
  return (x: tf.Tensor, ...all: tf.Tensor[]) => {
    const [weightIh, weightHh, bias] = all as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
    const options = { output, reverse } as const;
    const value = lstm(x as tf.Tensor3D, lengths, { weightIh, weightHh, bias }, options);
    return tf.sum(tf.mul(value, waves(value.shape)));
  };
}

/** What is shared among threads: products cut in all ways, and the LSTM with its gradients. */
const WORK: Readonly<Record<string, () => tf.Tensor | tf.Tensor[]>> = {
  "rows of a product": () => tf.matMul(tall, waves([130, 45])),
  "columns of a product": () => tf.matMul(waves([45, 131]), wide),
  "a small product of much": () => tf.matMul(waves([20, 7000]), waves([7000, 30])),
  "transposed rows": () => tf.matMul(tall, tall, true),
  "batches of products": () => tf.matMul(batches, batches, false, true),
  "entries": () => [tf.mul(long, 3), tf.exp(long), tf.where(tf.greater(long, 0), long, other)],
  "broadcast rows": () => tf.sub(tf.reshape(tf.concat([long, other]), [911, 800]), waves([911, 1])),
  "dropout": () => tf.valueAndGrad((x) => dropout(x, 0.3, noise, "a"))(long).grad,
  "gelu": () => gelu(long),
  "softmax": () => tf.softmax(tf.reshape(long, [911, 400])),
  "layer normalization": () =>
    tf.grads((...args) => layerNorm(args[0]!, args[1]!, args[2]!, 1e-5))([
      tf.reshape(long, [911, 400]),
      waves([400]),
      waves([400], 1),
    ]),
  "Adam": () => runFused(FUSED_ADAM, adam, ADAM)!,
  "LSTM states": () => tf.grads(lstmOf("states", true))([sequences, ...weights]),
  "LSTM end": () => tf.grads(lstmOf("final", false))([sequences, ...weights]),
};

function hashOf(run: () => tf.Tensor | tf.Tensor[]): string {
  const hash = createHash("sha256");
  tf.tidy(() => [run()].flat().forEach((tensor) => hash.update(tensor.dataSync())));
  return hash.digest("hex");
}

Deno.test("the same bytes with 1, 2 and 4 threads, each of which takes parts", async () => {
  setThreads(1);
  const expected = Object.entries(WORK).map(([name, run]) => [name, run, hashOf(run)] as const);
  assertEquals(partsElsewhere(), 0);
  for (const threads of [2, 4]) {
    setThreads(threads);
    for (const [name, run, hash] of expected) {
      const before = partsElsewhere();
      // Until they have started, and again where the others were too late.
      for (let turn = 0; turn < 500 && partsElsewhere() === before; turn++) {
        assertEquals(hashOf(run), hash, name);
        await new Promise((resolve) => setTimeout(resolve, turn < 5 ? 0 : 20));
      }
      assert(partsElsewhere() > before, `${name}: no part was computed elsewhere`);
    }
  }
  setThreads(1);
});

Deno.test("what does not lie in the memory of all threads is computed by one, to the same bytes", () => {
  const vast = tf.fill([130_000, 130], 0.3), flat = waves([8, 130_000]);
  // Twice, since what the first leaves in the memory must not matter.
  const hashes = [1, 4, 4].map((threads) => {
    setThreads(threads);
    const before = partsElsewhere();
    const hash = hashOf(() => tf.matMul(flat, vast));
    assertEquals(partsElsewhere(), before);
    return hash;
  });
  setThreads(1);
  tf.dispose([vast, flat]);
  assertEquals(hashes.slice(1), [hashes[0], hashes[0]]);
});

Deno.test("OMP_NUM_THREADS sets how many threads there are, four at most, where it is a count", () => {
  const file = new URL("../../lib/engine/cpu/threads.ts", import.meta.url).href;
  const code = `import { threadCount } from "${file}"; console.log(threadCount());`;
  const countBy = (OMP_NUM_THREADS: string) => {
    const { stdout } = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-lock", "--quiet", code],
      env: { OMP_NUM_THREADS },
      stderr: "null",
    }).outputSync();
    return Number(new TextDecoder().decode(stdout));
  };
  assertEquals(["1", "3", "99"].map(countBy), [1, 3, 4]);
  assertEquals(countBy("many"), Math.min(4, navigator.hardwareConcurrency));
});

Deno.test("an array of nothing behind its block takes no memory of others", () => {
  const before = arrayMemory().inUse;
  const [full, next] = [tf.zeros([4096]), tf.ones([4096])];
  const none = tf.slice(full as tf.Tensor1D, [4096], [0]);
  assertEquals(none.size, 0);
  tf.dispose([none, full]);
  const again = tf.zeros([4096]);
  assert((next.dataSync() as Float32Array).every((x) => x === 1));
  tf.dispose([next, again]);
  assertEquals(arrayMemory().inUse, before);
});

Deno.test("more threads than four are four, and a part that fails is told of once", () => {
  setThreads(64);
  assertEquals(threadCount(), 4);
  const values = newArray(100_000);
  const run = (limit: number) =>
    share(FAIL_FROM, { values }, { limit }, { count: values.length, cost: 100 });
  const elsewhere = partsElsewhere();
  for (let i = 0; i < 20 || partsElsewhere() === elsewhere; i++) {
    assertThrows(() => run(0), Error, "planted");
    lstmOf("final", false)(sequences, ...weights);
  }
  setThreads(1);
});

Deno.test("a gradient that is cast from truths is one of numbers, and threads leave other tensors alone", () => {
  setThreads(2);
  const others = Array.from({ length: 40 }, (_, i) => waves([300], i));
  const before = others.map((tensor) => [...tensor.dataSync()]);
  const truths = tf.greater(long, 0);
  const [cast, plain] = [
    tf.cast(truths, "float32"),
    tf.tensor1d(Float32Array.from(truths.dataSync())),
  ]
    .map((gradient) => runFused(FUSED_ADAM, { ...adam, gradient }, ADAM)!);
  assertEquals(hashOf(() => cast!), hashOf(() => plain!));
  assertEquals(others.map((tensor) => [...tensor.dataSync()]), before);
  tf.dispose([others, truths]);
  setThreads(1);
});
