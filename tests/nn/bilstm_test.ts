import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "../../lib/core/random.ts";
import { lstm } from "../../lib/engine/mod.ts";
import { BiLstm } from "../../lib/nn/bilstm.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import { forEachEngine } from "../engine/engines.ts";

forEachEngine("BiLstm has PyTorch's names, and start values in ±1/√hidden", () => {
  const parameters = new Parameters();
  new BiLstm(parameters, "audio", 5, 16, RandomStream.fromSeed(1));
  assertEquals(parameters.names().map((name) => name.replace("audio.", "")), [
    "weight_ih_l0",
    "weight_hh_l0",
    "bias_ih_l0",
    "bias_hh_l0",
    "weight_ih_l0_reverse",
    "weight_hh_l0_reverse",
    "bias_ih_l0_reverse",
    "bias_hh_l0_reverse",
  ]);
  for (const [name, variable] of parameters) {
    const values = variable.dataSync() as Float32Array;
    assert(values.every((value) => Math.abs(value) <= 0.25), name);
    assert(new Set(values).size > values.length / 2, name);
  }
  parameters.dispose();
});

forEachEngine("BiLstm is an LSTM beside one that reads the true steps backwards", () => {
  const parameters = new Parameters();
  const layer = new BiLstm(parameters, "audio", 3, 4, RandomStream.fromSeed(1));
  tf.tidy(() => {
    const x = tf.tensor3d(RandomStream.fromSeed(2).normalArray(30), [5, 2, 3]);
    const lengths = tf.tensor1d([5, 2], "int32");
    const final = layer.final(x, lengths);
    const states = layer.sequence(x, lengths);
    assertEquals([final.shape, states.shape], [[2, 8], [5, 2, 8]]);
    // Sample 1 backwards: its two steps change places.
    const turned = tf.reverse(tf.slice(x, [0, 1, 0], [2, 1, 3]), 0) as tf.Tensor3D;
    const get = (part: string) => parameters.get(`audio.${part}_l0_reverse`);
    const weights = {
      weightIh: get("weight_ih") as unknown as tf.Tensor2D,
      weightHh: get("weight_hh") as unknown as tf.Tensor2D,
      bias: tf.add(get("bias_ih"), get("bias_hh")) as tf.Tensor1D,
    };
    const options = { output: "final", timeMajor: true } as const;
    const expected = lstm(turned, tf.tensor1d([2], "int32"), weights, options).dataSync();
    const backward = tf.slice(final, [1, 4], [1, 4]).dataSync();
    expected.forEach((value, i) => assertAlmostEquals(backward[i]!, value, 1e-6));
    // Its end forwards is step 1, backwards step 0; beyond the length all is 0.
    const rows = states.arraySync();
    const ends = [...rows[1]![1]!.slice(0, 4), ...rows[0]![1]!.slice(4)];
    final.arraySync()[1]!.forEach((value, i) => assertAlmostEquals(ends[i]!, value, 1e-6));
    assertEquals(rows[2]![1], Array(8).fill(0));
  });
  parameters.dispose();
});

forEachEngine("BiLstm gives a layer below it a gradient, unless it is told that x is data", () => {
  const parameters = new Parameters();
  const layer = new BiLstm(parameters, "audio", 2, 3, RandomStream.fromSeed(1));
  const start = RandomStream.fromSeed(2).normalArray(8);
  tf.tidy(() => {
    const lengths = tf.tensor1d([2, 1], "int32");
    const x = tf.tensor3d(start, [2, 2, 2]);
    const loss = (x: tf.Tensor) => tf.sum(layer.final(x as tf.Tensor3D, lengths)) as tf.Scalar;
    const gradient = tf.grad(loss)(x).dataSync();
    const at = (i: number, step: number) =>
      loss(tf.tensor3d(start.map((v, j) => v + (i === j ? step : 0)), [2, 2, 2])).dataSync()[0]!;
    gradient.forEach((value, i) =>
      assertAlmostEquals(value, (at(i, 1e-2) - at(i, -1e-2)) / 2e-2, 2e-3)
    );
    const data = (x: tf.Tensor) => tf.sum(layer.final(x as tf.Tensor3D, lengths, false));
    assertThrows(() => tf.grad(data)(x), Error, "Cannot compute gradient");
  });
  parameters.dispose();
});
