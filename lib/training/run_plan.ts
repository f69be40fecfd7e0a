/**
 * What a run is to be: all its settings, those that the data decide with them, its data, its folder.
 *
 * @module
 */

import { join } from "node:path";
import { formatCsvRow } from "../core/csv.ts";
import { RunError } from "../core/errors.ts";
import { exists } from "../core/files.ts";
import { type FolderLock, InUseError, lockFolder } from "../core/lock.ts";
import { formatLabelRange } from "../data/mod.ts";
import type { Config } from "../models/mod.ts";
import { defaultsFor, parseSettings, resolveConfig } from "./config.ts";
import { settingsOfData } from "./data_settings.ts";
import type { RunFolder, RunSummary } from "./run_folder.ts";
import type { RunEvents, RunOptions } from "./run_options.ts";
import { datasetNameIn, holds, type PlacedRun, placeRun } from "./run_place.ts";

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

/**
 * The summary of a run that is finished, without an engine; null where there is something to do, or
 * to refuse.
 *
 * @throws {UsageError} as `planRun`
 * @throws {DataError} the data cannot be read
 */
export function finishedRun(options: PlanOptions): RunSummary | null {
  const { out, model } = options;
  if (!exists(join(out, model.name))) return null; // before all of the data is read for its hash
  const planned = planRun(options);
  try {
    const folder = placeRun(planned, options);
    const record = holds(folder, planned) ? folder.readRecord() : null;
    if (record?.status !== "finished") return null;
    // The folder may have been moved, or be seen from another one.
    return { ...record.summary!, path: folder.path };
  } catch (error) {
    if (error instanceof RunError) return null; // A training tells what is damaged.
    throw error;
  }
}

/** A run that nobody else writes to. */
export interface TakenFolder {
  readonly planned: PlacedRun;
  readonly folder: RunFolder;
  /** Its owner disposes it. */
  readonly lock: FolderLock;
}

/**
 * Settles a run and locks its folder. Of several trainings that begin at the same time one is the first
 * configuration, and the others go beside it as if they had begun later.
 *
 * @throws {UsageError} as `planRun` and `placeRun`
 * @throws {RunError} the folder is in use by this very run, or cannot be locked
 */
export function takeFolder(options: PlanOptions): TakenFolder {
  const settle = () => {
    const planned = planRun(options);
    return { planned, folder: placeRun(planned, options) };
  };
  let { planned, folder } = settle();
  for (;;) {
    const lock = tryLock(folder, options);
    // Meanwhile another one may have become the first.
    const now = settle();
    if (now.folder.path === folder.path) {
      if (lock instanceof InUseError) throw lock;
      return { planned, folder, lock };
    }
    if (!(lock instanceof InUseError)) lock[Symbol.dispose]();
    ({ planned, folder } = now);
  }
}

function tryLock(
  { path }: RunFolder,
  { onWarning = console.warn }: PlanOptions,
): FolderLock | InUseError {
  try {
    return lockFolder(path, { onWarning });
  } catch (error) {
    if (error instanceof InUseError) return error;
    throw error;
  }
}
