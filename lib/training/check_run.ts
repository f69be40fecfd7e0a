/** What can be wrong with a training before anything computes: the one place that refuses it. @module */

import { defaultsFor, resolveConfig } from "./config.ts";
import { requireTrainable } from "./requirements.ts";
import { openBert } from "./run_bert.ts";
import type { PlanOptions } from "./run_plan.ts";

/**
 * Refuses what cannot be trained: by the splits and labels that it needs, its modalities, its settings,
 * its BERT.
 *
 * @throws {UsageError} a setting is unknown or does not fit, or the data lack what the model needs
 * @throws {DataError} the data lack a split, or labels in it, or the BERT cannot be read
 */
export function checkRun(
  { model, dataset, protocol, modalities, settings }: Omit<PlanOptions, "seed">,
): void {
  const config = resolveConfig(model, defaultsFor(dataset.name, protocol), settings);
  requireTrainable(model, dataset, modalities, config);
  openBert(config, modalities)?.[Symbol.dispose]();
}
