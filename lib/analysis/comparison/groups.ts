/** Runs of one algorithm on one dataset: what a comparison compares. @module */

import { basename, dirname, relative, resolve } from "node:path";
import type { RunEntry } from "../../studies/runs/mod.ts";

/** Runs that differ by their seed. */
export interface RunGroup {
  /** The model's name, or where several groups have it, with the folders that tell them apart. */
  readonly label: string;
  /** The model's name. */
  readonly model: string;
  /** The dataset's name. */
  readonly dataset: string;
  /** By seed. */
  readonly runs: readonly RunEntry[];
}

/**
 * Runs by the folder above their seed, their model and their dataset; groups in the order of their
 * first run.
 */
export function groupRuns(runs: readonly RunEntry[]): RunGroup[] {
  const groups = new Map<string, RunEntry[]>();
  for (const run of runs) {
    const key = [dirname(resolve(run.path)), run.model, run.dataset].join("\u0000");
    groups.set(key, [...groups.get(key) ?? [], run]);
  }
  const found = [...groups.values()].map((runs) => ({
    folder: dirname(resolve(runs[0]!.path)),
    model: runs[0]!.model,
    dataset: runs[0]!.dataset,
    runs: runs.toSorted((a, b) => a.seed - b.seed || (a.path < b.path ? -1 : 1)),
  }));
  const sharing = (group: { model: string; dataset: string }) =>
    found.filter(({ model, dataset }) => model === group.model && dataset === group.dataset);
  return found.map((group) => ({
    label: labelOf(group, sharing(group).map(({ folder }) => folder)),
    model: group.model,
    dataset: group.dataset,
    runs: group.runs,
  }));
}

/**
 * Names of the rows of one table, from the labels of its groups: a model that is the same in all of
 * them belongs into the heading, and what differs is the name.
 *
 * @returns the model that was left out, or null, and the name of each label
 */
export function rowNames(
  labels: readonly string[],
): { readonly model: string | null; nameOf(label: string): string } {
  const parts = labels.map((label) => /^(.+?) \((.+)\)$/s.exec(label));
  const model = parts[0]?.[1];
  if (model === undefined || new Set(labels).size < 2 || parts.some((p) => p?.[1] !== model)) {
    return { model: null, nameOf: (label) => label };
  }
  return { model, nameOf: (label) => label.slice(model.length + 2, -1) };
}

/** What a reader calls the group; `folders` are those of all groups of its model and dataset. */
function labelOf(
  { folder, model, dataset }: { folder: string; model: string; dataset: string },
  folders: readonly string[],
): string {
  if (folders.length === 1) return model;
  const start = commonFolder(folders);
  const parts = relative(start, folder).split(/[\\/]/).filter((part) => part !== "");
  // The layout ends in MODEL/DATASET, which say nothing new.
  if (parts.at(-1) === dataset) parts.pop();
  if (parts.at(-1) === model) parts.pop();
  return `${model} (${parts.join("/") || basename(start)})`;
}

function commonFolder(folders: readonly string[]): string {
  const inside = (path: string) => folders.every((folder) => `${folder}/`.startsWith(`${path}/`));
  let common = folders[0]!;
  while (!inside(common) && dirname(common) !== common) common = dirname(common);
  return common;
}
