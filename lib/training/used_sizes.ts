/** Sizes of what a run reads of its data. @module */

import type { Dataset, Modality } from "../data/mod.ts";
import { type Config, featureSteps, featureWidths } from "../models/mod.ts";

/** Feature widths of the modalities that are read as features. */
export function usedWidths(
  dataset: Dataset,
  modalities: readonly Modality[],
  config: Config,
): ReturnType<typeof featureWidths> {
  const read = modalities.filter((name) => name !== "text" || config["text"] !== "bert");
  return featureWidths(dataset, read);
}

/** Their steps, or tokens. */
export function usedSteps(
  { dataset, modalities }: { readonly dataset: Dataset; readonly modalities: readonly Modality[] },
  config: Config,
): ReturnType<typeof featureSteps> {
  return featureSteps(dataset, modalities, config["text"] === "bert" ? "bert" : "features");
}
