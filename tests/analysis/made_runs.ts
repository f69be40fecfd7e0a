/** Run folders with made-up predictions, as a training leaves them. */

import { join } from "node:path";
import { writeJsonAtomic } from "../../lib/core/files.ts";
import { RandomStream } from "../../lib/core/random.ts";
import type { ProtocolName } from "../../lib/data/mod.ts";
import { type PredictionRow, PROTOCOLS, writePredictions } from "../../lib/evaluation/mod.ts";
import type { Setting } from "../../lib/models/mod.ts";
import { RunFolder } from "../../lib/training/mod.ts";

/** What a made run is like. */
export interface MadeRun {
  readonly model: string;
  readonly dataset?: string;
  readonly seed: number;
  readonly protocol?: ProtocolName;
  /** Standard deviation of the error of a prediction. */
  readonly noise?: number;
  readonly samples?: number;
  readonly config?: Readonly<Record<string, Setting>>;
  /** Of its folder, `SEED~VARIANT`. */
  readonly variant?: string;
  /** Of its data. */
  readonly sha256?: string;
  readonly started?: string;
  /** Changes the rows before they are written. */
  readonly change?: (rows: PredictionRow[]) => PredictionRow[];
}

/** Writes a finished run to `OUT/MODEL/DATASET/SEED`, or `SEED~VARIANT`, and returns its folder. */
export function makeRun(out: string, made: MadeRun): string {
  const { model, dataset = "mosi", seed, protocol = "mosi", noise = 0.5, samples = 40 } = made;
  const { sha256 = "abc", started = "2026-01-01T00:00:00.000Z", variant } = made;
  const { path } = RunFolder.at(out, model, dataset, seed, variant);
  const labels = RandomStream.fromSeed(7).split("labels");
  const errors = RandomStream.fromSeed(seed).split(model);
  const made_rows: PredictionRow[] = ["valid", "test"].flatMap((split) =>
    Array.from({ length: samples }, (_, i) => {
      // In thirds, with zeros, as people rate.
      const label = Math.fround(Math.round(labels.uniform() * 18) / 3 - 3);
      return { split, id: `${split}$_$${i}`, label, prediction: label + noise * errors.normal() };
    })
  );
  const rows = made.change?.(made_rows) ?? made_rows;
  const metrics = Object.fromEntries(["valid", "test"].map((split) => {
    const of = rows.filter((row) => row.split === split);
    const { values } = PROTOCOLS[protocol].evaluate(
      of.map((row) => row.prediction),
      of.map((row) => row.label!),
    );
    return [split, values];
  }));
  const config = { model, dataset, protocol, modalities: "text", seed, ...made.config };
  writeJsonAtomic(join(path, "config.json"), config);
  writeJsonAtomic(join(path, "run.json"), {
    status: "finished",
    versions: {},
    engine: "cpu",
    device: "cpu",
    data: { path: "mosi.pkl", sha256, widths: { text: 768 }, zeroed: {} },
    seed,
    gitCommit: null,
    commandLine: [],
    started,
    ended: "2026-01-01T00:01:00.000Z",
    summary: { epochs: 3, bestEpoch: 2 },
  });
  writeJsonAtomic(join(path, "metrics.json"), metrics);
  writePredictions(join(path, "predictions.csv"), rows);
  return path;
}

/** Writes a run for each of `count` seeds. */
export function makeRuns(out: string, count: number, made: Omit<MadeRun, "seed">): string[] {
  return Array.from({ length: count }, (_, i) => makeRun(out, { ...made, seed: 1111 + i }));
}
