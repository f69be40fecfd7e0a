/**
 * The parts of MMCL behind its encoders: the blocks E_m and E_sh, and what makes a contrastive loss's
 * vector of a sequence.
 *
 * Our reading of Liu et al., ICMR 2024, of which only the abstract was to be had.
 *
 * @module
 */

import { tf } from "../../engine/mod.ts";
import { gelu } from "../../nn/gelu.ts";
import type { LayerNorm } from "../../nn/layer_norm.ts";
import type { Layers } from "../../nn/layers.ts";
import type { Linear } from "../../nn/linear.ts";
import { type Routing, toUnit } from "../../nn/routing.ts";
import type { TransformerEncoderLayer } from "../../nn/transformer.ts";
import type { MmclSettings } from "./mmcl_settings.ts";

/** A sequence of each sample: [batch, time, d], and 1 for its true steps, else 0: [batch, time]. */
export interface Sequence {
  readonly x: tf.Tensor3D;
  readonly mask: tf.Tensor2D;
}

/** E_m or E_sh (equations 25, 26): a sequence to one of the same width. */
export class Block {
  readonly #block: TransformerEncoderLayer | FeedForward;

  constructor(layers: Layers, name: string, settings: MmclSettings) {
    const { modelDim: width, hiddenDim: hidden, heads } = settings;
    const sizes = { width, hidden };
    this.#block = settings.blocks === "feedForward"
      ? new FeedForward(layers, name, sizes)
      : layers.encoderLayer(name, sizes, { heads, normFirst: true, activation: "gelu" });
  }

  apply({ x, mask }: Sequence): Sequence {
    return { x: this.#block.apply(x, mask, null), mask };
  }
}

/** Each step by itself: x + W₂ gelu(W₁ norm(x)). */
class FeedForward {
  readonly #norm: LayerNorm;
  readonly #layers: readonly [Linear, Linear];

  constructor(
    layers: Layers,
    name: string,
    { width, hidden }: { readonly width: number; readonly hidden: number },
  ) {
    this.#norm = layers.layerNorm(`${name}.norm`, width);
    this.#layers = [
      layers.linear(`${name}.linear1`, width, hidden),
      layers.linear(`${name}.linear2`, hidden, width),
    ];
  }

  apply(x: tf.Tensor3D): tf.Tensor3D {
    const [first, second] = this.#layers;
    return ofSteps(
      x,
      (rows) => tf.add(rows, second.apply(gelu(first.apply(this.#norm.apply(rows))))),
    );
  }
}

/** Sequences, one a modality → z of each, rows of length 1, for one of the two contrastive losses. */
export class Projector {
  readonly #routing: Routing | null;
  readonly #axis: MmclSettings["routingAxis"];

  constructor(layers: Layers, name: string, settings: MmclSettings) {
    const sizes = {
      inputs: settings.modelDim,
      clusters: settings.clusters,
      capsule: settings.capsuleDim,
      outputs: settings.contrastDim,
      iterations: settings.iterations,
    };
    this.#axis = settings.routingAxis;
    this.#routing = settings.routing ? layers.routing(name, sizes, settings.routingGradient) : null;
  }

  /** (28)–(31) → [batch, contrastDim] each; without routing the mean over the steps, [batch, d] */
  apply(sequences: readonly Sequence[]): tf.Tensor2D[] {
    const routing = this.#routing;
    if (routing !== null && this.#axis === "time") {
      return sequences.map(({ x, mask }) => routing.apply(x, mask));
    }
    const means = sequences.map(meanOfSteps);
    if (routing === null) return means.map(toUnit);
    if (this.#axis === "batch") {
      return means.map((rows) => tf.squeeze(routing.share(tf.expandDims(rows, 0)), [0]));
    }
    // [batch, modalities, d]
    return tf.unstack(routing.share(tf.stack(means, 1) as tf.Tensor3D), 1) as tf.Tensor2D[];
  }
}

/** [batch, time, d] → [batch, d], the mean over the true steps, of which there is at least one */
export function meanOfSteps({ x, mask }: Sequence): tf.Tensor2D {
  const sum = tf.matMul(tf.expandDims(mask, 1), x);
  return tf.div(tf.squeeze(sum, [1]), tf.sum(mask, 1, true));
}

/** [batch, time, in] → [batch, time, out], `layer` on rows of steps */
export function ofSteps(x: tf.Tensor3D, layer: (rows: tf.Tensor2D) => tf.Tensor2D): tf.Tensor3D {
  const [batch, steps, width] = x.shape;
  const rows = layer(tf.reshape(x, [batch * steps, width]));
  return tf.reshape(rows, [batch, steps, rows.shape[1]]);
}
