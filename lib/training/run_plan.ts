/** What a run is to be: all its settings, those that the data decide with them, and its data. @module */

import { formatCsvRow } from "../core/csv.ts";
import { formatLabelRange } from "../data/mod.ts";
import type { Config } from "../models/mod.ts";
import { defaultsFor, parseSettings, resolveConfig } from "./config.ts";
import { settingsOfData } from "./data_settings.ts";
import type { RunEvents, RunOptions } from "./run_options.ts";
import { datasetNameIn, type PlacedRun } from "./run_place.ts";

/** What decides which run it is. */
export type PlanOptions = Omit<
  RunOptions,
  keyof RunEvents | "engine" | "resume" | "loadSeconds" | "commandLine"
>;

/**
 * Settles a run before it begins.
 *
 * @throws {UsageError} a setting is unknown or does not fit
 */
export function planRun(options: PlanOptions): PlacedRun {
  const { model, dataset, protocol, modalities, seed, out } = options;
  const preset = defaultsFor(dataset.name, protocol);
  const given = parseSettings(model, options.settings);
  const decided = settingsOfData(model, dataset, modalities, given);
  const sha256 = dataset.sha256();
  const name = options.datasetName ?? datasetNameIn(out, model.name, dataset.name, sha256);
  const range = dataset.source?.labelRange;
  const config: Config = {
    model: model.name,
    dataset: name,
    protocol,
    modalities: modalities.join(","),
    nonfinite: options.nonfinite,
    ...(range === undefined ? {} : { labels: formatLabelRange(range) }),
    ...(dataset.classes === undefined ? {} : { classes: formatCsvRow(dataset.classes) }),
    seed,
    ...resolveConfig(model, preset, { ...decided.settings, ...given }),
    ...decided.reasons,
  };
  const defaults = resolveConfig(model, preset);
  return { out, model: model.name, dataset: name, seed, config, sha256, defaults };
}
