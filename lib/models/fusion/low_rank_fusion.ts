/**
 * A product of all modalities in few ranks: LMF and its multi-task form.
 *
 * @module
 */

import { tf } from "../../engine/mod.ts";
import { xavierNormal } from "../../nn/xavier.ts";
import type { ModelContext } from "../model.ts";
import type { ValuesOf } from "../setting.ts";
import type { LOW_RANK } from "./fusion_settings.ts";
import { SubnetNetwork, type SubnetRules } from "./subnet_network.ts";
import { CODE_NAME } from "./code_names.ts";
import { type Encoded, type Fused } from "./subnets.ts";
import { withOne } from "./tensor_fusion.ts";

/** Subnets whose vectors meet in ranks. */
export class LowRankFusion<Rules extends SubnetRules & typeof LOW_RANK>
  extends SubnetNetwork<Rules> {
  readonly #factors = new Map<string, tf.Tensor>();
  readonly #mix: tf.Tensor;
  readonly #bias: tf.Tensor;

  constructor(context: ModelContext<Rules>) {
    const { textHiddenSize } = context.settings as ValuesOf<SubnetRules>;
    super(context, Math.max(1, Math.floor(textHiddenSize / 2)));
    const { rank, mode } = this.settings as ValuesOf<SubnetRules & typeof LOW_RANK>;
    for (const modality of this.fusionOrder) {
      const name = `${CODE_NAME[modality]}_factor`, width = this.encodedWidths[modality]! + 1;
      const draw = xavierNormal(this.random.split(name), rank * width, width, rank);
      this.#factors.set(modality, this.parameter(name, [rank, width, 1], draw));
    }
    // The published code has the mix in no group of its optimizer: it stays as it was drawn.
    const mix = xavierNormal(this.random.split("fusion_weights"), rank, rank, 1);
    const add = (name: string, values: Float32Array) =>
      mode === "robust"
        ? this.parameter(name, [1, values.length], values)
        : this.buffer(name, [1, values.length], values);
    this.#mix = add("fusion_weights", mix);
    this.#bias = add("fusion_bias", new Float32Array(1));
  }

  /** Names of what has the setting `factorLearningRate`. */
  get factorNames(): string[] {
    return this.ownNames().filter((name) => /_factor$|^fusion_/.test(name));
  }

  /** (48) Z = ∏ [1; x_m] W_mᵀ, (49) ŷ = Z wᵀ + b */
  fuse(encoded: Encoded): Fused {
    const ranks = this.fusionOrder.map((modality) => {
      const factor = this.#factors.get(modality)!;
      const [rank, width] = factor.shape as [number, number];
      const matrix = tf.reshape(factor, [rank, width]) as tf.Tensor2D;
      return tf.matMul(withOne(encoded[modality]!), matrix, false, true) as tf.Tensor2D;
    });
    const fused = ranks.reduce((left, right) => tf.mul(left, right));
    const score = tf.add(tf.matMul(fused, this.#mix as tf.Tensor2D, false, true), this.#bias);
    return { prediction: tf.reshape(score, [-1]) as tf.Tensor1D, fused };
  }
}
