/** The folder of a study: its definition as run, and its runs by cell. @module */

import { join } from "node:path";
import { DataError, reasonOf, RunError } from "../../core/errors.ts";
import { exists, writeJsonAtomic } from "../../core/files.ts";
import type { Skipped } from "../runs/run_discovery.ts";
import { readEachRun, type RunEntry } from "../runs/run_entry.ts";
import { tellApart } from "../runs/telling_apart.ts";
import { cellKey, type StudyCell, type StudyDefinition } from "./definition.ts";
import { parseDefinition } from "./parse_definition.ts";

/** The file in a study's folder that holds its definition. */
export const STUDY_FILE = "study.json";

/** A cell and its finished runs of the study's seeds on one dataset, by seed. */
export interface StudyRuns {
  /** The cell of the table. */
  readonly cell: StudyCell;
  /** The dataset's name. */
  readonly dataset: string;
  /** One a seed. */
  readonly runs: readonly RunEntry[];
}

/** A study as it stands. */
export interface Study {
  /** Where it is. */
  readonly folder: string;
  /** What it was defined as. */
  readonly definition: StudyDefinition;
  /** In the order of the cells, then of the datasets' names; cells without a finished run are absent. */
  readonly groups: readonly StudyRuns[];
  /** What was found in the folder and is no finished run of the study. */
  readonly skipped: readonly Skipped[];
}

/**
 * Reads a study, finished or not.
 *
 * @param folder `OUT/STUDY`
 * @throws {RunError} it holds no study
 * @throws {DataError} its definition is damaged
 */
export function readStudy(folder: string): Study {
  const definition = requireDefinition(folder);
  const found = definition.cells.map((cell) => {
    const path = join(folder, cellKey(cell));
    return exists(path) ? readEachRun([path]) : { runs: [], skipped: [] };
  });
  // Names are told apart over all cells: each cell alone would give them others.
  const runs = tellApart(found.flatMap(({ runs }) => runs));
  const groups = definition.cells.flatMap((cell, i) => {
    const own = new Set(found[i]!.runs.map(({ path }) => path));
    const ofSeeds = runs.filter(({ path, seed }) =>
      own.has(path) && definition.seeds.includes(seed)
    );
    const byDataset = Map.groupBy(
      ofSeeds.toSorted((a, b) => a.seed - b.seed),
      (run) => run.dataset,
    );
    return [...byDataset].sort(([a], [b]) => a < b ? -1 : 1)
      .map(([dataset, runs]): StudyRuns => ({ cell, dataset, runs }));
  });
  return { folder, definition, groups, skipped: found.flatMap(({ skipped }) => skipped) };
}

/**
 * The definition in a folder.
 *
 * @throws {RunError} there is none
 * @throws {DataError} it is damaged
 */
export function requireDefinition(folder: string): StudyDefinition {
  const definition = readDefinition(folder);
  if (definition !== null) return definition;
  throw new RunError(
    `Cannot open "${folder}": it holds no ${STUDY_FILE}, expected the folder of a study`,
  );
}

/** The definition in a folder; null where there is none. @throws {DataError} it is damaged */
export function readDefinition(folder: string): StudyDefinition | null {
  const path = join(folder, STUDY_FILE);
  if (!exists(path)) return null;
  try {
    return parseDefinition(JSON.parse(Deno.readTextFileSync(path)), "study");
  } catch (error) {
    throw new DataError(`Cannot read "${path}": ${reasonOf(error)}, expected a study`);
  }
}

/**
 * Writes the definition into the study's folder, over one that is the same or that this one extends.
 *
 * @throws {RunError} a cell of that name was run with other settings or modalities
 * @throws {DataError} the definition that is there is damaged
 */
export function writeStudy(folder: string, definition: StudyDefinition): void {
  const before = readDefinition(folder);
  for (const old of before?.cells ?? []) {
    const cell = definition.cells.find((cell) => cellKey(cell) === cellKey(old));
    const differing = cell === undefined ? [] : differingParts(old, cell);
    if (differing.length === 0) continue;
    throw new RunError(
      `Cannot run study "${definition.name}" in "${folder}": its cell "${cellKey(old)}" was run ` +
        `otherwise (${differing.join(", ")}), expected the same or another folder with --out`,
    );
  }
  const text = JSON.stringify(definition);
  if (JSON.stringify(before) !== text) writeJsonAtomic(join(folder, STUDY_FILE), definition);
}

/** `key: there 1, wanted 2` for what decides about the runs of a cell. */
function differingParts(there: StudyCell, wanted: StudyCell): string[] {
  const parts = ({ modalities, settings }: StudyCell): Record<string, unknown> => ({
    ...settings,
    modalities: modalities?.join(),
  });
  const [a, b] = [parts(there), parts(wanted)];
  const show = (value: unknown) => value === undefined ? "absent" : JSON.stringify(value);
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => a[key] !== b[key])
    .map((key) => `${key}: there ${show(a[key])}, wanted ${show(b[key])}`);
}
