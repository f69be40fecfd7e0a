/** What stands in a folder of runs at a moment, from its files alone. @module */

import { dirname, join, relative } from "node:path";
import { messageOf } from "../core/errors.ts";
import { exists } from "../core/files.ts";
import {
  type BegunRun,
  findRunFolders,
  readBegunRun,
  type RunState,
  STUDY_FILE,
  studyStatus,
} from "../studies/mod.ts";

/** A run, with the log that it has on a cluster. */
export interface WatchedRun extends BegunRun {
  /** Its path from the folder that is watched. */
  readonly name: string;
  /** The file with what its process wrote; absent where that went to a terminal. */
  readonly log?: string;
}

/** A study and all its runs, those that are not begun too. */
export interface WatchedStudy {
  /** What it is called, for people. */
  readonly title: string;
  /** Its path from the folder that is watched. */
  readonly name: string;
  /** In the order in which they are trained. */
  readonly states: readonly StudyRunState[];
}

/** A run of a study: a row by its setting and model, a column by data and seed. */
export interface StudyRunState extends RunState {
  readonly cell: string;
  readonly seed: number;
}

/** All that is there. */
export interface Snapshot {
  readonly studies: readonly WatchedStudy[];
  /** Those that run first, then those that stopped, then those that are finished, latest first. */
  readonly runs: readonly WatchedRun[];
  /** What cannot be read, a sentence each. */
  readonly problems: readonly string[];
}

const ORDER = ["running", "failed", "interrupted", "finished"] as const;

/**
 * Reads a folder again and again; what has not changed is remembered.
 *
 * @example
 * ```ts
 * import { Watcher } from "./snapshot.ts";
 * import { train } from "../session/mod.ts";
 * import { assertEquals } from "@std/assert";
 * const out = Deno.makeTempDirSync();
 * const watcher = new Watcher(out);
 * assertEquals((await watcher.read()).runs, []);
 * await train({ model: "constant", data: "synthetic:n=16", runs: 1, engine: "cpu", out });
 * const { runs: [run] } = await watcher.read();
 * assertEquals([run!.name, run!.state], ["constant/synthetic/1111", "finished"]);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export class Watcher {
  /** What is watched. */
  readonly folder: string;
  readonly #finished = new Map<string, { readonly stamp: number; readonly run: BegunRun }>();

  /** @param folder above runs; it may not be there yet */
  constructor(folder: string) {
    this.folder = folder;
  }

  /** What is there now. */
  async read(): Promise<Snapshot> {
    if (!exists(this.folder)) return { studies: [], runs: [], problems: [] };
    const paths = findRunFolders([this.folder]).folders;
    const problems: string[] = [];
    const studies: WatchedStudy[] = [];
    const logs = new Map<string, string>();
    for (const folder of this.#studyFolders(paths)) {
      try {
        studies.push(await this.#readStudy(folder, logs));
      } catch (error) {
        problems.push(messageOf(error));
      }
    }
    const runs = paths.flatMap((path): WatchedRun[] => {
      const run = this.#readRun(path), log = logs.get(path);
      const name = relative(this.folder, path) || ".";
      return run === null ? [] : [{ ...run, name, ...(log === undefined ? {} : { log }) }];
    });
    return { studies, runs: runs.sort(compare), problems };
  }

  /** Folders with a study: that which is watched, those in it, and all above a run. */
  #studyFolders(runs: readonly string[]): string[] {
    const folders = new Set([this.folder]);
    for (const { name, isFile } of Deno.readDirSync(this.folder)) {
      if (!isFile) folders.add(join(this.folder, name));
    }
    for (const run of runs) {
      let above = dirname(run);
      while (above.startsWith(this.folder) && !folders.has(above)) {
        folders.add(above);
        above = dirname(above);
      }
    }
    return [...folders].filter((folder) => exists(join(folder, STUDY_FILE))).sort();
  }

  /** @param logs gets the log of each run's folder */
  async #readStudy(folder: string, logs: Map<string, string>): Promise<WatchedStudy> {
    const { definition, states } = await studyStatus(folder, null);
    for (const { path, log } of states) {
      if (path !== undefined && log !== undefined && exists(log)) logs.set(path, log);
    }
    return {
      title: definition.title,
      name: relative(this.folder, folder) || ".",
      states: states.map(({ job, ...state }) => ({
        ...state,
        cell: `${job.slug}/${job.model}`,
        seed: job.seed,
      })),
    };
  }

  /** A finished run is read once: only its record tells that it was trained again. */
  #readRun(path: string): BegunRun | null {
    const stamp = timeOf(join(path, "run.json"));
    const known = this.#finished.get(path);
    if (known?.stamp === stamp) return known.run;
    const run = readBegunRun(path);
    if (run?.state === "finished") this.#finished.set(path, { stamp, run });
    return run;
  }
}

function compare(a: WatchedRun, b: WatchedRun): number {
  const [first, second] = [a, b].map(({ state }) => ORDER.indexOf(state)) as [number, number];
  if (first !== second) return first - second;
  const times = [a, b].map(({ ended, started }) => ended ?? started) as [string, string];
  // One that runs keeps its place.
  if (a.state === "running") return times[0] < times[1] ? -1 : 1;
  return times[0] > times[1] ? -1 : 1;
}

/** 0 for a file that is not there */
function timeOf(path: string): number {
  try {
    return Deno.statSync(path).mtime?.getTime() ?? 0;
  } catch {
    return 0;
  }
}
