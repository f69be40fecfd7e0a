/**
 * Dynamic routing: the steps of a sequence are clustered into a few capsules, by agreement.
 *
 * Source: Sabour et al. 2017; its place before contrastive losses is that of Liu et al., ICMR 2024
 * (MMCL), in our reading.
 *
 * @module
 */

import type { RandomStream } from "../core/random.ts";
import { tf } from "../engine/mod.ts";
import type { Parameters } from "./parameters.ts";
import { constantOf } from "./stop_gradient.ts";

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
 * Routing by agreement (equations 28, 29): û_ij = u_i W_j, c = softmax(b) over the clusters,
 * v_j = squash(Σ_i mask_i c_ij û_ij), b_ij += û_ij · v_j, `iterations` times.
 *
 * û, [batch, inputs, clusters, capsule], is never made: Σ_i c_ij û_ij = (Σ_i c_ij u_i) W_j and
 * û_ij · v_j = u_i · (W_j v_j), products of small matrices.
 *
 * @param u [batch, inputs, width]
 * @param weight W_j, [clusters, capsule, width]
 * @param mask 1 for the inputs that count, else 0, [batch, inputs]; where none does, v is 0
 * @param gradient `last` (the default of our reading) takes û in the updates of b as a constant
 * @throws {RangeError} when `iterations` is not a whole number of 1 or more.
 */
export function routeByAgreement(
  u: tf.Tensor3D,
  weight: tf.Tensor3D,
  mask: tf.Tensor2D,
  iterations: number,
  gradient: RoutingGradient = "last",
): Routed {
  if (!Number.isSafeInteger(iterations) || iterations < 1) {
    throw new RangeError(
      `Cannot route: iterations is ${iterations}, expected a whole number of 1 or more`,
    );
  }
  const [batch, inputs] = u.shape;
  const counts = tf.expandDims(mask, 2);
  /** c → v, by cluster: [clusters, batch, capsule] */
  const gather = (coupling: tf.Tensor3D): tf.Tensor3D => {
    // [batch, clusters, width] → [clusters, batch, width]
    const sums = tf.matMul(tf.mul(coupling, counts) as tf.Tensor3D, u, true, false);
    return squash(tf.matMul(tf.transpose(sums, [1, 0, 2]), weight, false, true) as tf.Tensor3D);
  };
  /** v → û · v, [batch, inputs, clusters] */
  const agreement = (capsules: tf.Tensor3D) => {
    const directions = tf.transpose(tf.matMul(capsules, weight), [1, 0, 2]);
    return tf.matMul(u, directions, false, true);
  };
  const couple = () => {
    let logits: tf.Tensor3D = tf.zeros([batch, inputs, weight.shape[0]]);
    for (let i = 1; i < iterations; i++) {
      logits = tf.add(logits, agreement(gather(tf.softmax(logits))));
    }
    return tf.softmax(logits);
  };
  const coupling = gradient === "last" ? constantOf(couple) : couple();
  return { capsules: tf.transpose(gather(coupling), [1, 0, 2]), coupling };
}

/** Sizes of {@linkcode Routing}. */
export interface RoutingSizes {
  /** Width of the inputs. */
  readonly inputs: number;
  /** Number of clusters. */
  readonly clusters: number;
  /** Width of a capsule. */
  readonly capsule: number;
  /** Width of what comes out. */
  readonly outputs: number;
  /** Number of rounds, from 1. */
  readonly iterations: number;
}

/**
 * A sequence of any length to one vector of length 1, through capsules (equations 28–31). W is shared
 * over the steps; the last map has no bias, so that a sequence without a valid step gives 0.
 *
 * @example
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { openEngine, tf } from "../engine/mod.ts";
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
  readonly #weight: tf.Variable2D;
  readonly #projection: tf.Variable2D;

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
      return parameters.add<tf.Tensor2D>(`${name}.${part}`, [outputs, inputs], draw);
    };
    const flat = sizes.clusters * sizes.capsule;
    this.#weight = add("weight", flat, sizes.inputs);
    this.#projection = add("projection.weight", sizes.outputs, flat);
  }

  /** [batch, time, in], [batch, time] → [batch, out], rows of length 1, or 0 where all is masked */
  apply(x: tf.Tensor3D, mask: tf.Tensor2D): tf.Tensor2D {
    const { capsules } = this.#route(x, mask);
    return this.#project(tf.reshape(capsules, [x.shape[0], -1]));
  }

  /**
   * [batch, inputs, in] → [batch, inputs, out]: what each input adds to the capsules, c_ij û_ij for
   * all j, in place of the capsules themselves; rows of length 1.
   */
  share(u: tf.Tensor3D): tf.Tensor3D {
    const [batch, inputs, width] = u.shape;
    const { clusters, capsule, outputs } = this.#sizes;
    const { coupling } = this.#route(u, tf.ones([batch, inputs]));
    const rows = tf.reshape(u, [batch * inputs, width]);
    const votes = tf.matMul(rows, this.#weight as tf.Tensor2D, false, true);
    const shares = tf.reshape(coupling, [batch * inputs, clusters, 1]);
    const shared = tf.mul(tf.reshape(votes, [batch * inputs, clusters, capsule]), shares);
    const z = this.#project(tf.reshape(shared, [batch * inputs, clusters * capsule]));
    return tf.reshape(z, [batch, inputs, outputs]);
  }

  #route(u: tf.Tensor3D, mask: tf.Tensor2D): Routed {
    const { inputs, clusters, capsule, iterations } = this.#sizes;
    const weight = tf.reshape(this.#weight, [clusters, capsule, inputs]) as tf.Tensor3D;
    return routeByAgreement(u, weight, mask, iterations, this.#gradient);
  }

  /** (31) [rows, clusters · capsule] → [rows, out] */
  #project(flat: tf.Tensor2D): tf.Tensor2D {
    return toUnit(tf.matMul(flat, this.#projection as tf.Tensor2D, false, true));
  }
}
