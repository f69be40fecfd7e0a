/**
 * What MFN and Graph-MFN have in common: LSTMs that run over the same steps, a gated memory of a summary
 * of each step, and a score of the last states and the memory.
 *
 * @module
 */

import type { Modality } from "../../data/mod.ts";
import { tf } from "../../engine/mod.ts";
import type { DropoutNoise } from "../../nn/dropout.ts";
import type { Hyper, ModelContext } from "../model.ts";
import { Network } from "../network.ts";
import type { Setting, SettingRules, ValuesOf } from "../setting.ts";
import type { Aligned } from "./aligned.ts";
import type { MEMORY } from "./fusion_settings.ts";
import { GatedMemory, lastStep, ModalityLstms, TwoLayers } from "./memory.ts";

/** The settings that both declare. */
export type MemoryRules = SettingRules & typeof MEMORY;

/** A network with a memory, whose summaries of steps are left to the model. */
export abstract class MemoryNetwork<Rules extends MemoryRules> extends Network<Rules> {
  /** An LSTM for each modality. */
  readonly lstms: ModalityLstms;
  /** Width of the states of each. */
  readonly hidden: Readonly<Record<Modality, number>>;
  /** Width of those of all modalities in use. */
  readonly hiddenOfAll: number;
  /** Whether true lengths count, and not padding. */
  readonly isRobust: boolean;
  readonly #memory: GatedMemory;
  readonly #out: TwoLayers;

  /** @param widthOf width of a step's summary, from that of all states */
  constructor(context: ModelContext<Rules>, widthOf: (hiddenOfAll: number) => number) {
    super(context);
    const settings = this.settings as ValuesOf<typeof MEMORY>;
    for (const modality of this.modalities) this.reads[modality] = "timeMajor";
    this.isRobust = settings.mode === "robust";
    this.hidden = {
      text: settings.textHiddenSize,
      audio: settings.audioHiddenSize,
      vision: settings.visionHiddenSize,
    };
    this.hiddenOfAll = this.modalities.reduce((sum, name) => sum + this.hidden[name], 0);
    const part = (name: "proposal" | "gamma1" | "gamma2" | "out") => ({
      width: settings[`${name}Dim`],
      dropout: settings[`${name}Dropout`],
    });
    this.lstms = new ModalityLstms(this, this.widths, this.hidden, this.modalities);
    this.#memory = new GatedMemory(this, widthOf(this.hiddenOfAll), settings.memorySize, {
      proposal: part("proposal"),
      gamma1: part("gamma1"),
      gamma2: part("gamma2"),
    });
    this.#out = new TwoLayers(this, "out", this.hiddenOfAll + settings.memorySize, part("out"), 1);
  }

  override get seesPadding(): boolean {
    return !this.isRobust;
  }

  /**
   * The score from [h_T; u_T], the last states and the memory.
   *
   * @param hiddens [steps, batch, width] of each modality
   * @param summary [steps, batch, width], what is written to the memory
   */
  scored(
    hiddens: readonly tf.Tensor3D[],
    summary: tf.Tensor3D,
    aligned: Aligned,
    noise: DropoutNoise | null,
  ): { readonly prediction: tf.Tensor1D; readonly fused: tf.Tensor2D } {
    const memory = this.#memory.apply(summary, aligned, this.isRobust, noise);
    const last = hiddens.map((hidden) => lastStep(hidden, aligned.lengths));
    const fused = tf.concat2d([...last, memory], 1);
    return { prediction: tf.reshape(this.#out.apply(fused, noise), [-1]), fused };
  }
}

/** Recorded settings of both. */
export function memorySettings(hyper: Hyper): Record<string, Setting> {
  const [textHiddenSize, audioHiddenSize, visionHiddenSize] = hyper["hidden_dims"];
  return {
    textHiddenSize,
    audioHiddenSize,
    visionHiddenSize,
    memorySize: hyper["memsize"],
    ...twoLayers("gamma1", hyper["gamma1Config"]),
    ...twoLayers("gamma2", hyper["gamma2Config"]),
    ...twoLayers("out", hyper["outConfig"]),
    learningRate: hyper["learning_rate"],
    weightDecay: hyper["weight_decay"],
  };
}

/** Of a small network by its name here, from its recorded form. */
export function twoLayers(
  name: string,
  { shapes, drop }: { readonly shapes: number; readonly drop: number },
): Record<string, Setting> {
  return { [`${name}Dim`]: shapes, [`${name}Dropout`]: drop };
}
