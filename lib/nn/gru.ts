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
    const mask = tf.reshape(tf.transpose(stepMask(lengths, time)), [time, batch, 1]);
    let states = x;
    for (let i = 0; i < this.#layers; i++) {
      states = this.#layer(i, states, mask as tf.Tensor3D);
    }
    return states;
  }

  #layer(i: number, x: tf.Tensor3D, mask: tf.Tensor3D): tf.Tensor3D {
    const [time, batch, inputs] = x.shape;
    const pair = (part: string) =>
      DIRECTIONS.map((direction) =>
        this.#parameters.get(`${this.#name}.${part}_l${i}${direction}`) as tf.Tensor
      );
    // What x says to the gates, of all steps at once: [time, batch, 3H]
    const rows = tf.reshape(x, [time * batch, inputs]);
    const biases = pair("bias_ih");
    const [forward, backward] = pair("weight_ih").map((weight, n) => {
      const product = tf.add(tf.matMul(rows, weight as tf.Tensor2D, false, true), biases[n]!);
      return tf.reshape(product, [time, batch, -1]) as tf.Tensor3D;
    });
    const weight = tf.stack(pair("weight_hh")) as tf.Tensor3D;
    const bias = tf.expandDims(tf.stack(pair("bias_hh")), 1) as tf.Tensor3D;
    return gruSteps([forward!, backward!], mask, weight, bias);
  }
}

/** What a step keeps for its gradient, each [2, batch, H]. */
const TRACED = ["reset", "update", "candidate", "inner", "before", "mask"] as const;
type Trace = Readonly<Record<typeof TRACED[number], tf.Tensor>>;

/** Both directions of each step, the second from the last step back: [time, …] twice → [2, …] each */
function inBothOrders(forward: tf.Tensor, backward: tf.Tensor): tf.Tensor[] {
  const back = tf.unstack(backward).reverse();
  return tf.unstack(forward).map((step, t) => tf.stack([step, back[t]!]));
}

/** The way back: [2, …] each → [time, …] twice */
function apart(steps: readonly tf.Tensor[]): [tf.Tensor, tf.Tensor] {
  const pairs = steps.map((step) => tf.unstack(step));
  const forward = pairs.map(([step]) => step!), backward = pairs.map(([, step]) => step!);
  return [tf.stack(forward), tf.stack(backward.reverse())];
}

/**
 * r, z = σ(gates + W h + b); n = tanh(gates + r ⊙ (W h + b)); h ← (1 − z) ⊙ n + z ⊙ h, from h = 0; a
 * step whose mask is 0 leaves h as it is, and gives 0.
 *
 * As one operation with a gradient of its own: a tape of all its parts would be ten times as long.
 *
 * @param gates of both directions, [time, batch, 3H], those of r, z and n
 * @param mask [time, batch, 1]
 * @param weight [2, 3H, H]
 * @param bias [2, 1, 3H]
 * @returns [time, batch, 2H]
 */
function gruSteps(
  gates: readonly [tf.Tensor3D, tf.Tensor3D],
  mask: tf.Tensor3D,
  weight: tf.Tensor3D,
  bias: tf.Tensor3D,
): tf.Tensor3D {
  const run = tf.customGrad((...args) => {
    const [forward, backward, weight, bias] = args as unknown as tf.Tensor3D[];
    const save = args.at(-1) as unknown as tf.GradSaveFunc;
    const masks = inBothOrders(mask, mask);
    const outputs: tf.Tensor[] = [], traces: Trace[] = [];
    const [, batch, width] = forward!.shape;
    let h: tf.Tensor = tf.zeros([2, batch, width / 3]);
    for (const [t, gate] of inBothOrders(forward!, backward!).entries()) {
      const [xR, xZ, xN] = tf.split(gate, 3, 2), mask = masks[t]!;
      const [hR, hZ, inner] = tf.split(tf.add(tf.matMul(h, weight!, false, true), bias!), 3, 2);
      const reset = tf.sigmoid(tf.add(xR!, hR!)), update = tf.sigmoid(tf.add(xZ!, hZ!));
      const candidate = tf.tanh(tf.add(xN!, tf.mul(reset, inner!)));
      traces.push({ reset, update, candidate, inner: inner!, before: h, mask });
      const next = tf.add(candidate, tf.mul(update, tf.sub(h, candidate)));
      const output = tf.mul(next, mask);
      outputs.push(output);
      h = tf.add(output, tf.mul(h, tf.sub(1, mask)));
    }
    save([weight!, ...traces.flatMap((trace) => TRACED.map((part) => trace[part]))]);
    return { value: tf.concat(apart(outputs), 2), gradFunc: gradients };
  });
  return run(...gates, weight, bias) as tf.Tensor3D;
}

/** Gradients of both directions' gates, weight and bias. */
function gradients(dy: tf.Tensor, [weight, ...traced]: tf.Tensor[]): tf.Tensor[] {
  const dOutputs = inBothOrders(...tf.split(dy, 2, 2) as [tf.Tensor, tf.Tensor]);
  const dGates: tf.Tensor[] = [], dInner: tf.Tensor[] = [], before: tf.Tensor[] = [];
  let dH: tf.Tensor = tf.zerosLike(traced[0]!);
  for (let t = dOutputs.length - 1; t >= 0; t--) {
    const place = TRACED.length * t;
    const [reset, update, candidate, inner, h, mask] = traced.slice(place, place + TRACED.length);
    const dNext = tf.mul(mask!, tf.add(dOutputs[t]!, dH));
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
    const kept = tf.add(tf.mul(dNext, update!), tf.mul(dH, tf.sub(1, mask!)));
    dH = tf.add(kept, tf.matMul(dProducts, weight!));
  }
  // The weights' of all steps at once: [2, time · batch, width]
  const rows = (steps: tf.Tensor[]) => tf.concat(steps, 1);
  const all = rows(dInner);
  return [
    ...apart(dGates.reverse()),
    tf.matMul(all, rows(before), true, false),
    tf.sum(all, 1, true),
  ];
}
