/**
 * Gated recurrent units in both directions of time, with PyTorch's parameters.
 *
 * Source: Cho et al., "Learning Phrase Representations using RNN Encoder–Decoder", 2014; PyTorch's
 * `nn.GRU`, whose reset gate acts on W h + b.
 *
 * @module
 */

import type { RandomStream } from "../core/random.ts";
import { tf } from "../engine/mod.ts";
import { stepMask } from "./mask.ts";
import type { Parameters } from "./parameters.ts";

/** Endings of PyTorch's names, forward and backward. */
const DIRECTIONS = ["", "_reverse"] as const;

/** Sizes of a stack. */
export interface GruSizes {
  /** Features of a step. */
  readonly inputs: number;
  /** Of every layer, each way. */
  readonly hidden: number;
  /** Default: 1. */
  readonly layers?: number;
}

/**
 * Layers on top of each other, of which each reads both directions of the one below; the backward
 * direction starts at the true last step. Start values from U(−1/√H, 1/√H), as PyTorch's `nn.GRU`.
 *
 * @example Two layers over 4 steps of 2 samples
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { BiGru } from "./gru.ts";
 * import { Parameters } from "./parameters.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const sizes = { inputs: 5, hidden: 8, layers: 2 };
 * const gru = new BiGru(new Parameters(), "gru", sizes, RandomStream.fromSeed(1111));
 * const lengths = tf.tensor1d([4, 1], "int32");
 * assertEquals(gru.sequence(tf.ones([4, 2, 5]), lengths).shape, [4, 2, 16]);
 * ```
 */
export class BiGru {
  readonly #parameters: Parameters;
  readonly #name: string;
  readonly #layers: number;

  /**
   * Adds `name.weight_ih_l0`, `name.weight_hh_l0`, `name.bias_ih_l0`, `name.bias_hh_l0` and the same
   * with `_reverse` to `parameters`, for each layer.
   *
   * @param random parent of the streams that the start values are drawn from, one a parameter
   * @throws {Error} when a name is taken.
   */
  constructor(parameters: Parameters, name: string, sizes: GruSizes, random: RandomStream) {
    const { inputs, hidden, layers = 1 } = sizes;
    this.#parameters = parameters;
    this.#name = name;
    this.#layers = layers;
    const bound = 1 / Math.sqrt(hidden);
    for (let i = 0; i < layers; i++) {
      const shapes = {
        weight_ih: [3 * hidden, i === 0 ? inputs : 2 * hidden],
        weight_hh: [3 * hidden, hidden],
        bias_ih: [3 * hidden],
        bias_hh: [3 * hidden],
      };
      for (const direction of DIRECTIONS) {
        for (const [part, shape] of Object.entries(shapes)) {
          const path = `${name}.${part}_l${i}${direction}`;
          const count = shape.reduce((product, n) => product * n, 1);
          parameters.add(path, shape, random.split(path).uniformArray(count, -bound, bound));
        }
      }
    }
  }

  /** [time, batch, in], int32 [batch] → states of the last layer, 0 beyond the lengths, [time, batch, 2H] */
  sequence(x: tf.Tensor3D, lengths: tf.Tensor1D): tf.Tensor3D {
    const [time, batch] = x.shape;
    const forward = tf.reshape(tf.transpose(stepMask(lengths, time)), [time, 1, batch, 1]);
    const mask = tf.concat([forward, tf.reverse(forward, 0)], 1) as tf.Tensor4D;
    let states = x;
    for (let i = 0; i < this.#layers; i++) states = this.#layer(i, states, mask);
    return states;
  }

  /** @param mask [time, 2, batch, 1], of the second direction from the last step back */
  #layer(i: number, x: tf.Tensor3D, mask: tf.Tensor4D): tf.Tensor3D {
    const [time, batch, inputs] = x.shape;
    const pair = (part: string) =>
      DIRECTIONS.map((direction) =>
        this.#parameters.get(`${this.#name}.${part}_l${i}${direction}`) as tf.Tensor
      );
    // What x says to the gates, of all steps at once: [time, 2, batch, 3H]
    const rows = tf.reshape(x, [time * batch, inputs]);
    const biases = pair("bias_ih");
    const [there, back] = pair("weight_ih").map((weight, n) => {
      const product = tf.add(tf.matMul(rows, weight as tf.Tensor2D, false, true), biases[n]!);
      return tf.reshape(product, [time, 1, batch, -1]);
    });
    const gates = tf.concat([there!, tf.reverse(back!, 0)], 1) as tf.Tensor4D;
    const weight = tf.stack(pair("weight_hh")) as tf.Tensor3D;
    const bias = tf.expandDims(tf.stack(pair("bias_hh")), 1) as tf.Tensor3D;
    const states = gruSteps(gates, mask, weight, bias);
    const [first, second] = tf.unstack(states, 1) as [tf.Tensor3D, tf.Tensor3D];
    return tf.concat3d([first, tf.reverse(second, 0)], 2);
  }
}

/** What a step keeps for its gradient, each [directions, batch, H]. */
interface Trace {
  readonly reset: tf.Tensor;
  readonly update: tf.Tensor;
  readonly candidate: tf.Tensor;
  /** W_n h + b_n, which the reset gate acts on. */
  readonly inner: tf.Tensor;
  /** h before the step. */
  readonly before: tf.Tensor;
}
const TRACED = ["reset", "update", "candidate", "inner", "before"] as const;

/**
 * r, z = σ(gates + W h + b); n = tanh(gates + r ⊙ (W h + b)); h ← (1 − z) ⊙ n + z ⊙ h, from h = 0; a
 * step whose mask is 0 leaves h as it is, and gives 0.
 *
 * As one operation with a gradient of its own: a tape of all its parts would be ten times as long.
 *
 * @param gates [time, directions, batch, 3H], those of r, z and n
 * @param mask [time, directions, batch, 1]
 * @param weight [directions, 3H, H]
 * @param bias [directions, 1, 3H]
 * @returns [time, directions, batch, H]
 */
function gruSteps(
  gates: tf.Tensor4D,
  mask: tf.Tensor4D,
  weight: tf.Tensor3D,
  bias: tf.Tensor3D,
): tf.Tensor4D {
  const run = tf.customGrad((...args) => {
    const [gates, weight, bias] = args as unknown as [tf.Tensor4D, tf.Tensor3D, tf.Tensor3D];
    const save = args.at(-1) as unknown as tf.GradSaveFunc;
    const masks = tf.unstack(mask);
    const outputs: tf.Tensor[] = [], traces: Trace[] = [];
    const [, directions, batch, width] = gates.shape;
    let h: tf.Tensor = tf.zeros([directions, batch, width / 3]);
    for (const [t, gate] of tf.unstack(gates).entries()) {
      const [xR, xZ, xN] = tf.split(gate, 3, 2);
      const [hR, hZ, inner] = tf.split(tf.add(tf.matMul(h, weight, false, true), bias), 3, 2);
      const reset = tf.sigmoid(tf.add(xR!, hR!)), update = tf.sigmoid(tf.add(xZ!, hZ!));
      const candidate = tf.tanh(tf.add(xN!, tf.mul(reset, inner!)));
      traces.push({ reset, update, candidate, inner: inner!, before: h });
      const next = tf.add(candidate, tf.mul(update, tf.sub(h, candidate)));
      const output = tf.mul(next, masks[t]!);
      outputs.push(output);
      h = tf.add(output, tf.mul(h, tf.sub(1, masks[t]!)));
    }
    save([weight, mask, ...traces.flatMap((trace) => TRACED.map((part) => trace[part]))]);
    return { value: tf.stack(outputs), gradFunc: backward };
  });
  return run(gates, weight, bias) as tf.Tensor4D;
}

/** Gradients of gates, weight and bias. */
function backward(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] {
  const [weight, mask, ...traced] = saved;
  const dOutputs = tf.unstack(dy), masks = tf.unstack(mask!);
  const dGates: tf.Tensor[] = [], dInner: tf.Tensor[] = [], before: tf.Tensor[] = [];
  let dH: tf.Tensor = tf.zerosLike(traced[0]!);
  for (let t = dOutputs.length - 1; t >= 0; t--) {
    const place = TRACED.length * t;
    const [reset, update, candidate, inner, h] = traced.slice(place, place + TRACED.length);
    const dNext = tf.mul(masks[t]!, tf.add(dOutputs[t]!, dH));
    // Through tanh and the sigmoids: 1 − n², z (1 − z), r (1 − r)
    const dN = tf.mul(
      tf.mul(dNext, tf.sub(1, update!)),
      tf.sub(1, tf.square(candidate!)),
    );
    const dZ = tf.mul(
      tf.mul(dNext, tf.sub(h!, candidate!)),
      tf.mul(update!, tf.sub(1, update!)),
    );
    const dR = tf.mul(tf.mul(dN, inner!), tf.mul(reset!, tf.sub(1, reset!)));
    const dProducts = tf.concat([dR, dZ, tf.mul(dN, reset!)], 2);
    dGates.push(tf.concat([dR, dZ, dN], 2));
    dInner.push(dProducts);
    before.push(h!);
    const kept = tf.add(tf.mul(dNext, update!), tf.mul(dH, tf.sub(1, masks[t]!)));
    dH = tf.add(kept, tf.matMul(dProducts, weight!));
  }
  // The weights' of all steps at once: [directions, time · batch, width]
  const rows = (steps: tf.Tensor[]) => tf.concat(steps, 1);
  const all = rows(dInner);
  return [
    tf.stack(dGates.reverse()),
    tf.matMul(all, rows(before), true, false),
    tf.sum(all, 1, true),
  ];
}
