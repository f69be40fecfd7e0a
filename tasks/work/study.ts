/** The work of `deno task study`. @module */

import { basename } from "node:path";
import { answerClaim, type ClaimAnswer } from "../../lib/analysis/mod.ts";
import { dataName } from "../../lib/data/mod.ts";
import { createProgress, type Progress } from "../../lib/display/mod.ts";
import { InterruptListener } from "../../lib/training/mod.ts";
import {
  parseDefinition,
  runStudy,
  STUDIES,
  type StudyDefinition,
  type StudyOutcome,
  type StudyTable,
  studyTable,
  trainable,
  withSettings,
} from "../../lib/studies/mod.ts";
import { reasonOf, unknownName, UsageError } from "../../lib/core/mod.ts";
import { isOnCluster, trainOnCluster } from "../shared/cluster.ts";
import type { Call, Outcome } from "../shared/command.ts";
import { protocolOf, seedsOf } from "../shared/flags.ts";
import { jobEvents } from "../shared/job_progress.ts";
import { countOf, poolFlags } from "../shared/pool_flags.ts";
import { pairsOf } from "../shared/settings.ts";
import { printStudies } from "../shared/study_table.ts";
import { saverOf } from "../shared/tables.ts";
import { VERBS } from "./study_status.ts";

/** What `study --json` prints. */
export interface StudyResult {
  readonly study: string;
  readonly folder: string;
  /** Numbers of runs that were trained, and that were finished before. */
  readonly trained: number;
  readonly kept: number;
  readonly failed: readonly { readonly run: string; readonly message: string }[];
  readonly table: StudyTable;
  /** What it answers to its claim, where it has one, on each dataset. */
  readonly claims: readonly ClaimAnswer[];
}

/** Runs a study here or on a cluster, or looks after one. */
export async function work(call: Call): Promise<Outcome> {
  const [name, folderGiven] = call.arguments as [string, string?];
  const verb = VERBS[name];
  if (verb !== undefined) {
    if (folderGiven === undefined) throw new UsageError(`Missing FOLDER after study ${name}`);
    return await verb(folderGiven, call);
  }
  if (folderGiven !== undefined) {
    throw new UsageError(
      `Unexpected argument "${folderGiven}": expected STUDY alone, or one of ` +
        `${Object.keys(VERBS).join(", ")} before a FOLDER`,
    );
  }
  saverOf(call);
  const called = asCalled(findStudy(name), call);
  using progress = createProgress();
  const definition = isBuiltIn(name) ? withoutUntrainable(called, progress) : called;
  const words = ["study", ...Deno.args];
  if (!isOnCluster(call)) return await trainHere(call, definition, words, progress);
  const { handedIn, outcome } = await trainOnCluster(call, definition, words, progress);
  return outcome === null ? { json: handedIn } : conclude(call, definition, outcome, progress);
}

async function trainHere(
  call: Call,
  definition: StudyDefinition,
  words: readonly string[],
  progress: Progress,
): Promise<Outcome> {
  using interrupt = new InterruptListener();
  const total = definition.cells.length * definition.seeds.length * definition.data.length;
  const events = jobEvents(progress, total);
  const outcome = await runStudy(definition, {
    ...poolFlags(call, words),
    ...events,
    out: call.require("out"),
    signal: interrupt.signal,
  });
  return conclude(call, definition, outcome, progress);
}

/** Prints the table, and names the runs that failed. */
function conclude(
  call: Call,
  definition: StudyDefinition,
  outcome: StudyOutcome,
  progress: Progress,
): Outcome {
  const { folder } = outcome.study;
  const table = studyTable(outcome.study);
  const claims = answerClaim(outcome.study);
  printStudies(call, [{
    table,
    source: definition.published?.source,
    claims: claims.map(({ sentence }) => sentence),
  }]);
  const { trained, kept, failed } = countOf(outcome.jobs);
  if (trained === 0 && failed.length === 0) {
    progress.note(`All ${kept} runs in ${folder} were finished: nothing was done`);
  }
  const { name: study } = definition;
  const json: StudyResult = { study, folder, trained, kept, failed, table, claims };
  return { json, status: Math.sign(failed.length) };
}

/** A built-in study, or the one in a file. */
function findStudy(given: string): StudyDefinition {
  const found = STUDIES.find(({ name }) => name === given);
  if (found !== undefined) return found;
  if (!given.endsWith(".json")) {
    const known = STUDIES.map(({ name }) => name);
    throw new UsageError(`${unknownName("study", given, known)}, or a FILE.json`);
  }
  let value: unknown;
  try {
    value = JSON.parse(Deno.readTextFileSync(given));
  } catch (error) {
    throw new UsageError(`Cannot read "${given}": ${reasonOf(error)}, expected a study as JSON`);
  }
  return parseDefinition(value, basename(given, ".json"));
}

function isBuiltIn(given: string): boolean {
  return STUDIES.some(({ name }) => name === given);
}

/** Cells of one's own file are told as they fail; those of ours are left out, and told. */
function withoutUntrainable(called: StudyDefinition, progress: Progress): StudyDefinition {
  const { definition, leftOut } = trainable(called);
  if (leftOut.length > 0) {
    const names = leftOut.map(({ model }) => model).join(", ");
    progress.note(`Left out, since text is features: ${names}; --set text=bert --set bert=FOLDER`);
  }
  return definition;
}

/** The study with what the flags say. */
function asCalled(definition: StudyDefinition, call: Call): StudyDefinition {
  const settings = pairsOf(call);
  const epochs = call.get("epochs");
  const seeds = seedsOf(call);
  const data = call.get("data");
  return withSettings({
    ...definition,
    ...(seeds === undefined ? {} : { seeds }),
    ...(data === undefined ? {} : { data: [dataName(data)] }),
    ...protocolOf(call),
  }, { ...settings, ...(epochs === undefined ? {} : { epochs }) });
}
