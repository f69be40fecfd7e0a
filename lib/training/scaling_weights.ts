/** The scaling of features among the weights of a run, as tensors of their own names. @module */

import type { ColumnScaling, Modality, Scalings } from "../data/mod.ts";
import { MODALITIES } from "../data/mod.ts";
import type { Weights } from "./weights.ts";

const PREFIX = "standardize.";

/** The weights with the scalings among them. */
export function withScalings(weights: Weights, scalings: Scalings): Weights {
  const all = new Map(weights);
  for (const [modality, { means, deviations }] of Object.entries(scalings)) {
    all.set(`${PREFIX}${modality}.means`, { shape: [means.length], values: means });
    all.set(`${PREFIX}${modality}.deviations`, { shape: [means.length], values: deviations });
  }
  return all;
}

/** The scalings among the weights; none in runs without, and those made before there were any. */
export function scalingsIn(weights: Weights): Scalings {
  const scalings: Partial<Record<Modality, ColumnScaling>> = {};
  for (const modality of MODALITIES) {
    const means = weights.get(`${PREFIX}${modality}.means`);
    const deviations = weights.get(`${PREFIX}${modality}.deviations`);
    if (means !== undefined && deviations !== undefined) {
      scalings[modality] = { means: means.values, deviations: deviations.values };
    }
  }
  return scalings;
}
