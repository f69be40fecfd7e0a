import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "../../lib/core/random.ts";
import { BiGru } from "../../lib/nn/gru.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import { forEachEngine } from "../engine/engines.ts";
import { WEBGPU } from "../engine/webgpu.ts";

const LENGTHS = [3, 1, 2];

/** Plain numbers of a layer's direction. */
type Weights = Readonly<Record<"weight_ih" | "weight_hh" | "bias_ih" | "bias_hh", number[]>>;

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** (W x + b)_i */
function row(weights: readonly number[], bias: readonly number[], x: readonly number[], i: number) {
  return x.reduce((sum, value, j) => sum + weights[i * x.length + j]! * value, bias[i]!);
}

/** One step of PyTorch's GRU, by its documentation. */
function step(h: readonly number[], x: readonly number[], w: Weights): number[] {
  const hidden = h.length;
  const gate = (i: number) => row(w.weight_ih, w.bias_ih, x, i) + row(w.weight_hh, w.bias_hh, h, i);
  return h.map((old, i) => {
    const r = sigmoid(gate(i)), z = sigmoid(gate(hidden + i)), n = 2 * hidden + i;
    const inner = row(w.weight_hh, w.bias_hh, h, n);
    return (1 - z) * Math.tanh(row(w.weight_ih, w.bias_ih, x, n) + r * inner) + z * old;
  });
}

/** All states of a sequence, both ways, through all layers. */
function reference(x: number[][], layers: readonly (readonly [Weights, Weights])[]): number[][] {
  return layers.reduce((states, [there, back]) => {
    const run = (steps: number[][], weights: Weights) => {
      let h = new Array<number>(weights.bias_hh.length / 3).fill(0);
      return steps.map((input) => h = step(h, input, weights));
    };
    const backward = run(states.toReversed(), back).toReversed();
    return run(states, there).map((state, t) => [...state, ...backward[t]!]);
  }, x);
}

forEachEngine("BiGru gives PyTorch's states of true steps, and 0 beyond them", async () => {
  const parameters = new Parameters();
  const gru = new BiGru(
    parameters,
    "gru",
    { inputs: 2, hidden: 3, layers: 2 },
    RandomStream.fromSeed(1),
  );
  const numbers = new Map<string, number[]>();
  for (const [name, variable] of parameters) numbers.set(name, [...await variable.data()]);
  const layers = [0, 1].map((i) =>
    ["", "_reverse"].map((direction) =>
      Object.fromEntries(
        ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]
          .map((part) => [part, numbers.get(`gru.${part}_l${i}${direction}`)!]),
      ) as unknown as Weights
    ) as unknown as readonly [Weights, Weights]
  );
  const values = RandomStream.fromSeed(2).normalArray(4 * 3 * 2);
  const states = tf.tidy(() =>
    gru.sequence(tf.tensor3d(values, [4, 3, 2]), tf.tensor1d(LENGTHS, "int32"))
  );
  const actual = await states.data();
  LENGTHS.forEach((length, sample) => {
    const at = (t: number) => (3 * t + sample) * 2;
    const x = Array.from({ length }, (_, t) => [...values.subarray(at(t), at(t) + 2)]);
    const expected = reference(x, layers);
    for (let t = 0; t < 4; t++) {
      for (let i = 0; i < 6; i++) {
        const value = actual[(3 * t + sample) * 6 + i]!;
        assertAlmostEquals(value, expected[t]?.[i] ?? 0, 1e-5, `${sample}, ${t}, ${i}`);
      }
    }
  });
  states.dispose();
  parameters.dispose();
}, WEBGPU);

forEachEngine("the gradient of BiGru is what differences say, and 0 beyond the lengths", () => {
  const parameters = new Parameters();
  const gru = new BiGru(parameters, "gru", { inputs: 2, hidden: 2 }, RandomStream.fromSeed(3));
  tf.tidy(() => {
    const values = RandomStream.fromSeed(4).normalArray(4 * 3 * 2);
    const lengths = tf.tensor1d(LENGTHS, "int32");
    const shares = tf.tensor3d(RandomStream.fromSeed(5).normalArray(4 * 3 * 4), [4, 3, 4]);
    const loss = (x: tf.Tensor) =>
      tf.sum(tf.mul(gru.sequence(x as tf.Tensor3D, lengths), shares)) as tf.Scalar;
    const x = tf.tensor3d(values, [4, 3, 2]);
    const gradient = tf.grad(loss)(x).dataSync();
    const at = (i: number, step: number) =>
      loss(tf.tensor3d(values.map((v, j) => i === j ? v + step : v), [4, 3, 2])).dataSync()[0]!;
    gradient.forEach((value, i) =>
      assertAlmostEquals(value, (at(i, 1e-2) - at(i, -1e-2)) / 2e-2, 3e-3, `x ${i}`)
    );
    // Sample 1 has one step.
    assertEquals([...gradient.subarray(8, 10)], [0, 0]);
    const variables = [...parameters].map(([, variable]) => variable);
    const { grads } = tf.variableGrads(() => loss(x), variables);
    for (const [name, variable] of parameters) {
      const start = variable.dataSync().slice(), own = grads[variable.name]!.dataSync();
      assert(own.some((value) => value !== 0), name);
      for (let i = 0; i < start.length; i += 3) {
        const moved = (step: number) => {
          variable.assign(tf.tensor(start.map((v, j) => i === j ? v + step : v), variable.shape));
          return loss(x).dataSync()[0]!;
        };
        const difference = (moved(1e-2) - moved(-1e-2)) / 2e-2;
        assertAlmostEquals(own[i]!, difference, 5e-3, `${name} ${i}`);
      }
      variable.assign(tf.tensor(start, variable.shape));
    }
  });
  parameters.dispose();
});
