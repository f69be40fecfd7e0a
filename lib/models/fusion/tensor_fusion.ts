/**
 * The outer product of all modalities, and scores in a range: TFN and its multi-task form.
 *
 * @module
 */

import { LABEL_RANGES } from "../../data/mod.ts";
import { tf } from "../../engine/mod.ts";
import type { DropoutNoise } from "../../nn/dropout.ts";
import type { Inputs, ModelContext, Outputs } from "../model.ts";
import type { ValuesOf } from "../setting.ts";
import { FUSION_ORDER, SubnetNetwork, subnetOutputs, type SubnetRules } from "./subnet_network.ts";
import { type Encoded, type Fused, Head } from "./subnets.ts";
import type { FUSED } from "./fusion_settings.ts";

/** Largest score of the published code, on every dataset. */
const REFERENCE_RANGE = 3;

/** [batch, n] → [1; x], [batch, n + 1] */
export function withOne(x: tf.Tensor2D): tf.Tensor2D {
  return tf.concat2d([tf.ones([x.shape[0], 1]), x], 1);
}

/** [batch, n], [batch, m] → [batch, n · m], the last index fastest */
function outer(left: tf.Tensor2D, right: tf.Tensor2D): tf.Tensor2D {
  const product = tf.mul(tf.expandDims(left, 2), tf.expandDims(right, 1));
  return tf.reshape(product, [left.shape[0], left.shape[1] * right.shape[1]]);
}

/** (46) [1; a] ⊗ [1; v] ⊗ …, flattened */
function outerProduct(parts: readonly tf.Tensor2D[]): tf.Tensor2D {
  return parts.map(withOne).reduce(outer);
}

/** Subnets whose vectors are multiplied with each other. */
export class TensorFusion<Rules extends SubnetRules & typeof FUSED> extends SubnetNetwork<Rules> {
  readonly #head: Head;
  readonly #range: tf.Tensor;
  readonly #shift: tf.Tensor;

  constructor(context: ModelContext<Rules>) {
    const { textOut } = context.settings as ValuesOf<typeof FUSED>;
    super(context, textOut);
    const { postFusionDim, fusionDropout, mode } = this.settings as ValuesOf<
      SubnetRules & typeof FUSED
    >;
    const width = this.fusionOrder.reduce(
      (size, name) => size * (this.encodedWidths[name]! + 1),
      1,
    );
    this.#head = new Head(this, "fusion", width, postFusionDim, fusionDropout);
    const range = mode === "robust" ? LABEL_RANGES[context.protocol].high : REFERENCE_RANGE;
    this.#range = this.buffer("output_range", [1], Float32Array.of(2 * range));
    this.#shift = this.buffer("output_shift", [1], Float32Array.of(-range));
  }

  /** (47) ŷ = 2R σ(head(z)) − R */
  fuse(encoded: Encoded, noise: DropoutNoise | null): Fused {
    const [first, ...rest] = this.fusionOrder.map((name) => withOne(encoded[name]!));
    const score = rest.length === 0
      ? this.#head.apply(first!, noise)
      : this.#head.applyOuter(first!, rest.reduce(outer), noise);
    const share = tf.sigmoid(score);
    return { prediction: tf.add(tf.mul(share, this.#range), this.#shift) as tf.Tensor1D };
  }
}

/** Recorded outputs of both: z, which no step has as a whole, among them. */
export function tensorOutputs(outputs: Outputs, inputs: Inputs): Record<string, tf.Tensor> {
  const parts = FUSION_ORDER.map((name) => outputs[`feature.${name}`])
    .filter((part) => part !== undefined);
  return {
    ...subnetOutputs(outputs, inputs),
    Feature_f: outerProduct(parts as readonly tf.Tensor2D[]),
  };
}
