/**
 * MMCL's encoders: a sequence of features of one modality to the sequence H_m (equation 24).
 *
 * Our reading of Liu et al., ICMR 2024, of which only the abstract was to be had.
 *
 * @module
 */

import type { Modality } from "../../data/mod.ts";
import { tf } from "../../engine/mod.ts";
import { BiLstm } from "../../nn/bilstm.ts";
import type { Layers } from "../../nn/layers.ts";
import type { Linear } from "../../nn/linear.ts";
import { stepMask } from "../../nn/mask.ts";
import { positionEncoding } from "../../nn/position_encoding.ts";
import type { TransformerEncoderLayer } from "../../nn/transformer.ts";
import type { MmclSettings } from "./mmcl_settings.ts";
import { ofSteps, type Sequence } from "./mmcl_blocks.ts";
import type { InputForm, Inputs } from "../model.ts";

/**
 * H_m of one modality. Text is mapped to the width d, since its features know their sentence. Audio
 * and vision go through a bidirectional LSTM of d / 2 states each way, or are mapped to the width d,
 * get the places of their steps added, and go through layers of a transformer.
 */
export class ModalityEncoder {
  /** How it wants the modality. */
  readonly form: InputForm;
  readonly #modality: Modality;
  readonly #first: Linear | BiLstm;
  /** Of a transformer; empty otherwise. */
  readonly #layers: readonly TransformerEncoderLayer[];

  /** @param width features of a step of the modality */
  constructor(layers: Layers, modality: Modality, width: number, settings: MmclSettings) {
    this.#modality = modality;
    const { modelDim, hiddenDim: hidden, heads, encoder, encoderLayers } = settings;
    const isLstm = modality !== "text" && encoder === "biLstm";
    const isTransformer = modality !== "text" && encoder === "transformer";
    this.form = isLstm ? "timeMajor" : "sequence";
    const name = `encoder.${modality}`;
    this.#first = isLstm
      ? layers.biLstm(name, width, modelDim / 2)
      : layers.linear(name, width, modelDim);
    this.#layers = Array.from(
      { length: isTransformer ? encoderLayers : 0 },
      (_, i) =>
        layers.encoderLayer(
          `${name}.layers.${i}`,
          { width: modelDim, hidden },
          { heads, normFirst: true, activation: "gelu" },
        ),
    );
  }

  apply(inputs: Inputs): Sequence {
    const x = inputs[this.#modality] as tf.Tensor3D;
    const lengths = inputs[`${this.#modality}Lengths`]!;
    const first = this.#first;
    if (first instanceof BiLstm) {
      // [time, batch, d] → [batch, time, d]
      const states = tf.transpose(first.sequence(x, lengths, false), [1, 0, 2]);
      return { x: states, mask: stepMask(lengths, x.shape[0]) };
    }
    const steps = x.shape[1];
    const mask = stepMask(lengths, steps);
    let states = ofSteps(x, (rows) => first.apply(rows));
    if (this.#layers.length > 0) {
      const width = states.shape[2];
      states = tf.add(states, tf.tensor2d(positionEncoding(steps, width), [steps, width]));
    }
    for (const layer of this.#layers) states = layer.apply(states, mask, null);
    return { x: states, mask };
  }
}
