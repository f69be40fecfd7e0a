/** Folders of runs as trainings leave them, without a training. */

import { join } from "node:path";
import { writeJsonAtomic } from "../../lib/core/files.ts";
import { thisOwner } from "../../lib/core/lock_file.ts";
import { LOCK_FILE } from "../../lib/core/lock.ts";
import type { EpochRecord } from "../../lib/training/mod.ts";

/** What of a run is not as usual. */
export interface MadeRun {
  readonly status?: "running" | "interrupted" | "failed" | "finished";
  readonly message?: string;
  /** MAE on valid after each epoch. */
  readonly errors?: readonly number[];
  /** Whether its process gives a sign of life. */
  readonly isAlive?: boolean;
  readonly started?: string;
}

function recordOf(mae: number, i: number): EpochRecord {
  return {
    epoch: i + 1,
    trainLoss: 2 * mae,
    trainParts: {},
    valid: { mae },
    seconds: { train: 3, valid: 1 },
    tensors: 9,
    learningRates: {},
  };
}

/** Writes the folder `OUT/MODEL/DATASET/SEED` of a run of at most 10 epochs. */
export function makeRun(out: string, model: string, seed: number, made: MadeRun = {}): string {
  const { status = "finished", errors = [1, 0.5, 0.75], message, isAlive = false } = made;
  const path = join(out, model, "mosi", `${seed}`);
  Deno.mkdirSync(path, { recursive: true });
  writeJsonAtomic(join(path, "config.json"), { model, dataset: "mosi", epochs: 10, seed });
  writeJsonAtomic(join(path, "run.json"), {
    status,
    seed,
    data: { path: "mosi.pkl" },
    started: made.started ?? "2026-01-01T10:00:00.000Z",
    ended: status === "finished" ? "2026-01-01T10:05:00.000Z" : null,
    ...(message === undefined ? {} : { message }),
    ...(status === "finished" ? { summary: { bestEpoch: 2, valid: { mae: 0.5 } } } : {}),
  });
  const lines = errors.map((mae, i) => `${JSON.stringify(recordOf(mae, i))}\n`);
  Deno.writeTextFileSync(join(path, "history.jsonl"), lines.join(""));
  if (isAlive) writeJsonAtomic(join(path, LOCK_FILE), thisOwner());
  return path;
}

/** Runs `test` with a folder that is removed afterwards. */
export async function withRuns(test: (out: string) => void | Promise<void>): Promise<void> {
  const out = Deno.makeTempDirSync();
  try {
    await test(out);
  } finally {
    Deno.removeSync(out, { recursive: true });
  }
}
