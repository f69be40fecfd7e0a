/**
 * MISA's settings, with their start values for each dataset.
 *
 * Source: thuiar/MMSA, `config_regression.json` at a94e65d, and for the preset `mmsa-2021` at
 * 0f82c40, of which are the rows that MMSA publishes.
 *
 * @module
 */

import type { ModelDefinition } from "../model.ts";
import { count, flag, learningRate, number, oneOf, rate, weightDecay } from "../setting.ts";

/** Declared once; the words of MMSA, in camelCase. */
export const MISA_SETTINGS = {
  batchSize: count({ mosi: 16, mosei: 64, sims: 64, simsv2: 16 }, "samples of a batch", {
    search: [16, 32, 64],
  }),
  updateEpochs: count(2, "batches whose gradients are summed before each step of the optimizer"),
  mode: oneOf(
    ["reference", "robust"],
    "reference is the published method; robust reads audio and vision by " +
      "their own lengths, and applies the last incomplete group of batches",
  ),
  lengths: oneOf(
    ["text", "own"],
    "how far audio and vision are read in mode reference: as many steps as the text has; or all",
  ),
  hiddenSize: count({ mosi: 128, mosei: 128, sims: 128, simsv2: 64 }, "h, an even number", {
    search: [64, 128, 256],
  }),
  feedForward: count(2048, "width of the hidden layer of the transformer"),
  dropout: rate({ mosi: 0.2, mosei: 0.5, sims: 0, simsv2: 0.5 }, "dropout of the last layers", {
    search: [0, 0.1, 0.2, 0.5],
  }),
  encoderDropout: rate(0.1, "dropout in the transformer"),
  useCmdSim: flag(true, "similar by central moments, or by a discriminator that is misled"),
  diffWeight: number({ mosi: 0.1, mosei: 0.3, sims: 0.3, simsv2: 0.5 }, "share of the difference", {
    from: 0,
    search: [0.1, 0.3, 0.5],
  }),
  simWeight: number({ mosi: 0.3, mosei: 0.8, sims: 1, simsv2: 1 }, "share of the similarity", {
    from: 0,
    search: [0.3, 0.5, 0.8, 1],
  }),
  reconWeight: number({ mosi: 1, mosei: 1, sims: 0.8, simsv2: 0.5 }, "share of reconstruction", {
    from: 0,
    search: [0.5, 0.8, 1],
  }),
  reverseGradWeight: number(
    { mosi: 0.8, mosei: 0.8, sims: 0.5, simsv2: 0.5 },
    "how strongly the discriminator is misled",
    { from: 0, search: [0.5, 0.8, 1] },
  ),
  gradClip: number(
    { mosi: 0.8, mosei: 0.8, sims: 1, simsv2: 0.8 },
    "largest entry of the sum of gradients, after each batch; -1 clips nothing",
    { search: [-1, 0.8, 1] },
  ),
  learningRate: learningRate(1e-4, "step size of all but the BERT"),
  learningRateBert: learningRate(1e-4, "step size of the BERT"),
  weightDecay: weightDecay(0, "weight decay of all but the BERT"),
  weightDecayBert: weightDecay(0, "weight decay of the BERT's matrices"),
};

/** The rows that MMSA publishes are of these. */
export const MISA_PRESETS: NonNullable<ModelDefinition["presets"]> = {
  "mmsa-2021": {
    mosi: {
      batchSize: 64,
      diffWeight: 0.3,
      simWeight: 0.8,
      reconWeight: 0.8,
      gradClip: 1,
      reverseGradWeight: 0.8,
    },
    mosei: {
      batchSize: 32,
      dropout: 0.2,
      diffWeight: 0.1,
      simWeight: 1,
      reconWeight: 0.8,
      gradClip: 0.8,
      reverseGradWeight: 0.5,
    },
    sims: {
      batchSize: 64,
      dropout: 0.2,
      diffWeight: 0.5,
      simWeight: 0.5,
      reconWeight: 0.8,
      gradClip: 0.8,
      reverseGradWeight: 0.5,
    },
    simsv2: {},
  },
};
