/** How far a run is, by its folder alone. @module */

import { exists } from "../../core/files.ts";
import { DEAD, LOCK_FILE } from "../../core/lock.ts";
import { readOwner } from "../../core/lock_file.ts";
import { type EpochRecord, readHistory, RunFolder, type RunRecord } from "../../training/mod.ts";
import type { Config } from "../../models/mod.ts";

/** How far a run is. */
export interface RunProgress {
  /** Where it runs, if it does and that is known. */
  readonly node?: string;
  /** Epochs done. */
  readonly epoch: number;
  /** Epochs at most; 0 of a model that is not trained by epochs. */
  readonly epochs: number;
  /** Mean absolute error on valid after the last epoch. */
  readonly validMae?: number;
  /** At most, by the mean of its epochs so far. */
  readonly secondsLeft?: number;
}

/** How far a run is by its epochs so far. */
export function progressOf(history: readonly EpochRecord[], config: Config | null): RunProgress {
  const epochs = Number(config?.["epochs"] ?? 0);
  const last = history.at(-1);
  if (last === undefined) return { epoch: 0, epochs };
  const seconds = history.reduce((sum, one) => sum + one.seconds.train + one.seconds.valid, 0);
  return {
    epoch: last.epoch,
    epochs,
    ...(last.valid["mae"] === undefined ? {} : { validMae: last.valid["mae"] }),
    secondsLeft: Math.max(0, epochs - last.epoch) * seconds / history.length,
  };
}

/** The epochs of a run so far; none before the first is done. @throws {DataError} the file is damaged */
export function historyOf(folder: RunFolder): EpochRecord[] {
  const path = folder.file("history.jsonl");
  return exists(path) ? readHistory(path) : [];
}

/** Whether a process gives a sign of life in the folder. */
export function isAlive(folder: RunFolder): boolean {
  const lock = folder.file(LOCK_FILE);
  return readOwner(lock) !== null && Date.now() - timeOf(lock) < DEAD;
}

/** The machine that has the folder's lock; empty where none has, or nobody knows. */
export function nodeOf(folder: RunFolder): string {
  return readOwner(folder.file(LOCK_FILE))?.host ?? "";
}

/** 0 for a file that has just gone */
function timeOf(path: string): number {
  try {
    return Deno.statSync(path).mtime?.getTime() ?? 0;
  } catch {
    return 0;
  }
}

/** A run that was begun, and where it stands. */
export interface BegunRun extends RunProgress {
  /** Its folder. */
  readonly path: string;
  /** The model's name. */
  readonly model: string;
  /** The dataset's name. */
  readonly dataset: string;
  /** Of all random draws. */
  readonly seed: number;
  /** `interrupted` was stopped, or its process has ended. */
  readonly state: "running" | "interrupted" | "failed" | "finished";
  /** Why it failed or stopped. */
  readonly reason?: string;
  /** When it was begun, as ISO time. */
  readonly started: string;
  /** When it ended, as ISO time; absent while it runs. */
  readonly ended?: string;
  /** The epoch whose weights were kept; of a finished run. */
  readonly bestEpoch?: number;
  /** All epochs so far. */
  readonly history: readonly EpochRecord[];
}

/**
 * Reads a run that is finished or not.
 *
 * @returns null where the folder holds no run that can be read: it may be about to be made
 */
export function readBegunRun(path: string): BegunRun | null {
  const folder = new RunFolder(path);
  let record: RunRecord | null, config: Config | null, history: EpochRecord[];
  try {
    [record, config, history] = [folder.readRecord(), folder.readConfig(), historyOf(folder)];
  } catch {
    return null;
  }
  if (record === null || config === null) return null;
  const { status, message, ended, summary } = record;
  const isRunning = status === "running" && isAlive(folder);
  const state = isRunning || status !== "running" ? status : "interrupted";
  const reason = message ?? (state === "interrupted" ? "its process has ended" : undefined);
  const { secondsLeft, ...progress } = progressOf(history, config);
  const node = isRunning ? nodeOf(folder) : "";
  return {
    path,
    model: String(config["model"]),
    dataset: String(config["dataset"]),
    seed: record.seed,
    state,
    ...progress,
    ...(isRunning && secondsLeft !== undefined ? { secondsLeft } : {}),
    ...(node === "" ? {} : { node }),
    ...(reason === undefined ? {} : { reason }),
    started: String(record.started ?? ""),
    ...(ended === null || ended === undefined ? {} : { ended }),
    ...(summary === undefined ? {} : { bestEpoch: summary.bestEpoch }),
    history,
  };
}
