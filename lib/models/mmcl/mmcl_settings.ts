/**
 * The settings of MMCL. The abstract of Liu et al., ICMR 2024, gives no number: all are our reading.
 *
 * @module
 */

import type { RoutingGradient } from "../../nn/routing.ts";
import type { Config } from "../model.ts";
import { TEXT_DEFAULTS, type TextSettings } from "../sentence_encoder.ts";

/** The settings of `mmcl`. */
export interface MmclSettings extends TextSettings {
  /** d, the width of H_m, A_m and S_m; even for an LSTM, a multiple of `heads` for a transformer. */
  readonly modelDim: number;
  /** What reads audio and vision: a bidirectional LSTM, or a transformer that is told the places. */
  readonly encoder: "biLstm" | "transformer";
  /** Of `encoder` transformer. */
  readonly encoderLayers: number;
  /** What E_m and E_sh are: a two-layer network for each step, or a transformer's layer. */
  readonly blocks: "feedForward" | "transformer";
  /** Width of the hidden layer of E_m and E_sh, and of an encoder that is a transformer. */
  readonly hiddenDim: number;
  /** Of every transformer. */
  readonly heads: number;
  /** Before each layer of the head. */
  readonly dropout: number;
  /** α, the weight of L_CMC. */
  readonly alpha: number;
  /** β, the weight of L_SMC. */
  readonly beta: number;
  /** τ of both losses, above 0. */
  readonly tau: number;
  /** Categories of CMC: 3, the label's sign, or 7, the label rounded (halves to even). */
  readonly classes: 3 | 7;
  /** Whether capsules make the losses' vectors; without, they are means over the steps. */
  readonly routing: boolean;
  /** What capsules cluster: the steps of a sequence, a batch's samples, a sample's modalities. */
  readonly routingAxis: "time" | "batch" | "modality";
  /** K, the number of capsules. */
  readonly clusters: number;
  /** d_c, the width of a capsule. */
  readonly capsuleDim: number;
  /** d_z, the width of the losses' vectors. */
  readonly contrastDim: number;
  /** r, how often routing looks at the agreement. */
  readonly iterations: number;
  /** Whether the gradient takes the last of these, or all. */
  readonly routingGradient: RoutingGradient;
  /** Self-modulation factors: by distance (34), DCLW's (35), or none. */
  readonly modulation: "distance" | "dclw" | "none";
  /** Over which positive pairs the mean of CMC's factors goes: of the anchor, or of the batch. */
  readonly modulationCmc: "anchor" | "batch";
  /** The same of SMC's. */
  readonly modulationSmc: "anchor" | "batch";
  /** γ of (34); 0 weights all alike. */
  readonly gamma: number;
  /** Negatives of SMC: other modalities of other samples, or all modalities of them. */
  readonly negatives: "crossOnly" | "allNeg";
  /** Whether SMC's positive pair is kept out of its denominator. */
  readonly decoupled: boolean;
  /** Whether samples of the anchor's category are no negatives of SMC. */
  readonly classAware: boolean;
  /** Whether the gradient of L_SMC stops before E_m; false is an ablation. */
  readonly isolate: boolean;
  /** `joint`: all in one training; `sequential`: E_m first, then E_sh. */
  readonly stages: "joint" | "sequential";
  /** Learning rate of encoders and E_m in the second stage, as a share; 0 freezes them. */
  readonly stageOneRate: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** Every setting with its default, the same for all datasets. */
export function mmclDefaults(): Config {
  const settings: MmclSettings = {
    ...TEXT_DEFAULTS,
    modelDim: 128,
    encoder: "biLstm",
    encoderLayers: 1,
    blocks: "feedForward",
    hiddenDim: 128,
    heads: 4,
    dropout: 0.1,
    alpha: 0.1,
    beta: 0.1,
    tau: 0.1,
    classes: 3,
    routing: true,
    routingAxis: "time",
    clusters: 8,
    capsuleDim: 16,
    contrastDim: 64,
    iterations: 3,
    routingGradient: "last",
    modulation: "distance",
    modulationCmc: "anchor",
    modulationSmc: "batch",
    gamma: 1,
    negatives: "crossOnly",
    decoupled: true,
    classAware: false,
    isolate: true,
    stages: "joint",
    stageOneRate: 0,
    learningRate: 1e-3,
    weightDecay: 0.01,
    learningRateBert: 5e-5,
    weightDecayBert: 0.01,
  };
  return { batchSize: 32, decay: "decoupled", clipNorm: 1, ...settings };
}
