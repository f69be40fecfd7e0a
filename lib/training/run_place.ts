/**
 * Where a run is, or goes: `OUT/MODEL/DATASET/SEED` belongs to the first configuration of a dataset's
 * folder, and DATASET to the first content of its name. Others go beside it.
 *
 * @module
 */

import { join } from "node:path";
import { UsageError } from "../core/errors.ts";
import { foldersIn } from "../core/files.ts";
import type { Config } from "../models/mod.ts";
import { differencesOf, identityOf, variantName, wholeName } from "./configuration.ts";
import { RunFolder, type RunRecord } from "./run_folder.ts";
import type { Placement } from "./run_options.ts";

/** A name is a part of a folder's name on every system, and none that is made of settings. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._+-]{0,63}$/u;

/** What is to have a folder. */
export interface PlacedRun {
  /** The folder above all runs. */
  readonly out: string;
  /** The model's name. */
  readonly model: string;
  /** DATASET, as `datasetNameIn` gives it. */
  readonly dataset: string;
  /** Of all random draws. */
  readonly seed: number;
  /** All settings. */
  readonly config: Config;
  /** Of the data. */
  readonly sha256: string;
  /** Of the settings: one that an older run does not know had its default's effect. */
  readonly defaults: Config;
}

/** @throws {UsageError} a run cannot have this name */
export function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new UsageError(
    `Cannot use the name "${name}": expected up to 64 letters, digits and . _ + -, a letter or ` +
      "digit first",
  );
}

/**
 * The folder of a run: by its name where it has one; else the one that holds its configuration; else
 * `SEED`, where that is free or to be overwritten; else a new one beside it, named by what differs.
 *
 * @throws {UsageError} the name cannot be one of a folder
 * @throws {RunError} a run that is there is damaged
 */
export function placeRun(
  run: PlacedRun,
  { name, overwrite = false, isFixed = false }: Placement = {},
): RunFolder {
  const { out, model, dataset, seed, defaults } = run;
  const at = (variant?: string) => RunFolder.at(out, model, dataset, seed, variant);
  if (name !== undefined) {
    checkName(name);
    return at(name);
  }
  const first = at();
  if (isFixed) return first;
  const above = join(out, model, dataset);
  const ours = unnamed(above, seed);
  const own = ours.find((folder) => holds(folder, run));
  if (own !== undefined) return own;
  const firsts = overwrite ? [] : [first, ...unnamed(above)];
  const reference = firsts.map((folder) => folder.readConfig()).find((config) => config !== null);
  if (reference === undefined) return first;
  const wanted = identityOf(run.config, defaults);
  const differing = differencesOf(identityOf(reference, defaults), wanted);
  // Equal settings in yet another run: its data have changed, as the folder itself will tell.
  if (differing.length === 0) return first;
  const beside = at(variantName(differing));
  return beside.readConfig() === null ? beside : at(wholeName(wanted));
}

/** Whether a folder holds a run of this configuration and content, whatever became of it. */
export function holds(folder: RunFolder, { config, sha256, defaults }: PlacedRun): boolean {
  const [found, record] = [folder.readConfig(), folder.readRecord()];
  if (found === null || record === null || record.data.sha256 !== sha256) return false;
  return differencesOf(identityOf(found, defaults), identityOf(config, defaults)).length === 0;
}

/** Folders of a seed that nobody has named; of all seeds, those of the first configuration. */
function unnamed(above: string, seed?: number): RunFolder[] {
  return foldersIn(above).filter((name) => {
    const [, own, variant] = /^(\d+)(?:~(.+))?$/s.exec(name) ?? [];
    if (own === undefined) return false;
    if (seed === undefined) return variant === undefined;
    return own === String(seed) && (variant === undefined || variant.includes("="));
  }).map((name) => new RunFolder(join(above, name)));
}

/**
 * The name of a dataset among the runs of a folder: its own where no other content has it, else with
 * the first eight digits of its content's SHA-256, `unaligned_50-1a2b3c4d`.
 */
export function datasetNameIn(out: string, model: string, name: string, sha256: string): string {
  const own = contentOf(join(out, model, name));
  const others = foldersIn(out).map((folder) => contentOf(join(out, folder, name)))
    .filter((content) => content !== null)
    .toSorted((a, b) => a.started < b.started ? -1 : 1);
  const owner = own ?? others[0];
  return owner === undefined || owner.sha256 === sha256 ? name : hashedName(name, sha256);
}

/** `unaligned_50` → `unaligned_50-1a2b3c4d` */
export function hashedName(name: string, sha256: string): string {
  return `${name}-${sha256.slice(0, 8)}`;
}

/** The data of the first run of a folder; null where there is none that tells. */
export function contentOf(
  path: string,
): { readonly sha256: string; readonly started: string } | null {
  for (const name of foldersIn(path)) {
    try {
      const text = Deno.readTextFileSync(join(path, name, "run.json"));
      const { data, started } = JSON.parse(text) as RunRecord;
      return { sha256: data.sha256, started };
    } catch {
      continue; // No run, or one that is damaged: others tell.
    }
  }
  return null;
}
