/** What a report is made from: the runs of a folder, read once. @module */

import { basename, join, relative, resolve } from "node:path";
import { exists } from "../../core/files.ts";
import { messageOf, RunError } from "../../core/errors.ts";
import { type EpochRecord, RunFolder, type RunRecord, type SplitRead } from "../../training/mod.ts";
import { answerClaim } from "../comparison/claim.ts";
import { searchGrid } from "../results/mod.ts";
import type { Grid } from "../../display/grid.ts";
import { isSearch, type RankedTrial, rankTrials } from "../../studies/search/mod.ts";
import { groupRuns, type RunGroup } from "../comparison/groups.ts";
import type { Skipped } from "../../studies/runs/mod.ts";
import { historyOf, readRuns, type RunEntry } from "../../studies/runs/mod.ts";
import {
  readStudy,
  type Study,
  STUDY_FILE,
  type StudyTable,
  studyTable,
} from "../../studies/study/mod.ts";

/** A run and what its folder tells besides its metrics. */
export interface ReportedRun {
  readonly entry: RunEntry;
  /** Relative to the folder of the report. */
  readonly path: string;
  readonly record: RunRecord;
  /** Empty for a model that is not trained by epochs. */
  readonly history: readonly EpochRecord[];
  /** Those after its training. */
  readonly reads: readonly SplitRead[];
}

/** Runs that differ by their seed. */
export interface ReportedGroup extends Omit<RunGroup, "runs"> {
  readonly runs: readonly ReportedRun[];
}

/** Everything that a report shows. */
export interface ReportContent {
  readonly title: string;
  readonly folder: string;
  readonly groups: readonly ReportedGroup[];
  /** The study's own table, where the folder is one. */
  readonly study: StudyTable | null;
  /** The trials of a search, and its best ones; null where the folder is none. */
  readonly search: {
    readonly grid: Grid;
    readonly best: readonly ReportedGroup[];
    readonly trials: readonly RankedTrial[];
    readonly metric: string;
  } | null;
  /** What the study answers to its claim, a sentence for each dataset. */
  readonly claims: readonly string[];
  readonly skipped: readonly Skipped[];
}

/**
 * Reads a study's folder, or any folder of runs. What cannot be read is passed over and told.
 *
 * @throws {RunError} there is no finished run in it
 * @throws {DataError} the study's definition is damaged
 */
export function readReport(folder: string): ReportContent {
  const study = exists(join(folder, STUDY_FILE)) ? readStudy(folder) : null;
  const found = readRuns([folder]);
  const skipped = [...found.skipped];
  const details = new Map<string, ReportedRun>();
  for (const entry of found.runs) {
    try {
      details.set(entry.path, readDetails(entry, folder));
    } catch (error) {
      skipped.push({ path: entry.path, reason: messageOf(error) });
    }
  }
  if (details.size === 0) {
    throw new RunError(
      `Cannot report on "${folder}": there is no finished run in it, ` +
        "expected the folder of a study or of runs",
    );
  }
  const entries = [...details.values()].map(({ entry }) => entry);
  const groups = groupRuns(inOrderOf(study, entries)).map((group) => ({
    ...group,
    runs: group.runs.map((entry) => ({ ...details.get(entry.path)!, entry })),
  }));
  return {
    title: study?.definition.title ?? `Runs in ${basename(resolve(folder))}`,
    folder,
    groups,
    study: study === null ? null : studyTable(study),
    search: study === null || !isSearch(study.definition) ? null : searchOf(study, groups),
    claims: (study === null ? [] : answerClaim(study))
      .map(({ sentence }) => withoutFolder(sentence, folder)),
    skipped: skipped.map(({ path, reason }) => ({
      path: relative(folder, path) || ".",
      reason: withoutFolder(reason, folder),
    })).sort((a, b) => a.path < b.path ? -1 : 1),
  };
}

/** How many trials of a search are shown besides its table. */
const SHOWN_TRIALS = 5;

function searchOf(study: Study, groups: readonly ReportedGroup[]): ReportContent["search"] {
  const metric = study.definition.metrics[0]!;
  const ranking = rankTrials(study, metric);
  const best = ranking.slice(0, SHOWN_TRIALS).flatMap(({ trial }) => {
    const paths = study.groups.filter(({ cell }) => cell.slug === trial)
      .flatMap(({ runs }) => runs.map(({ path }) => resolve(path)));
    return groups.filter(({ runs }) =>
      runs.some(({ entry }) => paths.includes(resolve(entry.path)))
    );
  });
  return { grid: searchGrid(study), best, trials: ranking, metric };
}

/** Runs as the study names them, then the others. */
function inOrderOf(study: Study | null, runs: readonly RunEntry[]): RunEntry[] {
  const named = (study?.groups ?? []).flatMap(({ runs }) => runs.map(({ path }) => resolve(path)));
  const place = new Map(named.map((path, i) => [path, i]));
  const placeOf = ({ path }: RunEntry) => place.get(resolve(path)) ?? named.length;
  return runs.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** A message with the paths inside the folder: a report is the same wherever the folder lies. */
export function withoutFolder(message: string, folder: string): string {
  return message.replaceAll(`"${folder}/`, '"').replaceAll(`"${folder}"`, '"."');
}

function readDetails(entry: RunEntry, folder: string): ReportedRun {
  const run = new RunFolder(entry.path);
  return {
    entry,
    path: relative(folder, entry.path) || ".",
    record: run.readFinished().record,
    history: historyOf(run),
    reads: run.readReads(),
  };
}
