/**
 * Dynamic routing: the steps of a sequence are clustered into a few capsules, by agreement.
 *
 * Source: Sabour et al. 2017; its place before contrastive losses is that of Liu et al., ICMR 2024
 * (MMCL), in our reading.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs-core";
import type { RandomStream } from "../core/random.ts";
import type { Parameters } from "./parameters.ts";
import { stopGradient } from "./stop_gradient.ts";

/** ε of {@linkcode squash}. */
const SQUASH_EPSILON = 1e-9;
/** A vector shorter than this is not made longer. */
const SHORTEST = 1e-8;

/** Of which iterations the gradient is taken. */
export type RoutingGradient = "last" | "full";

/** Capsules and how the inputs were shared between them. */
export interface Routed {
  /** [batch, clusters, width] */
  readonly capsules: tf.Tensor3D;
  /** c, each input's shares, which add up to 1: [batch, inputs, clusters] */
  readonly coupling: tf.Tensor3D;
}

/** x · |x| / (1 + |x|²) over the last axis, any shape: lengths below 1 (equation 30). */
export function squash<T extends tf.Tensor>(x: T): T {
  const squares = tf.sum(tf.square(x), -1, true);
  const scale = tf.div(
    squares,
    tf.mul(tf.add(1, squares), tf.sqrt(tf.add(squares, SQUASH_EPSILON))),
  );
  return tf.mul(x, scale);
}

/**
 * x / |x| over the last axis, any shape; 0 stays 0 (equation 31).
 */
export function toUnit<T extends tf.Tensor>(x: T): T {
  const squares = tf.sum(tf.square(x), -1, true);
  // max(|x|, SHORTEST), by way of the squares: the gradient of a root at 0 is not a number.
  return tf.div(x, tf.sqrt(tf.maximum(squares, SHORTEST ** 2)));
}

/**
 * Routing by agreement (equation 29): c = softmax(b) over the clusters,
 * v_j = squash(Σ_i mask_i c_ij û_ij), b_ij += û_ij · v_j, `iterations` times.
 *
 * @param predictions û, [batch, inputs, clusters, width]
 * @param mask 1 for the inputs that count, else 0, [batch, inputs]; where none does, v is 0
 * @param gradient `last` (the default of our reading) takes û in the updates of b as a constant
 * @throws {RangeError} when `iterations` is not a whole number of 1 or more.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { openEngine } from "../engine/mod.ts";
 * import { routeByAgreement } from "./routing.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const { capsules } = routeByAgreement(tf.ones([2, 5, 3, 4]), tf.ones([2, 5]), 3);
 * assertEquals(capsules.shape, [2, 3, 4]);
 * ```
 */
export function routeByAgreement(
  predictions: tf.Tensor4D,
  mask: tf.Tensor2D,
  iterations: number,
  gradient: RoutingGradient = "last",
): Routed {
  if (!Number.isSafeInteger(iterations) || iterations < 1) {
    throw new RangeError(
      `Cannot route: iterations is ${iterations}, expected a whole number of 1 or more`,
    );
  }
  const [batch, inputs, clusters] = predictions.shape;
  const inUpdates = gradient === "last" ? stopGradient(predictions) : predictions;
  const counts = tf.reshape(mask, [batch, inputs, 1]);
  const gather = (coupling: tf.Tensor, votes: tf.Tensor4D) => {
    const shares = tf.expandDims(tf.mul(coupling, counts), 3);
    return squash(tf.sum(tf.mul(shares, votes), 1)) as tf.Tensor3D;
  };
  let logits: tf.Tensor = tf.zeros([batch, inputs, clusters]);
  for (let i = 1; i < iterations; i++) {
    const capsules = gather(tf.softmax(logits), inUpdates);
    logits = tf.add(logits, tf.sum(tf.mul(inUpdates, tf.expandDims(capsules, 1)), 3));
  }
  const coupling = tf.softmax(logits) as tf.Tensor3D;
  return { capsules: gather(coupling, predictions), coupling };
}

/** Sizes of {@linkcode Routing}. */
export interface RoutingSizes {
  /** Width of the inputs. */
  readonly inputs: number;
  readonly clusters: number;
  /** Width of a capsule. */
  readonly capsule: number;
  /** Width of what comes out. */
  readonly outputs: number;
  readonly iterations: number;
}

/**
 * A sequence of any length to one vector of length 1, through capsules (equations 28–31). W is shared
 * over the steps; the last map has no bias, so that a sequence without a valid step gives 0.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { RandomStream } from "../core/random.ts";
 * import { openEngine } from "../engine/mod.ts";
 * import { Parameters } from "./parameters.ts";
 * import { Routing } from "./routing.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const sizes = { inputs: 6, clusters: 3, capsule: 4, outputs: 5, iterations: 3 };
 * const routing = new Routing(new Parameters(), "route", sizes, RandomStream.fromSeed(1111));
 * assertEquals(routing.apply(tf.ones([2, 7, 6]), tf.ones([2, 7])).shape, [2, 5]);
 * ```
 */
export class Routing {
  readonly #sizes: RoutingSizes;
  readonly #gradient: RoutingGradient;
  readonly #weight: tf.Variable<tf.Rank.R2>;
  readonly #projection: tf.Variable<tf.Rank.R2>;

  /**
   * Adds `name.weight` and `name.projection.weight` to `parameters`.
   *
   * @throws {Error} when a name is taken.
   */
  constructor(
    parameters: Parameters,
    name: string,
    sizes: RoutingSizes,
    random: RandomStream,
    gradient: RoutingGradient = "last",
  ) {
    this.#sizes = sizes;
    this.#gradient = gradient;
    const add = (part: string, outputs: number, inputs: number) => {
      const bound = 1 / Math.sqrt(inputs);
      const draw = random.split(`${name}.${part}`).uniformArray(outputs * inputs, -bound, bound);
      return parameters.add<tf.Rank.R2>(`${name}.${part}`, [outputs, inputs], draw);
    };
    const flat = sizes.clusters * sizes.capsule;
    this.#weight = add("weight", flat, sizes.inputs);
    this.#projection = add("projection.weight", sizes.outputs, flat);
  }

  /** [batch, time, in], [batch, time] → [batch, out], rows of length 1, or 0 where all is masked */
  apply(x: tf.Tensor3D, mask: tf.Tensor2D): tf.Tensor2D {
    const [batch, steps, inputs] = x.shape;
    const { clusters, capsule, iterations } = this.#sizes;
    // (28) û_ij = u_i W_j
    const rows = tf.reshape(x, [batch * steps, inputs]);
    const votes = tf.matMul(rows, this.#weight as tf.Tensor2D, false, true);
    const predictions = tf.reshape(votes, [batch, steps, clusters, capsule]) as tf.Tensor4D;
    const { capsules } = routeByAgreement(predictions, mask, iterations, this.#gradient);
    const flat = tf.reshape(capsules, [batch, clusters * capsule]);
    // (31)
    return toUnit(tf.matMul(flat, this.#projection as tf.Tensor2D, false, true));
  }
}
