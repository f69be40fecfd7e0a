/**
 * The settings of MMCL. The abstract of Liu et al., ICMR 2024, gives no number: all are our reading.
 *
 * @module
 */

import {
  count,
  flag,
  learningRate,
  number,
  oneOf,
  rate,
  type ValuesOf,
  weightDecay,
} from "../setting.ts";

/** Declared once, with the symbols of METHODS 3. */
export const MMCL_SETTINGS = {
  batchSize: count(32, "samples of a batch", { search: [16, 32, 64] }),
  decay: oneOf(["l2", "decoupled"], "weight decay as of Adam, or of AdamW", { start: "decoupled" }),
  clipNorm: number(1, "longest gradient; 0 clips nothing", { from: 0 }),
  modelDim: count(
    128,
    "d, the width of H_m, A_m and S_m; even for an LSTM, a multiple of heads for a transformer",
    { search: [64, 128] },
  ),
  encoder: oneOf(["biLstm", "transformer"], "what reads audio and vision"),
  encoderLayers: count(1, "layers of encoder transformer"),
  blocks: oneOf(["feedForward", "transformer"], "what E_m and E_sh are, for each step or across"),
  hiddenDim: count(128, "width of the hidden layer of E_m, E_sh and an encoder's transformer"),
  heads: count(4, "attention heads of every transformer"),
  dropout: rate(0.1, "dropout before each layer of the head", { search: { uniform: [0, 0.4] } }),
  alpha: number(0.1, "α, the weight of L_CMC", { from: 0, search: { logUniform: [0.01, 0.5] } }),
  beta: number(0.1, "β, the weight of L_SMC", { from: 0, search: { logUniform: [0.01, 0.5] } }),
  tau: number(0.1, "τ of both losses", { above: 0, search: { logUniform: [0.05, 0.5] } }),
  classes: oneOf([3, 7], "categories of CMC: the label's sign, or the label rounded"),
  routing: flag(true, "whether capsules make the losses' vectors, and not means over the steps"),
  routingAxis: oneOf(
    ["time", "batch", "modality"],
    "what capsules cluster: the steps of a sequence, a batch's samples, a sample's modalities",
  ),
  clusters: count(8, "K, the number of capsules", { search: { integer: [4, 16] } }),
  capsuleDim: count(16, "d_c, the width of a capsule"),
  contrastDim: count(64, "d_z, the width of the losses' vectors"),
  iterations: count(3, "r, how often routing looks at the agreement"),
  routingGradient: oneOf(["last", "full"], "whether the gradient takes the last of these, or all"),
  modulation: oneOf(["distance", "dclw", "none"], "self-modulation factors: (34), (35), or none"),
  modulationCmc: oneOf(
    ["anchor", "batch"],
    "over which positive pairs the mean of CMC's factors goes",
  ),
  modulationSmc: oneOf(["anchor", "batch"], "the same of SMC's", { start: "batch" }),
  gamma: number(1, "γ of (34); 0 weights all alike", { from: 0 }),
  negatives: oneOf(
    ["crossOnly", "allNeg"],
    "negatives of SMC: other modalities of other samples, or all modalities of them",
  ),
  decoupled: flag(true, "whether SMC's positive pair is kept out of its denominator"),
  classAware: flag(false, "whether samples of the anchor's category are no negatives of SMC"),
  isolate: flag(true, "whether the gradient of L_SMC stops before E_m; false is an ablation"),
  stages: oneOf(["joint", "sequential"], "all in one training, or E_m first, then E_sh"),
  stageOneRate: number(
    0,
    "learning rate of encoders and E_m in the second stage, as a share; 0 freezes them",
    { from: 0 },
  ),
  learningRate: learningRate(1e-3, undefined, { search: { logUniform: [1e-4, 5e-3] } }),
  weightDecay: weightDecay(0.01, undefined, { search: { logUniform: [1e-4, 1e-1] } }),
};

/** The settings of `mmcl`. */
export type MmclSettings = ValuesOf<typeof MMCL_SETTINGS>;
