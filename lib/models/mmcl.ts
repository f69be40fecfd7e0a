/**
 * MMCL: two stages, of which the first learns what is specific to a modality and the second what
 * modalities share, each with a contrastive loss of its own.
 *
 * Source: Liu, You, Xie, Lee, Wang, Yang, ICMR 2024 (DOI 10.1145/3652583.3658004), of which only the
 * abstract was to be had. From it: the two stages; category-aware contrast (CMC) in the first, contrast
 * of modalities without self-contrast (SMC) in the second; factors that weight hard positive pairs;
 * dynamic routing before both; gradients of the two that are kept apart. Our reading: everything
 * else, METHODS of this project 3, equations (24)–(35).
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import type { Modality } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import { dropout, type DropoutNoise } from "../nn/dropout.ts";
import type { Linear } from "../nn/linear.ts";
import { contrastiveLoss } from "../nn/losses/contrastive.ts";
import { meanAbsoluteError } from "../nn/losses/l1.ts";
import type { SelfModulation } from "../nn/losses/self_modulation.ts";
import { modalityContrastiveLoss } from "../nn/losses/smc.ts";
import { stopGradient } from "../nn/stop_gradient.ts";
import { Block, meanOfSteps, Projector, type Sequence } from "./mmcl/mmcl_blocks.ts";
import { ModalityEncoder } from "./mmcl/mmcl_encoder.ts";
import { MMCL_SETTINGS, type MmclSettings } from "./mmcl/mmcl_settings.ts";
import type {
  Inputs,
  Loss,
  ModelContext,
  NetworkDefinition,
  Outputs,
  ParameterGroup,
  Target,
} from "./model.ts";
import { Network } from "./network.ts";

/** Parameters of encoders, E_m and its projector; all others are E_sh's or the head's. */
const STAGE_ONE = /^(encoder|specific|projector\.specific)/;

class Mmcl extends Network<typeof MMCL_SETTINGS> {
  override readonly stages: number;
  /** The one that is trained: 1, 2, or 0 for both at once. */
  #stage: 0 | 1 | 2;
  readonly #encoders = new Map<Modality, ModalityEncoder>();
  /** E_m */
  readonly #specific = new Map<Modality, Block>();
  /** E_sh */
  readonly #shared: Block;
  readonly #head: readonly [Linear, Linear];
  readonly #projectors: { readonly specific: Projector; readonly shared: Projector };

  constructor(context: ModelContext<typeof MMCL_SETTINGS>) {
    super(context);
    const { settings } = this;
    this.stages = settings.stages === "sequential" ? 2 : 1;
    this.#stage = settings.stages === "sequential" ? 2 : 0;
    const { modelDim } = settings;
    for (const modality of this.modalities) {
      // (24) of text: H_t = BERT(·), a state for each token
      const encoder = new ModalityEncoder(this, modality, this.widths[modality]!, settings);
      this.reads[modality] = encoder.form;
      this.#encoders.set(modality, encoder);
      this.#specific.set(modality, new Block(this, `specific.${modality}`, settings));
    }
    this.#shared = new Block(this, "shared", settings);
    const pooled = 2 * modelDim * this.#encoders.size;
    this.#head = [this.linear("head.1", pooled, modelDim), this.linear("head.2", modelDim, 1)];
    this.#projectors = {
      specific: new Projector(this, "projector.specific", settings),
      shared: new Projector(this, "projector.shared", settings),
    };
  }

  override get groups(): ParameterGroup[] {
    const { learningRate, weightDecay } = this.settings;
    const names = this.ownNames();
    return [{
      name: "specific",
      learningRate: learningRate * this.#stageOneShare,
      weightDecay,
      parameters: names.filter((name) => STAGE_ONE.test(name)),
    }, {
      name: "shared",
      learningRate,
      weightDecay,
      parameters: names.filter((name) => !STAGE_ONE.test(name)),
    }];
  }

  override get bertGroups(): ParameterGroup[] {
    return super.bertGroups.map((bert) => ({
      ...bert,
      learningRate: bert.learningRate * this.#stageOneShare,
    }));
  }

  /** Of the learning rate, for what the first stage trains. */
  get #stageOneShare(): number {
    return this.#stage === 2 ? this.settings.stageOneRate : 1;
  }

  override enterStage(stage: number): void {
    if (this.stages === 2) this.#stage = stage as 1 | 2;
  }

  /** A_m is kept for the loss, as `specific.*` with `mask.*`. */
  forward(inputs: Inputs, noise: DropoutNoise | null): Outputs {
    const kept: Record<string, tf.Tensor> = {};
    const specific: tf.Tensor2D[] = [], shared: tf.Tensor2D[] = [];
    for (const [modality, encoder] of this.#encoders) {
      // (24) H_m, (25) A_m = E_m(H_m), (26) S_m = E_sh(A_m)
      const a = this.#frozen(this.#specific.get(modality)!.apply(encoder.apply(inputs)));
      // The first stage by itself passes E_sh by.
      const s = this.#stage === 1 ? a : this.#shared.apply(a);
      specific.push(kept[`feature.${modality}`] = meanOfSteps(a));
      shared.push(meanOfSteps(s));
      kept[`specific.${modality}`] = a.x;
      kept[`mask.${modality}`] = a.mask;
    }
    // (27) ŷ = MLP([a_t; a_a; a_v; s_t; s_a; s_v])
    const drop = (x: tf.Tensor2D, n: number) =>
      dropout(x, this.settings.dropout, noise, `head.${n}.dropout`);
    const hidden = tf.relu(this.#head[0].apply(drop(tf.concat([...specific, ...shared], 1), 1)));
    const score = this.#head[1].apply(drop(hidden, 2));
    return { prediction: tf.reshape(score, [-1]), "feature.fusion": hidden, ...kept };
  }

  /** L = L_task + α L_CMC + β L_SMC; a stage by itself has the term of its own */
  override loss(outputs: Outputs, target: Target): Loss {
    const { alpha, beta, classes } = this.settings;
    const fusion = meanAbsoluteError(outputs.prediction, target.labels);
    const sequences = [...this.#encoders.keys()].map((modality): Sequence => ({
      x: outputs[`specific.${modality}`] as tf.Tensor3D,
      mask: outputs[`mask.${modality}`] as tf.Tensor2D,
    }));
    const categories = categoriesOf(target.labels, classes);
    const parts: Record<string, tf.Scalar> = { fusion };
    let total = fusion;
    if (this.#stage !== 2) {
      const cmc = parts["cmc"] = this.#contrastCategories(sequences, categories);
      total = tf.add(total, tf.mul(cmc, alpha));
    }
    if (this.#stage !== 1) {
      const smc = parts["smc"] = this.#contrastModalities(sequences, categories);
      total = tf.add(total, tf.mul(smc, beta));
    }
    return { total, parts };
  }

  /** A_m as a constant, where the second stage leaves the first as it is */
  #frozen({ x, mask }: Sequence): Sequence {
    const isFrozen = this.#stage === 2 && this.settings.stageOneRate === 0;
    return { x: isFrozen ? stopGradient(x) : x, mask };
  }

  /** (32) L_CMC, the mean over m of the contrast of z(A_m) by category; teaches all but E_sh */
  #contrastCategories(sequences: readonly Sequence[], categories: tf.Tensor1D): tf.Scalar {
    const { tau, modulationCmc } = this.settings;
    const options = { temperature: tau, modulation: this.#modulation(modulationCmc) };
    const each = this.#projectors.specific.apply(sequences)
      .map((z) => contrastiveLoss(z, categories, options));
    return tf.div(tf.addN(each), each.length);
  }

  /** (33) L_SMC of z(E_sh(sg(A_m))): teaches E_sh and its projector only */
  #contrastModalities(sequences: readonly Sequence[], categories: tf.Tensor1D): tf.Scalar {
    const { tau, negatives, decoupled, classAware, isolate, modulationSmc } = this.settings;
    const shared = sequences.map(({ x, mask }) =>
      this.#shared.apply({ x: isolate ? stopGradient(x) : x, mask })
    );
    return modalityContrastiveLoss(this.#projectors.shared.apply(shared), {
      temperature: tau,
      modulation: this.#modulation(modulationSmc),
      negatives,
      decoupled,
      ...(classAware ? { categories } : {}),
    });
  }

  /** (34), (35), with the mean over an anchor's positive pairs, or over all of the batch */
  #modulation(mean: SelfModulation["mean"]): SelfModulation | null {
    const { modulation: form, gamma } = this.settings;
    return form === "none" ? null : { form, gamma, mean };
  }
}

/** Scores [batch] → whole numbers: the sign, or the score rounded within [−3, 3]. */
function categoriesOf(labels: tf.Tensor1D, classes: 3 | 7): tf.Tensor1D {
  return classes === 3 ? tf.sign(labels) : tf.round(tf.clipByValue(labels, -3, 3));
}

/** @throws {UsageError} when the width does not fit what it is to be split into. */
function requireSizes({ modelDim, heads, blocks, encoder }: MmclSettings): void {
  const [halves, parts] = [
    encoder === "biLstm" ? 2 : 1,
    blocks === "transformer" || encoder === "transformer" ? heads : 1,
  ];
  if (modelDim % halves !== 0 || modelDim % parts !== 0) {
    const even = halves === 2 ? "an even" : "a";
    const wanted = parts > 1 ? `${even} multiple of the ${heads} heads` : "an even number";
    throw new UsageError(`Cannot set modelDim to ${modelDim}: expected ${wanted}`);
  }
}

/** MMCL, as `--model mmcl`. */
export const mmcl: NetworkDefinition<typeof MMCL_SETTINGS> = {
  name: "mmcl",
  summary: "contrast by category within modalities, then of modalities within samples",
  kind: "network",
  year: 2024,
  needs: ["sequences"],
  card: {
    source:
      "Liu, You, Xie, Lee, Wang, Yang: Modality-specific and -shared Contrastive Learning for " +
      "Sentiment Analysis, ICMR 2024",
    reading: "Of the paper only the abstract could be had; all else is our reading",
    limits: "Not a reproduction: its numbers stand for this implementation only",
  },
  settings: MMCL_SETTINGS,
  check: requireSizes,
  create: (context) => new Mmcl(context),
};
