/**
 * Where each model is searched when nothing else is asked for.
 *
 * Sources: Self-MM's tuning grid (METHODS of this project, 1.5); the report's grid for `text-guided`
 * (4.1), with ranges for what it leaves open; weights of the alignment and contrastive losses as
 * METHODS 2 and 3 advise to scan them. The others are our reading: about a decade around the
 * defaults.
 *
 * @module
 */

import type { Space } from "./space.ts";

const SELF_MM: Space = {
  batchSize: [16, 32],
  learningRateAudio: [1e-4, 1e-3, 5e-3],
  learningRateVision: [1e-4, 1e-3, 5e-3],
  learningRateOther: [1e-4, 1e-3],
  weightDecayAudio: [0, 0.001, 0.01],
  weightDecayVision: [0, 0.001, 0.01],
  weightDecayOther: [0.001, 0.01],
  audioLstmHiddenSize: [16, 32],
  visionLstmHiddenSize: [32, 64],
  postFusionDim: [64, 128],
  postTextDim: [32, 64],
  postAudioDim: [16, 32],
  postVisionDim: [16, 32],
  postFusionDropout: [0, 0.1],
  postTextDropout: [0, 0.1],
  postAudioDropout: [0, 0.1],
  postVisionDropout: [0, 0.1],
};

/**
 * What `search` draws from where nothing else is asked for, by model.
 *
 * @example
 * ```ts
 * import { DEFAULT_SPACES } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(DEFAULT_SPACES["self-mm"]!["batchSize"], [16, 32]);
 * assertEquals(DEFAULT_SPACES["mmcl"]!["clusters"], { integer: [4, 16] });
 * ```
 */
export const DEFAULT_SPACES: Readonly<Record<string, Space>> = {
  "self-mm": SELF_MM,
  "shared-private": { ...SELF_MM, beta: [0.1, 1, 10, 100] },
  "text-guided": {
    batchSize: [16, 32, 64, 128],
    learningRateOther: { logUniform: [5e-5, 2e-3] },
    weightDecayOther: { logUniform: [1e-4, 1e-1] },
    transformerHiddenSize: [64, 128, 256],
    transformerDropout: { uniform: [0, 0.4] },
    headDim: [32, 64, 128],
  },
  "mmcl": {
    batchSize: [16, 32, 64],
    learningRate: { logUniform: [1e-4, 5e-3] },
    weightDecay: { logUniform: [1e-4, 1e-1] },
    alpha: { logUniform: [0.01, 0.5] },
    beta: { logUniform: [0.01, 0.5] },
    tau: { logUniform: [0.05, 0.5] },
    clusters: { integer: [4, 16] },
    modelDim: [64, 128],
    dropout: { uniform: [0, 0.4] },
  },
  "cnn": {
    batchSize: [16, 32, 64],
    filtersDim: [50, 100, 200],
    dropout: { uniform: [0.1, 0.7] },
    learningRate: { logUniform: [1e-4, 1e-2] },
    weightDecay: { logUniform: [1e-6, 1e-3] },
  },
  "svm": {
    cost: { logUniform: [0.1, 100] },
    epsilon: { logUniform: [0.01, 0.5] },
    gamma: ["scale", "0.0001", "0.0003", "0.001", "0.003", "0.01"],
  },
  "constant": { value: ["mean", "median", "majority"] },
};
