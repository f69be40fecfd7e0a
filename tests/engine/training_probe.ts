/** Trains a small LSTM for some steps in a process of its own, and prints a hash of its weights. */

import * as tf from "@tensorflow/tfjs-core";
import { createHash } from "node:crypto";
import { fillUniform } from "../../lib/core/philox.ts";
import { lstm, type LstmWeights, openEngine } from "../../lib/engine/mod.ts";
import { uniform } from "../../lib/engine/uniform.ts";

const engine = await openEngine(JSON.parse(Deno.args[0]!));
const [batch, time, input, hidden] = [32, 60, 16, 24];

function random(shape: number[], stream: number): tf.Tensor {
  const values = new Float32Array(shape.reduce((a, b) => a * b));
  fillUniform(values, [stream, 1], [0, 0, 0, 0]);
  return tf.tensor(values.map((value) => value - 0.5), shape);
}

const weights = [[4 * hidden, input], [4 * hidden, hidden], [4 * hidden], [hidden, 1]]
  .map((shape, i) => tf.variable(random(shape, i)));
const x = random([batch, time, input], 9) as tf.Tensor3D, y = random([batch, 1], 10);
const lengths = tf.tensor1d(Array.from({ length: batch }, (_, i) => 1 + i % time), "int32");

const step = engine.compile(({ counter }: { counter: tf.Tensor1D }) => {
  const { value, grads } = tf.variableGrads(() => {
    const [weightIh, weightHh, bias, head] = weights as unknown as tf.Tensor[];
    const h = lstm(x, lengths, { weightIh, weightHh, bias } as LstmWeights, { output: "final" });
    const kept = tf.mul(h, tf.cast(tf.greater(uniform(h.shape, [5, 6], counter), 0.2), "float32"));
    return tf.mean(tf.square(tf.sub(tf.matMul(kept, head as tf.Tensor2D), y))) as tf.Scalar;
  }, weights);
  for (const weight of weights) {
    weight.assign(tf.sub(weight, tf.mul(grads[weight.name]!, 0.5)));
  }
  return { loss: value };
}, {
  state: Object.fromEntries(weights.map((weight, i) => [`weight${i}`, weight])),
  statics: { x, y, lengths },
});

const losses: number[] = [];
for (let i = 0; i < 10; i++) {
  const counter = tf.tensor1d([0, 0, i, 0], "int32");
  const { loss } = step({ counter });
  losses.push(loss.dataSync()[0]!);
  tf.dispose([counter, loss]);
}
const hash = createHash("sha256");
for (const weight of weights) hash.update(new Uint8Array(weight.dataSync().slice().buffer));
console.log(JSON.stringify({ name: engine.name, losses, hash: hash.digest("hex") }));
