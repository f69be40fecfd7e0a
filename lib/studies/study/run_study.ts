/** A study from its definition to its finished runs. @module */

import { join } from "node:path";
import { UsageError } from "../../core/errors.ts";
import { lockFolder } from "../../core/lock.ts";
import { unknownName } from "../../core/suggest.ts";
import { findModel, type Setting } from "../../models/mod.ts";
import { settingsOf } from "../../training/mod.ts";
import { checkStudy } from "./check_study.ts";
import type { StudyDefinition } from "./definition.ts";
import { type Job, studyJobs } from "./jobs.ts";
import type { Ending } from "./messages.ts";
import { typedSettings } from "./parse_definition.ts";
import { readStudy, type Study, writeStudy } from "./study_folder.ts";
import { type PoolOptions, runJobs } from "./worker_pool.ts";

/** What became of each training of a study. */
export interface StudyOutcome {
  /** The study with all its finished runs. */
  readonly study: Study;
  /** Each training and how it ended. */
  readonly jobs: readonly { readonly job: Job; readonly ending: Ending }[];
}

/** How a study is run. */
export interface StudyOptions extends PoolOptions {
  /** The folder above all studies. */
  readonly out: string;
}

/**
 * Checks all of it, and trains what is not finished yet, in processes of their own; where all is, no
 * engine is opened. It may be killed at any moment: started again, it goes on, and ends in the bytes of
 * one that ran through.
 *
 * @throws {UsageError} the study has no data, or no cell can be trained, and why
 * @throws {DataError} no cell can be trained on the data
 * @throws {RunError} its folder is in use, or holds cells of that name with other settings
 * @throws {EngineError} the engine cannot be opened
 * @throws the signal's reason when it was aborted, after everything is saved
 */
export async function runStudy(
  definition: StudyDefinition,
  options: StudyOptions,
): Promise<StudyOutcome> {
  if (definition.data.length === 0) {
    throw new UsageError(`Cannot run study "${definition.name}": it has no data, expected --data`);
  }
  const folder = join(options.out, definition.name);
  const note = (text: string) => options.onNote?.(text);
  const { definition: named, endingOf } = await checkStudy(
    definition,
    folder,
    options.worker,
    note,
  );
  using _lock = lockFolder(folder);
  writeStudy(folder, named);
  const jobs = studyJobs(named, folder);
  const endings = new Map<Job, Ending>();
  for (const job of jobs) {
    const ending = endingOf(job);
    if (ending === null) continue;
    endings.set(job, ending);
    options.onEnd?.(job, ending);
  }
  const open = jobs.filter((job) => !endings.has(job));
  const trained = await runJobs(open, options, definition.scoredOn);
  open.forEach((job, i) => endings.set(job, trained[i]!));
  return {
    study: readStudy(folder),
    jobs: jobs.map((job) => ({ job, ending: endings.get(job)! })),
  };
}

/**
 * The study with settings put over those of its cells, each cell taking those that its model has.
 *
 * @throws {UsageError} when no model has one (with the nearest), or a value does not fit.
 */
export function withSettings(
  definition: StudyDefinition,
  settings: Readonly<Record<string, Setting>>,
): StudyDefinition {
  const known = definition.cells.map(({ model }) => settingsOf(findModel(model)));
  for (const key of Object.keys(settings)) {
    const all = new Set(known.flatMap((rules) => Object.keys(rules)));
    if (!all.has(key)) throw new UsageError(unknownName("setting", key, all));
  }
  const cells = definition.cells.map((cell, i) => {
    const taken = Object.entries(settings).filter(([key]) => Object.hasOwn(known[i]!, key));
    const merged = { ...cell.settings, ...Object.fromEntries(taken) };
    return { ...cell, settings: typedSettings(findModel(cell.model), merged) };
  });
  return { ...definition, cells };
}
