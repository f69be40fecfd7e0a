/** Runs of one algorithm on one dataset: what a comparison compares. @module */

import { basename, dirname, relative, resolve } from "node:path";
import { type RunEntry, tellApart } from "../../studies/runs/mod.ts";

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
 * Runs by the folder above their seed, their model, dataset and configuration; groups in the order of
 * their first run.
 */
export function groupRuns(runs: readonly RunEntry[]): RunGroup[] {
  const folderOf = ({ path }: RunEntry) => dirname(resolve(path));
  const groups = Map.groupBy(
    tellApart(runs),
    (run) => [folderOf(run), run.model, run.dataset, run.variant].join("\0"),
  );
  const found = [...groups.values()].map((runs) => {
    const { model, dataset, variant } = runs[0]!;
    const inOrder = runs.toSorted((a, b) => a.seed - b.seed || (a.path < b.path ? -1 : 1));
    return { folder: folderOf(runs[0]!), model, dataset, variant, runs: inOrder };
  });
  return found.map((group) => {
    const folders = found.filter(({ model, dataset }) =>
      model === group.model && dataset === group.dataset
    ).map(({ folder }) => folder);
    const { model, dataset, runs } = group;
    return { label: labelOf(group, folders), model, dataset, runs };
  });
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
  { folder, model, variant, runs }: Omit<RunGroup, "label" | "dataset"> & {
    readonly folder: string;
    readonly variant: string;
  },
  folders: readonly string[],
): string {
  const start = commonFolder(folders);
  const parts = relative(start, folder).split(/[\\/]/).filter((part) => part !== "");
  // The layout ends in MODEL/DATASET, which say nothing new.
  if (parts.at(-1) === runs[0]!.config["dataset"]) parts.pop();
  if (parts.at(-1) === model) parts.pop();
  const place = new Set(folders).size === 1 ? "" : parts.join("/") || basename(start);
  const names = [place, variant].filter((name) => name !== "");
  return names.length === 0 ? model : `${model} (${names.join(" ")})`;
}

function commonFolder(folders: readonly string[]): string {
  const inside = (path: string) => folders.every((folder) => `${folder}/`.startsWith(`${path}/`));
  let common = folders[0]!;
  while (!inside(common) && dirname(common) !== common) common = dirname(common);
  return common;
}
