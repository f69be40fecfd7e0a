import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "../../lib/core/random.ts";
import { Lstm } from "../../lib/nn/lstm.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import { forEachEngine } from "../engine/engines.ts";

const [INPUTS, HIDDEN] = [3, 4];

function make(name = "rnn", seed = 1, hidden = HIDDEN): { parameters: Parameters; layer: Lstm } {
  const parameters = new Parameters();
  const random = RandomStream.fromSeed(seed);
  return { parameters, layer: new Lstm(parameters, name, INPUTS, hidden, random) };
}

/** Rows of length INPUTS from a seed. */
function rows(count: number, seed: number): number[][] {
  const random = RandomStream.fromSeed(seed);
  return Array.from({ length: count }, () => [...random.normalArray(INPUTS)]);
}

/** h after the last of `steps`, by PyTorch's formulas, gate after gate. */
function hiddenState(layer: Lstm, steps: readonly number[][]): number[] {
  const weightIh = layer.weightIh.arraySync(), weightHh = layer.weightHh.arraySync();
  const biasIh = layer.biasIh.arraySync(), biasHh = layer.biasHh.arraySync();
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  let h: number[] = Array(HIDDEN).fill(0);
  let c: number[] = Array(HIDDEN).fill(0);
  for (const x of steps) {
    const gate = (block: number, unit: number) => {
      const row = block * HIDDEN + unit;
      return dot(weightIh[row]!, x) + biasIh[row]! + dot(weightHh[row]!, h) + biasHh[row]!;
    };
    c = c.map((old, j) => sigmoid(gate(1, j)) * old + sigmoid(gate(0, j)) * Math.tanh(gate(2, j)));
    h = c.map((cell, j) => sigmoid(gate(3, j)) * Math.tanh(cell));
  }
  return h;
}

forEachEngine("Lstm has PyTorch's parameters, in its order and shapes", () => {
  const { parameters } = make("audio_model.rnn");
  assertEquals([...parameters].map(([name, { shape }]) => [name, shape]), [
    ["audio_model.rnn.weight_ih_l0", [16, 3]],
    ["audio_model.rnn.weight_hh_l0", [16, 4]],
    ["audio_model.rnn.bias_ih_l0", [16]],
    ["audio_model.rnn.bias_hh_l0", [16]],
  ]);
  parameters.dispose();
});

/** [batch][time][width] → [time, batch, width] */
function timeFirst(samples: number[][][]): tf.Tensor3D {
  return tf.transpose(tf.tensor3d(samples), [1, 0, 2]);
}

forEachEngine("final() is the state at the true end, by PyTorch's formulas", () => {
  const { parameters, layer } = make();
  const samples = [rows(5, 10), rows(5, 11), rows(5, 12)];
  const lengths = [5, 1, 3];
  tf.tidy(() => {
    const state = layer.final(timeFirst(samples), tf.tensor1d(lengths, "int32")).arraySync();
    for (const [i, sample] of samples.entries()) {
      const expected = hiddenState(layer, sample.slice(0, lengths[i]));
      expected.forEach((value, j) => assertAlmostEquals(state[i]![j]!, value, 1e-6));
    }
  });
  parameters.dispose();
});

forEachEngine("final() gives both biases the same gradient, with inputs as data or not", () => {
  const { parameters, layer } = make();
  tf.tidy(() => {
    const x = timeFirst([rows(4, 1), rows(4, 2)]);
    const lengths = tf.tensor1d([4, 2], "int32");
    const [plain, data] = [true, false].map((inputGradient) => {
      const loss = () => tf.sum(layer.final(x, lengths, inputGradient)) as tf.Scalar;
      const { grads } = tf.variableGrads(loss, [...parameters].map(([, variable]) => variable));
      return [...parameters].map(([, { name }]) => grads[name]!.dataSync());
    });
    assertEquals(plain, data);
    assertEquals(plain![2], plain![3]);
    assert(plain!.every((gradient) => gradient.some((value) => value !== 0)));
  });
  parameters.dispose();
});

forEachEngine("Lstm starts from U(−1/√H, 1/√H), whatever the width of its input", () => {
  const hidden = 64, bound = 1 / Math.sqrt(hidden);
  const { parameters } = make("rnn", 1, hidden);
  for (const [name, variable] of parameters) {
    const values = variable.dataSync();
    assert(values.every((value) => Math.abs(value) <= bound), name);
    assert(Math.max(...values) > 0.95 * bound && Math.min(...values) < -0.95 * bound, name);
  }
  parameters.dispose();
});

forEachEngine("Lstm starts from values that its seed and name alone decide", () => {
  const start = (name?: string, seed?: number) => {
    const { parameters, layer } = make(name, seed);
    const values = [layer.weightIh, layer.biasIh, layer.biasHh].map((part) =>
      part.dataSync().slice()
    );
    parameters.dispose();
    return values;
  };
  assertEquals(start(), start());
  const [first, other, later] = [start(), start("other"), start("rnn", 2)];
  assert(first[0]![0] !== other[0]![0] && first[0]![0] !== later[0]![0]);
  assert(first[1]![0] !== first[2]![0], "the two biases differ");
});

forEachEngine("final() refuses lengths of another number than samples", () => {
  const { parameters, layer } = make();
  tf.tidy(() => {
    const x = timeFirst([rows(4, 1)]);
    const lengths = tf.tensor1d([4, 2], "int32");
    assertThrows(() => layer.final(x, lengths), TypeError, "lengths has the shape [2]");
  });
  parameters.dispose();
});
