/**
 * All modalities side by side: LF-DNN and its multi-task form.
 *
 * @module
 */

import { tf } from "../../engine/mod.ts";
import type { DropoutNoise } from "../../nn/dropout.ts";
import type { ModelContext } from "../model.ts";
import type { ValuesOf } from "../setting.ts";
import type { FUSED } from "./fusion_settings.ts";
import { SubnetNetwork, type SubnetRules } from "./subnet_network.ts";
import { type Encoded, type Fused, Head } from "./subnets.ts";

/** Subnets whose vectors are put side by side. */
export class ConcatFusion<Rules extends SubnetRules & typeof FUSED> extends SubnetNetwork<Rules> {
  readonly #head: Head;

  constructor(context: ModelContext<Rules>) {
    const { textOut } = context.settings as ValuesOf<typeof FUSED>;
    super(context, textOut);
    const { postFusionDim, fusionDropout } = this.settings as ValuesOf<SubnetRules & typeof FUSED>;
    const width = this.fusionOrder.reduce((sum, name) => sum + this.encodedWidths[name]!, 0);
    this.#head = new Head(this, "fusion", width, postFusionDim, fusionDropout);
  }

  /** (45) f = [a; v; t] */
  fuse(encoded: Encoded, noise: DropoutNoise | null): Fused {
    const fused = tf.concat2d(this.fusionOrder.map((name) => encoded[name]!), 1);
    return { prediction: this.#head.apply(fused, noise), fused };
  }
}
