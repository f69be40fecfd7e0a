/** The work of `deno task study status|cancel|table FOLDER`. @module */

import { join } from "node:path";
import { answerClaim } from "../../lib/analysis/mod.ts";
import { exists, UsageError } from "../../lib/core/mod.ts";
import {
  cancelStudy,
  type ClusterStatus,
  readStudy,
  type RunState,
  SLURM,
  STUDY_FILE,
  studyStatus,
  studyTable,
} from "../../lib/studies/mod.ts";
import type { Call, Outcome } from "../shared/command.ts";
import { printTable } from "../shared/run_table.ts";
import { printStudies } from "../shared/study_table.ts";

/** Runs that are listed one by one. */
const SHOWN = 100;
/** From what a person looks at first to what needs no look. */
const ORDER = ["failed", "interrupted", "running", "waiting", "open", "finished"] as const;

/** What `study NAME FOLDER` does, for a name that is no study. */
export const VERBS: Readonly<Record<string, (folder: string, call: Call) => Promise<Outcome>>> = {
  status: async (folder) => {
    const all: ClusterStatus[] = [];
    for (const path of studiesIn(folder)) all.push(await studyStatus(path, SLURM));
    for (const status of all) print(status);
    const json = all.map(({ folder, definition, states, silence }) => ({
      ...{ study: definition.name, folder, counts: countsOf(states), silence },
      runs: states.map(({ job: _, ...state }) => state),
    }));
    return { json: json.length === 1 ? json[0] : json };
  },
  cancel: async (folder) => {
    const jobs: string[] = [];
    for (const path of studiesIn(folder)) jobs.push(...await cancelStudy(path, SLURM));
    if (jobs.length === 0) console.log("Nothing is queued or running");
    else {
      console.log(`Cancelled: job ${jobs.join(", ")}. What ran is saved; the same command goes on`);
    }
    return { json: { jobs } };
  },
  table: (folder, call) => {
    const studies = studiesIn(folder).map((path) => readStudy(path));
    const tables = studies.map((study) => studyTable(study));
    const claims = studies.map((study) => answerClaim(study));
    printStudies(
      call,
      tables.map((table, i) => ({
        table,
        source: studies[i]!.definition.published?.source,
        claims: claims[i]!.map(({ sentence }) => sentence),
      })),
    );
    const json = tables.map((table, i) => ({ ...table, claims: claims[i]! }));
    return Promise.resolve({ json: json.length === 1 ? json[0] : json });
  },
};

/** A study's folder, or those in it. @throws {UsageError} there is none */
function studiesIn(folder: string): string[] {
  const isStudy = (path: string) => exists(join(path, STUDY_FILE));
  if (isStudy(folder)) return [folder];
  const found = exists(folder)
    ? [...Deno.readDirSync(folder)].map(({ name }) => join(folder, name)).filter(isStudy).sort()
    : [];
  if (found.length > 0) return found;
  throw new UsageError(
    `Cannot use "${folder}": there is no ${STUDY_FILE} in it or one below, expected the folder of a study`,
  );
}

function countsOf(states: readonly RunState[]): Record<string, number> {
  const counts = ORDER.map((name) =>
    [name, states.filter(({ state }) => state === name).length] as const
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

function print({ folder, definition, states, silence }: ClusterStatus): void {
  const counts = Object.entries(countsOf(states)).map(([name, count]) => `${count} ${name}`);
  console.log(`${definition.title}: ${states.length} runs, ${counts.join(", ")}\n${folder}`);
  if (silence !== null) console.log(`As the folders tell it: ${silence}`);
  const isShort = states.length <= SHOWN;
  const wanted = states.filter(({ state }) => isShort || state !== "finished")
    .toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  if (wanted.length === 0) return;
  const severalData = new Set(states.map(({ data }) => data)).size > 1;
  console.log("");
  printTable(
    ["run", ...(severalData ? ["data"] : []), "state", "node", "epoch", "valid MAE", "left"],
    wanted.slice(0, SHOWN).map((one) => [
      one.run,
      ...(severalData ? [one.data] : []),
      one.state,
      one.node ?? "",
      one.epoch === undefined ? "" : `${one.epoch}/${one.epochs}`,
      one.validMae?.toFixed(4) ?? "",
      one.secondsLeft === undefined ? "" : `≤ ${duration(one.secondsLeft)}`,
    ]),
  );
  if (wanted.length > SHOWN) console.log(`and ${wanted.length - SHOWN} more (--json has them all)`);
  printReasons(wanted, folder);
}

/** Each reason once, with the runs that it is of, and a log to look at. */
function printReasons(states: readonly RunState[], folder: string): void {
  const told = states.filter(({ reason }) => reason !== undefined);
  const groups = Map.groupBy(told, ({ state, reason }) => `${state}: ${reason}`);
  for (const [what, runs] of groups) {
    const [first] = runs;
    const log = first!.state !== "waiting" && first!.log ? ` (log: ${first!.log})` : "";
    const names = runs.slice(0, 5).map(({ run }) => run).join(", ");
    const more = runs.length > 5 ? ` and ${runs.length - 5} more` : "";
    console.log(`${what}${log}: ${names}${more}`);
  }
  if (told.some(({ state, reason }) => state === "waiting" && /held/i.test(reason!))) {
    console.log(
      "What is held does not start by itself: release it (scontrol release), or cancel it " +
        `(deno task study cancel ${folder}) and hand it in by the same command`,
    );
  }
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
