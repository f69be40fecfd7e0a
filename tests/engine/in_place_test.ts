import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { addInPlace } from "../../lib/engine/in_place.ts";
import { inOrder } from "../../lib/engine/in_order.ts";
import { forEachEngine } from "./engines.ts";

function values(tensor: tf.Tensor): number[] {
  return [...tensor.dataSync()];
}

forEachEngine("addInPlace() in a compiled step: who reads later sees the sum", (engine) => {
  const a = tf.variable(tf.tensor1d([1, 2]));
  const step = engine.compile(({ x }) => {
    const before = tf.mul(a, 10);
    addInPlace(a, x!);
    const between = tf.mul(a, 10);
    addInPlace(a, tf.square(a));
    return { before, between, after: tf.mul(a, 10) };
  }, { state: { a } });
  const x = tf.tensor1d([1, 1]);
  for (const [first, second] of [[1, 2], [6, 12]] as const) {
    const { before, between, after } = step({ x });
    const then = [first + 1, second + 1];
    assertEquals(values(before!), [10 * first, 10 * second]);
    assertEquals(values(between!), then.map((value) => 10 * value));
    assertEquals(values(after!), then.map((value) => 10 * (value + value * value)));
    assertEquals(values(a), then.map((value) => value + value * value));
    tf.dispose([before!, between!, after!]);
  }
  step.dispose();
  tf.dispose([x, a]);
});

forEachEngine("addInPlace() leaves clones of the variable as they were", (engine) => {
  const a = tf.variable(tf.tensor1d([1, 2]));
  const outside = a.clone();
  const step = engine.compile(({ x }) => {
    const kept = a.clone();
    addInPlace(a, x!);
    return { kept };
  }, { state: { a } });
  const x = tf.tensor1d([1, 1]);
  const { kept } = step({ x });
  assertEquals([values(kept!), values(outside), values(a)], [[1, 2], [1, 2], [2, 3]]);
  step.dispose();
  tf.dispose([x, kept!, outside, a]);
});

forEachEngine("addInPlace() adds to a variable that the step has assigned", (engine) => {
  const a = tf.variable(tf.tensor1d([1, 2]));
  const step = engine.compile(({ x }) => {
    a.assign(tf.mul(a, 3));
    addInPlace(a, x!);
    return {};
  }, { state: { a } });
  const x = tf.tensor1d([1, 1]);
  step({ x });
  step({ x });
  assertEquals(values(a), [13, 22]);
  step.dispose();
  tf.dispose([x, a]);
});

forEachEngine("inOrder() changes nothing but the order, and leaves no tensors", (engine) => {
  const weights = [1, 2, 3].map((value) => tf.variable(tf.tensor1d([value])));
  const state = Object.fromEntries(weights.map((weight, i) => [String(i), weight]));
  const step = engine.compile(({ x }) => {
    for (const weight of weights) inOrder(() => addInPlace(weight, tf.mul(weight, x!)));
    inOrder(() => {});
    return { sum: tf.addN(weights as tf.Tensor[]) };
  }, { state });
  const x = tf.tensor1d([1]);
  tf.dispose(step({ x }));
  const { numTensors } = tf.memory();
  const { sum } = step({ x });
  assertEquals(weights.flatMap(values), [4, 8, 12]);
  assertEquals(values(sum!), [24]);
  sum!.dispose();
  assertEquals(tf.memory().numTensors, numTensors);
  step.dispose();
  tf.dispose([x, ...weights]);
});
