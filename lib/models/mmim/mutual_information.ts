/**
 * The two bounds of mutual information that MMIM maximizes: of one modality with another, and of each
 * with the fusion.
 *
 * @module
 */

import { tf } from "../../engine/mod.ts";
import type { Layers } from "../../nn/layers.ts";
import type { Linear } from "../../nn/linear.ts";
import { logDeterminant } from "../../nn/log_determinant.ts";
import { unitRows } from "../../nn/norm.ts";
import { stopGradient } from "../../nn/stop_gradient.ts";

/** Added to the diagonal of a covariance that is to be kept from being singular. */
const RIDGE = 1e-6;

/** How the first bound is taken. */
export interface BoundOptions {
  /** Whether the likelihood has its −λ/2, and covariances are kept from being singular. */
  readonly robust: boolean;
}

/** The bound of two modalities: a Gaussian of y whose mean and variance follow from x. */
export class PairBound {
  readonly #mean: readonly [Linear, Linear];
  readonly #logVariance: readonly [Linear, Linear];
  readonly #projection: Linear;
  readonly #options: BoundOptions;

  constructor(
    layers: Layers,
    name: string,
    [inputs, outputs]: readonly [number, number],
    options: BoundOptions,
  ) {
    const net = (part: string): [Linear, Linear] => [
      layers.linear(`${name}.${part}.0`, inputs, outputs),
      layers.linear(`${name}.${part}.2`, outputs, outputs),
    ];
    this.#mean = net("mlp_mu");
    this.#logVariance = net("mlp_logvar");
    this.#projection = layers.linear(
      `${name}.entropy_prj.0`,
      outputs,
      PairBound.projected(outputs),
    );
    this.#options = options;
  }

  /** Width of the projection of y whose entropy is measured. */
  static projected(width: number): number {
    return Math.max(1, Math.floor(width / 4));
  }

  /** ℓ = mean Σ −(μ − y)² / 2e^λ: the reference's, which lacks −λ/2 */
  likelihood(x: tf.Tensor2D, y: tf.Tensor2D): tf.Scalar {
    const [mean, logVariance] = [this.#mean, this.#logVariance].map(([first, second]) =>
      second.apply(tf.relu(first.apply(x)))
    ) as [tf.Tensor2D, tf.Tensor2D];
    const squares = tf.square(tf.sub(mean, y));
    const terms = tf.mul(-0.5, tf.mul(squares, tf.exp(tf.neg(logVariance))));
    const whole = this.#options.robust ? tf.sub(terms, tf.mul(logVariance, 0.5)) : terms;
    return tf.mean(tf.sum(whole, 1)) as tf.Scalar;
  }

  /** e = tanh Lin y, whose entropy is measured: [batch, width] → [batch, projected] */
  project(y: tf.Tensor2D): tf.Tensor2D {
    return tf.tanh(this.#projection.apply(y));
  }

  /**
   * ¼ (ln det S⁺ + ln det S⁻), a scalar, with S the covariance of the rows of a sign, divisor n; a
   * sign with fewer rows than S needs to be regular adds nothing.
   *
   * @param rows [rows, projected]
   * @param signs [rows], 1 and −1; 0 for rows of no sign
   * @param isUsed 1 where it is to be computed, 0 where it is 0 without gradient
   */
  entropy(rows: tf.Tensor2D, signs: tf.Tensor1D, isUsed: tf.Scalar): tf.Scalar {
    const ofSign = (sign: 1 | -1) => {
      const member = tf.cast(tf.greater(tf.mul(signs, sign), 0), "float32") as tf.Tensor1D;
      return this.#logDeterminant(rows, member, isUsed);
    };
    return tf.mul(tf.add(ofSign(1), ofSign(-1)), 0.25) as tf.Scalar;
  }

  #logDeterminant(rows: tf.Tensor2D, member: tf.Tensor1D, isUsed: tf.Scalar): tf.Scalar {
    const width = rows.shape[1];
    const count = tf.sum(member);
    const enough = tf.cast(tf.greater(count, width + 0.5), "float32");
    const use = tf.mul(enough, isUsed);
    const n = tf.maximum(count, 1);
    const column = tf.expandDims(member, 1);
    const mean = tf.div(tf.sum(tf.mul(rows, column), 0, true), n);
    const centered = tf.mul(tf.sub(rows, mean), column) as tf.Tensor2D;
    const covariance = tf.div(tf.matMul(centered, centered, true), n) as tf.Tensor2D;
    const identity = tf.eye(width);
    const regular = this.#options.robust
      ? tf.add(covariance, tf.mul(identity, RIDGE)) as tf.Tensor2D
      : covariance;
    // Of the identity the logarithm is 0: no gradient passes where nothing is to be measured.
    return logDeterminant(tf.where(tf.greater(use, 0.5), regular, identity) as tf.Tensor2D);
  }
}

/** The bound of a modality with the fusion: which sample's x is it that was fused? */
export class FusionBound {
  readonly #layers: readonly Linear[];

  /** @param depth maps of the fusion, with tanh after the first of several */
  constructor(layers: Layers, name: string, width: number, fused: number, depth: number) {
    this.#layers = Array.from({ length: depth }, (_, i) => {
      // The activation takes a number in the code's list.
      const path = depth === 1 ? `${name}.net` : `${name}.net.${i === 0 ? 0 : i + 1}`;
      return layers.linear(path, i === 0 ? fused : width, width);
    });
  }

  /**
   * nce = mean −x̂ᵢ·ĝᵢ + ln Σⱼ exp x̂ᵢ·ĝⱼ, with unit rows of x and of g = net(f), a scalar. Where the
   * code divides 0 by 0, as of a sample whose first word is unknown, a row stays 0.
   */
  contrast(x: tf.Tensor2D, fusion: tf.Tensor2D): tf.Scalar {
    const guess = this.#layers.reduce((g, layer, i) => {
      const mapped = layer.apply(g);
      return i === 0 && this.#layers.length > 1 ? tf.tanh(mapped) : mapped;
    }, fusion);
    const [a, b] = [unitRows(x), unitRows(guess)];
    const positive = tf.sum(tf.mul(a, b), 1);
    // Of unit vectors no product is large: the sum needs no maximum taken out of it.
    const all = tf.log(tf.sum(tf.exp(tf.matMul(a, b, false, true)), 1));
    return tf.mean(tf.sub(all, positive)) as tf.Scalar;
  }
}

/** The projections of the last batches with the signs of their labels, for the entropy. */
export class ProjectionMemory {
  readonly #slots: number;
  readonly #batch: number;
  readonly #variables = new Map<string, tf.Variable>();

  /**
   * @param widths of the projections, by pair
   * @param slots batches that are kept
   * @param batch samples of the largest batch
   */
  constructor(widths: Readonly<Record<string, number>>, slots: number, batch: number) {
    this.#slots = slots;
    this.#batch = batch;
    const add = (name: string, shape: number[]) => {
      const variable = tf.tidy(() => tf.variable(tf.zeros(shape), false));
      this.#variables.set(name, variable);
    };
    for (const [pair, width] of Object.entries(widths)) {
      add(`projections.${pair}`, [slots * batch, width]);
    }
    add("projection_signs", [slots * batch]);
    add("projection_batches", []);
  }

  /** Everything that a resume needs, by name. */
  get variables(): ReadonlyMap<string, tf.Variable> {
    return this.#variables;
  }

  /** 1 from the batch on whose entropy counts, else 0. */
  get isFull(): tf.Scalar {
    return tf.cast(tf.greater(this.#get("projection_batches"), this.#slots + 0.5), "float32");
  }

  /** The rows of the memory above those of the batch, and the signs of all. */
  with(pair: string, rows: tf.Tensor2D, labels: tf.Tensor1D): [tf.Tensor2D, tf.Tensor1D] {
    const kept = this.#get<tf.Tensor2D>(`projections.${pair}`);
    const signs = this.#get<tf.Tensor1D>("projection_signs");
    return [
      tf.concat2d([stopGradient(kept), rows], 0),
      tf.concat1d([signs, tf.sign(labels)]) as tf.Tensor1D,
    ];
  }

  /** Puts a batch in the place of the oldest. */
  keep(projections: Readonly<Record<string, tf.Tensor2D>>, labels: tf.Tensor1D): void {
    tf.tidy(() => {
      const count = this.#get<tf.Variable>("projection_batches");
      const slot = tf.floorDiv(tf.range(0, this.#slots * this.#batch), this.#batch);
      const isOldest = tf.cast(tf.equal(slot, tf.mod(count, this.#slots)), "float32");
      const replace = (name: string, rows: tf.Tensor) => {
        const [n, ...rest] = rows.shape as [number, ...number[]];
        const filled = tf.concat([rows, tf.zeros([this.#batch - n, ...rest])], 0);
        const everywhere = tf.tile(filled, [this.#slots, ...rest.map(() => 1)]);
        const here = tf.reshape(isOldest, [-1, ...rest.map(() => 1)]);
        const old = this.#get<tf.Variable>(name);
        old.assign(tf.add(tf.mul(here, everywhere), tf.mul(tf.sub(1, here), old)));
      };
      for (const [pair, rows] of Object.entries(projections)) replace(`projections.${pair}`, rows);
      replace("projection_signs", tf.sign(labels));
      count.assign(tf.add(count, 1));
    });
  }

  /** Forgets all batches. */
  clear(): void {
    for (const variable of this.#variables.values()) {
      tf.tidy(() => variable.assign(tf.zerosLike(variable)));
    }
  }

  /** Frees the memory. */
  dispose(): void {
    for (const variable of this.#variables.values()) variable.dispose();
    this.#variables.clear();
  }

  #get<T extends tf.Tensor>(name: string): T {
    return this.#variables.get(name) as unknown as T;
  }
}
