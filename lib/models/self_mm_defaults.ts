/**
 * Self-MM's settings and their defaults for each dataset.
 *
 * Sources: preset `mmsa` is MMSA's `config_regression.json`, preset `paper-repo` that of the
 * Self-MM repository. The authors say that the paper's own values are lost (Self-MM issue 2).
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import type { Config, DefaultsFor } from "./model.ts";
import { TEXT_DEFAULTS, type TextSettings } from "./sentence_encoder.ts";

/** The settings of Self-MM. Rates are in [0, 1), sizes are counts of units. */
export interface SelfMmSettings extends TextSettings {
  /** `reference` is the published method; `robust` bounds the ratio, decouples the decay and applies the trailing group. */
  readonly mode: "reference" | "robust";
  readonly learningRateAudio: number;
  readonly learningRateVision: number;
  readonly learningRateOther: number;
  readonly weightDecayAudio: number;
  readonly weightDecayVision: number;
  readonly weightDecayOther: number;
  readonly audioLstmHiddenSize: number;
  readonly visionLstmHiddenSize: number;
  /** Dropout on the LSTM's last state. */
  readonly audioLstmDropout: number;
  readonly visionLstmDropout: number;
  readonly audioOut: number;
  readonly visionOut: number;
  readonly postFusionDim: number;
  readonly postTextDim: number;
  readonly postAudioDim: number;
  readonly postVisionDim: number;
  readonly postFusionDropout: number;
  readonly postTextDropout: number;
  readonly postAudioDropout: number;
  readonly postVisionDropout: number;
  /** Generated labels lie in [−H, H]. */
  readonly H: number;
  /** Whether zero labels belong to no class when centres are computed. */
  readonly excludeZero: boolean;
  /** Distance to the class centres: of the code or of the paper. */
  readonly distance: "euclidean" | "squared";
}

const COMMON = {
  earlyStop: 8,
  updateEpochs: 4,
  mode: "reference",
  distance: "euclidean",
  ...TEXT_DEFAULTS,
  learningRateBert: 5e-5,
  learningRateOther: 1e-3,
  audioLstmDropout: 0,
  visionLstmDropout: 0,
  audioOut: 16,
  visionOut: 32,
  postFusionDim: 128,
};

/** A column of the table that METHODS 1.5 names: the values that differ between datasets. */
interface Column {
  readonly batchSize: number;
  /** Learning rates: audio, vision. */
  readonly rates: readonly [number, number];
  /** Weight decays: BERT, audio, vision, other. */
  readonly decays: readonly [number, number, number, number];
  /** LSTM sizes: audio, vision. */
  readonly hidden: readonly [number, number];
  /** Feature widths: text, audio, vision. */
  readonly widths: readonly [number, number, number];
  /** Dropout rates: fusion, text, audio, vision. */
  readonly dropouts: readonly [number, number, number, number];
  readonly labelRange: number;
}

const SIMS: Column = {
  batchSize: 32,
  rates: [5e-3, 5e-3],
  decays: [1e-3, 1e-2, 1e-2, 1e-3],
  hidden: [16, 64],
  widths: [64, 16, 32],
  dropouts: [0, 0.1, 0.1, 0],
  labelRange: 1,
};

const SIMS_V2: Column = {
  batchSize: 16,
  rates: [1e-3, 1e-3],
  decays: [1e-2, 0, 0, 1e-3],
  hidden: [16, 64],
  widths: [64, 32, 32],
  dropouts: [0, 0, 0.1, 0],
  // MMSA has 3 here, but the labels lie in [-1, 1].
  labelRange: 1,
};

const PRESETS: Readonly<Record<string, Readonly<Record<DefaultsFor, Column>>>> = {
  "mmsa": {
    mosi: {
      batchSize: 16,
      rates: [5e-3, 5e-3],
      decays: [1e-3, 1e-3, 1e-3, 1e-3],
      hidden: [16, 32],
      widths: [32, 16, 32],
      dropouts: [0, 0.1, 0.1, 0],
      labelRange: 3,
    },
    mosei: {
      batchSize: 32,
      rates: [5e-3, 1e-4],
      decays: [1e-3, 0, 0, 1e-2],
      hidden: [16, 32],
      widths: [32, 16, 32],
      dropouts: [0.1, 0, 0, 0],
      labelRange: 3,
    },
    sims: SIMS,
    simsv2: SIMS_V2,
  },
  "paper-repo": {
    mosi: {
      batchSize: 32,
      rates: [1e-3, 1e-4],
      decays: [1e-3, 1e-2, 1e-3, 1e-3],
      hidden: [32, 64],
      widths: [64, 16, 32],
      dropouts: [0.1, 0, 0.1, 0.1],
      labelRange: 3,
    },
    mosei: {
      batchSize: 32,
      rates: [5e-3, 1e-4],
      decays: [1e-3, 0, 0, 1e-2],
      hidden: [32, 32],
      widths: [32, 16, 16],
      dropouts: [0, 0.1, 0, 0.1],
      labelRange: 3,
    },
    sims: SIMS,
    simsv2: SIMS_V2,
  },
};

/**
 * Every setting of Self-MM for a dataset.
 *
 * @param preset `mmsa` or `paper-repo`
 * @throws {UsageError} when there is no such preset.
 */
export function selfMmDefaults(dataset: DefaultsFor, preset: string): Config {
  const column = Object.hasOwn(PRESETS, preset) ? PRESETS[preset]![dataset] : undefined;
  if (column === undefined) {
    const known = Object.keys(PRESETS).join(", ");
    throw new UsageError(`Cannot use preset "${preset}" with self-mm: expected one of ${known}`);
  }
  return {
    ...COMMON,
    batchSize: column.batchSize,
    learningRateAudio: column.rates[0],
    learningRateVision: column.rates[1],
    weightDecayBert: column.decays[0],
    weightDecayAudio: column.decays[1],
    weightDecayVision: column.decays[2],
    weightDecayOther: column.decays[3],
    audioLstmHiddenSize: column.hidden[0],
    visionLstmHiddenSize: column.hidden[1],
    postTextDim: column.widths[0],
    postAudioDim: column.widths[1],
    postVisionDim: column.widths[2],
    postFusionDropout: column.dropouts[0],
    postTextDropout: column.dropouts[1],
    postAudioDropout: column.dropouts[2],
    postVisionDropout: column.dropouts[3],
    H: column.labelRange,
    excludeZero: preset === "mmsa",
  };
}
