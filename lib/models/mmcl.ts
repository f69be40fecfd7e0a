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
import { Linear } from "../nn/linear.ts";
import { contrastiveLoss } from "../nn/losses/contrastive.ts";
import { meanAbsoluteError } from "../nn/losses/l1.ts";
import type { SelfModulation } from "../nn/losses/self_modulation.ts";
import { modalityContrastiveLoss } from "../nn/losses/smc.ts";
import { stopGradient } from "../nn/stop_gradient.ts";
import { ModalityEncoder } from "./mmcl/mmcl_encoder.ts";
import { mmclDefaults, type MmclSettings } from "./mmcl/mmcl_settings.ts";
import { Block, meanOfSteps, Projector, type Sequence } from "./mmcl/mmcl_blocks.ts";
import {
  type Inputs,
  type Loss,
  type ModelContext,
  type ModelDefinition,
  Network,
  type Outputs,
  type ParameterGroup,
  type Target,
} from "./model.ts";
import { createSentenceEncoder, type SentenceEncoder } from "./sentence_encoder.ts";

/** Of the parameters of a BERT. */
const BERT_PREFIX = "text_model.";

/** Parameters of encoders, E_m and its projector; all others are E_sh's or the head's. */
const STAGE_ONE = /^(encoder|specific|projector\.specific)/;

class Mmcl extends Network {
  override readonly stages: number;
  readonly #settings: MmclSettings;
  /** The one that is trained: 1, 2, or 0 for both at once. */
  #stage: 0 | 1 | 2;
  readonly #encoders = new Map<Modality, ModalityEncoder>();
  /** E_m */
  readonly #specific = new Map<Modality, Block>();
  /** E_sh */
  readonly #shared: Block;
  readonly #head: readonly [Linear, Linear];
  readonly #projectors: { readonly specific: Projector; readonly shared: Projector };
  readonly #sentences: SentenceEncoder | null = null;

  constructor(context: ModelContext) {
    super(context);
    const { parameters, modalities, random } = this;
    const settings = this.#settings = this.config as unknown as MmclSettings;
    requireSizes(settings);
    this.stages = settings.stages === "sequential" ? 2 : 1;
    this.#stage = settings.stages === "sequential" ? 2 : 0;
    const { modelDim } = settings;
    const widths = { ...this.widths };
    if (modalities.includes("text")) {
      // (24) H_t = BERT(·), a state for each token
      this.#sentences = createSentenceEncoder(
        context,
        settings,
        parameters,
        BERT_PREFIX,
        "sequence",
      );
      widths.text = this.#sentences.width;
    }
    for (const modality of modalities) {
      const width = widths[modality]!;
      const encoder = new ModalityEncoder(parameters, modality, width, settings, random);
      this.reads[modality] = modality === "text" ? this.#sentences!.reading : encoder.reading;
      this.#encoders.set(modality, encoder);
      const name = `specific.${modality}`;
      this.#specific.set(modality, new Block(parameters, name, settings, random));
    }
    this.#shared = new Block(parameters, "shared", settings, random);
    const pooled = 2 * modelDim * this.#encoders.size;
    this.#head = [
      new Linear(parameters, "head.1", pooled, modelDim, random),
      new Linear(parameters, "head.2", modelDim, 1, random),
    ];
    this.#projectors = {
      specific: new Projector(parameters, "projector.specific", settings, random),
      shared: new Projector(parameters, "projector.shared", settings, random),
    };
  }

  override get groups(): ParameterGroup[] {
    const { learningRate, weightDecay, stageOneRate } = this.#settings;
    const names = this.parameters.names().filter((name) => !name.startsWith(BERT_PREFIX));
    const share = this.#stage === 2 ? stageOneRate : 1;
    const berts = this.#sentences?.groups ?? [];
    return [...berts.map((bert) => ({ ...bert, learningRate: bert.learningRate * share })), {
      name: "specific",
      learningRate: learningRate * share,
      weightDecay,
      parameters: names.filter((name) => STAGE_ONE.test(name)),
    }, {
      name: "shared",
      learningRate,
      weightDecay,
      parameters: names.filter((name) => !STAGE_ONE.test(name)),
    }];
  }

  override enterStage(stage: number): void {
    if (this.stages === 2) this.#stage = stage as 1 | 2;
  }

  /** A_m is kept for the loss, as `specific.*` with `mask.*`. */
  forward(given: Inputs, noise: DropoutNoise | null): Outputs {
    const inputs = this.#sentences?.apply(given, noise) ?? given;
    const kept: Record<string, tf.Tensor> = {};
    const specific: tf.Tensor2D[] = [], shared: tf.Tensor2D[] = [];
    for (const [modality, encoder] of this.#encoders) {
      // (24) H_m, (25) A_m = E_m(H_m), (26) S_m = E_sh(A_m)
      const a = this.#frozen(this.#specific.get(modality)!.apply(encoder.apply(inputs)));
      // The first stage by itself passes E_sh by.
      const s = this.#stage === 1 ? a : this.#shared.apply(a);
      specific.push(meanOfSteps(a));
      shared.push(meanOfSteps(s));
      kept[`specific.${modality}`] = a.x;
      kept[`mask.${modality}`] = a.mask;
    }
    // (27) ŷ = MLP([a_t; a_a; a_v; s_t; s_a; s_v])
    const drop = (x: tf.Tensor2D, n: number) =>
      dropout(x, this.#settings.dropout, noise, `head.${n}.dropout`);
    const hidden = tf.relu(this.#head[0].apply(drop(tf.concat([...specific, ...shared], 1), 1)));
    const score = this.#head[1].apply(drop(hidden, 2));
    return { prediction: tf.reshape(score, [-1]), ...kept };
  }

  /** L = L_task + α L_CMC + β L_SMC; a stage by itself has the term of its own */
  override loss(outputs: Outputs, target: Target): Loss {
    const { alpha, beta, classes } = this.#settings;
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
    const isFrozen = this.#stage === 2 && this.#settings.stageOneRate === 0;
    return { x: isFrozen ? stopGradient(x) : x, mask };
  }

  /** (32) L_CMC, the mean over m of the contrast of z(A_m) by category; teaches all but E_sh */
  #contrastCategories(sequences: readonly Sequence[], categories: tf.Tensor1D): tf.Scalar {
    const { tau, modulationCmc } = this.#settings;
    const options = { temperature: tau, modulation: this.#modulation(modulationCmc) };
    const each = this.#projectors.specific.apply(sequences)
      .map((z) => contrastiveLoss(z, categories, options));
    return tf.div(tf.addN(each), each.length);
  }

  /** (33) L_SMC of z(E_sh(sg(A_m))): teaches E_sh and its projector only */
  #contrastModalities(sequences: readonly Sequence[], categories: tf.Tensor1D): tf.Scalar {
    const { tau, negatives, decoupled, classAware, isolate, modulationSmc } = this.#settings;
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
    const { modulation: form, gamma } = this.#settings;
    return form === "none" ? null : { form, gamma, mean };
  }
}

/** Scores [batch] → whole numbers: the sign, or the score rounded within [−3, 3]. */
function categoriesOf(labels: tf.Tensor1D, classes: 3 | 7): tf.Tensor1D {
  return classes === 3 ? tf.sign(labels) : tf.round(tf.clipByValue(labels, -3, 3));
}

/** @throws {UsageError} when settings do not fit together, or τ is 0. */
function requireSizes({ modelDim, heads, blocks, encoder, tau }: MmclSettings): void {
  const [halves, parts] = [
    encoder === "biLstm" ? 2 : 1,
    blocks === "transformer" || encoder === "transformer" ? heads : 1,
  ];
  if (modelDim % halves !== 0 || modelDim % parts !== 0) {
    const even = halves === 2 ? "an even" : "a";
    const wanted = parts > 1 ? `${even} multiple of the ${heads} heads` : "an even number";
    throw new UsageError(`Cannot set modelDim to ${modelDim}: expected ${wanted}`);
  }
  if (!(tau > 0)) throw new UsageError(`Cannot set tau to ${tau}: expected a number above 0`);
}

/** MMCL, as `--model mmcl`. */
export const mmcl: ModelDefinition = {
  name: "mmcl",
  summary: "contrast by category within modalities, then of modalities within samples (ICMR 2024)",
  kind: "network",
  defaults: mmclDefaults,
  create: (context) => new Mmcl(context),
};
