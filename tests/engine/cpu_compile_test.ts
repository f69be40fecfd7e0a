/** Steps of the cpu engine as the kernels that they run: what is freed, and what is refused. */

import { assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { arrayMemory } from "../../lib/engine/cpu/arrays.ts";
import { EngineError } from "../../lib/core/errors.ts";
import { compileEager } from "../../lib/engine/compile.ts";
import { lstm, openEngine } from "../../lib/engine/mod.ts";

const engine = await openEngine({ engine: "cpu", threads: 1 });

/** How much the backend and TensorFlow.js hold. */
function held(): number[] {
  const { numTensors, numDataBuffers } = tf.memory();
  return [tf.backend().numDataIds(), numTensors, numDataBuffers, arrayMemory().inUse];
}

function waves(shape: number[], shift = 0): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(Float32Array.from({ length: size }, (_, i) => Math.sin(i * i + shift)), shape);
}

Deno.test("a training of kernels alone has the bits of its steps, and leaves nothing", () => {
  const before = held();
  const learn = (compile: typeof engine.compile) => {
    const shapes = [[48, 5], [48, 12], [48], [12, 1]];
    const weights = shapes.map((shape, i) => tf.tidy(() => tf.variable(waves(shape, i))));
    const [weightIh, weightHh, bias, head] = weights as unknown as [
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor1D,
      tf.Tensor2D,
    ];
    const step = compile(({ x, lengths }) => {
      const { value, grads } = tf.variableGrads(() => {
        const all = { weightIh, weightHh, bias };
        const h = lstm(x as tf.Tensor3D, lengths as tf.Tensor1D, all, { output: "final" });
        return tf.sum(tf.square(tf.matMul(h, head)));
      }, weights);
      for (const weight of weights) {
        weight.assign(tf.sub(weight, tf.mul(grads[weight.name]!, 0.1)));
      }
      return { loss: value };
    }, { state: Object.fromEntries(weights.map((weight, i) => [`${i}`, weight])) });
    const losses: number[] = [], counts: number[][] = [];
    for (let i = 0; i < 20; i++) {
      const batch = 3 + i % 2;
      const x = waves([batch, 7, 5], i), lengths = tf.tensor1d([7, 1 + i % 7, 3, 5], "int32");
      const own = tf.slice(lengths, [0], [batch]);
      const { loss } = step({ x, lengths: own });
      losses.push(loss!.dataSync()[0]!);
      tf.dispose([x, lengths, own, loss!]);
      counts.push(held());
    }
    for (const [i, count] of counts.slice(2).entries()) assertEquals(count, counts[1], `${i}`);
    const values = weights.map((weight) => weight.dataSync());
    step.dispose();
    tf.dispose(weights);
    return [losses, values];
  };
  assertEquals(learn(engine.compile), learn(compileEager));
  assertEquals(held(), before);
});

Deno.test("an error of a kernel frees what the ones before it made", () => {
  const weights = { weightIh: tf.ones([8, 3]), weightHh: tf.ones([8, 2]), bias: tf.ones([8]) };
  const step = engine.compile(({ x, lengths }) => {
    const all = weights as unknown as Parameters<typeof lstm>[2];
    const twice = tf.mul(x!, 2) as tf.Tensor3D;
    return { h: lstm(twice, lengths as tf.Tensor1D, all, { output: "final" }) };
  }, { state: {}, statics: weights });
  const x = waves([2, 4, 3]);
  const run = (lengths: number[]) =>
    tf.tidy(() => step({ x, lengths: tf.tensor1d(lengths, "int32") }).h!.dataSync());
  const expected = run([4, 2]), before = held();
  assertThrows(() => run([4, 5]), RangeError, "the length of sample 1 is 5");
  assertEquals(held(), before);
  assertEquals(run([4, 2]), expected);
  tf.dispose([x, ...Object.values(weights)]);
  step.dispose();
});

Deno.test("a step may assign no variable beside its state", () => {
  const other = tf.variable(tf.scalar(1));
  const step = engine.compile(({ x }) => {
    other.assign(x as tf.Scalar);
    return {};
  }, { state: {} });
  const x = tf.scalar(2);
  assertThrows(() => step({ x }), EngineError, "expected only variables of its state");
  tf.dispose([other, x]);
});

Deno.test("compile() refuses a step within another, and a name of two kinds is compared with its own", () => {
  const inner = engine.compile(({ x }) => ({ y: tf.mul(x!, 2) }), { state: {} });
  const outer = engine.compile(({ x }) => ({ y: tf.add(inner({ x: x! }).y!, x!) }), { state: {} });
  const x = tf.scalar(1);
  assertThrows(() => outer({ x }), EngineError, "another one is being compiled");
  const loss = tf.variable(tf.scalar(3));
  const checked = engine.compile(({ x }) => {
    loss.assign(tf.add(loss, x!));
    return { loss: tf.mul(loss, 2) };
  }, { state: { loss }, check: true });
  for (const expected of [8, 10, 12]) {
    const made = checked({ x });
    assertEquals(made.loss!.dataSync()[0], expected);
    tf.dispose(made);
  }
  tf.dispose([x, loss]);
  for (const step of [inner, outer, checked]) step.dispose();
});

Deno.test("of batches of very many shapes those that were used last are kept, and all are right", () => {
  let recorded = 0;
  const step = engine.compile(({ x }) => {
    recorded++;
    return { y: tf.mul(tf.sum(x!), tf.scalar(2)) };
  }, { state: {} });
  const counts: number[] = [];
  for (let i = 0; i < 4 * 90; i++) {
    const at = i % 180, length = at < 90 ? at + 1 : 180 - at;
    tf.tidy(() => assertEquals(step({ x: tf.ones([length]) }).y!.dataSync()[0], 2 * length));
    counts.push(tf.backend().numDataIds());
  }
  // 90 of the first way up, then what 64 do not hold, each way.
  assertEquals(recorded, 90 + 3 * 26);
  assertEquals(new Set(counts.slice(64)).size, 1);
  step.dispose();
});
