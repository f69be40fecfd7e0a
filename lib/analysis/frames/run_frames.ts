/** Frames of what is in run folders. @module */

import { MODALITIES } from "../../data/mod.ts";
import { readPredictions } from "../../evaluation/mod.ts";
import { readHistory, readUnimodalLabels, RunFolder } from "../../training/mod.ts";
import type { IndexedRun } from "../../studies/runs/mod.ts";
import { type Cell, type Frame, makeFrame } from "./frame.ts";

type Row = Readonly<Record<string, Cell>>;

/**
 * A row a run: what it was, and its metrics as `valid.mae`, `test.mae` and so on.
 *
 * @example
 * ```ts
 * import { runsFrame } from "./run_frames.ts";
 * import { train } from "../../session/train.ts";
 * import { assertEquals } from "@std/assert";
 * const out = Deno.makeTempDirSync();
 * const run = await train({
 *   model: "self-mm",
 *   data: "synthetic:n=16",
 *   runs: 1,
 *   settings: { batchSize: 8, updateEpochs: 1 },
 *   epochs: 1,
 *   engine: "cpu",
 *   out,
 * });
 * assertEquals((await runsFrame(run.entries())).shape[0], 1);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export function runsFrame(runs: readonly IndexedRun[]): Promise<Frame> {
  return frameOfRows(runs.map((run) => ({
    ...identityOf(run),
    protocol: run.protocol,
    engine: run.engine,
    device: run.device,
    epochs: run.epochs,
    bestEpoch: run.bestEpoch,
    started: run.started,
    ...flat("valid", run.valid),
    ...flat("test", run.test),
    path: run.path,
  })));
}

/**
 * A row an epoch of each run: losses, metrics on valid, seconds.
 *
 * @throws {DataError} a history is missing or damaged
 */
export function historyFrame(runs: readonly IndexedRun[]): Promise<Frame> {
  return frameOfRows(
    runs.flatMap((run) =>
      historyOf(run).map(({ epoch, trainLoss, trainParts, valid, seconds }) => ({
        ...identityOf(run),
        epoch,
        trainLoss,
        ...flat("trainParts", trainParts),
        ...flat("valid", valid),
        ...flat("seconds", seconds),
      }))
    ),
  );
}

/**
 * A row an epoch and modality of each run that generates unimodal labels: how they are distributed,
 * how much they weigh, and how near they are to those that people gave.
 *
 * @throws {DataError} a history is missing or damaged
 */
export function labelDiagnosisFrame(runs: readonly IndexedRun[]): Promise<Frame> {
  return frameOfRows(
    runs.flatMap((run) =>
      historyOf(run).flatMap(({ epoch, unimodalLabels }) =>
        MODALITIES.flatMap((modality) => {
          const diagnosis = unimodalLabels?.[modality];
          if (diagnosis === undefined) return [];
          const { mean, deviation, weight, centerDistance, human, events } = diagnosis;
          return [{
            ...identityOf(run),
            epoch,
            modality,
            mean,
            deviation,
            weight,
            centerDistance,
            ...flat("human", human ?? {}),
            ...flat("events", events),
          }];
        })
      )
    ),
  );
}

/**
 * A row a sample of each run's valid and test splits. A label that is not known is NaN.
 *
 * @throws {DataError} predictions are missing or damaged
 */
export function predictionsFrame(runs: readonly IndexedRun[]): Promise<Frame> {
  const columns = {
    model: [] as string[],
    dataset: [] as string[],
    setting: [] as string[],
    seed: [] as number[],
    split: [] as string[],
    id: [] as string[],
    label: [] as number[],
    prediction: [] as number[],
  };
  for (const run of runs) {
    for (const row of readPredictions(new RunFolder(run.path).file("predictions.csv"))) {
      columns.model.push(run.model);
      columns.dataset.push(run.dataset);
      columns.setting.push(settingOf(run));
      columns.seed.push(run.seed);
      columns.split.push(row.split);
      columns.id.push(row.id);
      columns.label.push(row.label ?? NaN);
      columns.prediction.push(row.prediction);
    }
  }
  return makeFrame(columns);
}

/**
 * A row a train sample of each run that generated unimodal labels: `label` and the generated `text`,
 * `audio` and `vision`.
 *
 * @throws {DataError} labels are missing or damaged
 */
export function unimodalLabelsFrame(runs: readonly IndexedRun[]): Promise<Frame> {
  return frameOfRows(runs.flatMap((run) => {
    const { ids, labels, generated } = readUnimodalLabels(
      new RunFolder(run.path).file("labels.csv"),
    );
    return ids.map((id, i) => ({
      ...identityOf(run),
      id,
      label: labels[i]!,
      ...Object.fromEntries(MODALITIES.map((name) => [name, generated[name]?.[i] ?? NaN])),
    }));
  }));
}

/** The study's setting or the folder of `--out`, with what the configuration has otherwise. */
export function settingOf({ setting, variant }: IndexedRun): string {
  return [setting, variant].filter((text) => text !== "").join("~");
}

function identityOf(run: IndexedRun): Row {
  return { model: run.model, dataset: run.dataset, setting: settingOf(run), seed: run.seed };
}

function historyOf(run: IndexedRun) {
  return readHistory(new RunFolder(run.path).file("history.jsonl"));
}

/** `{ mae: 1 }` → `{ "valid.mae": 1 }` */
function flat(prefix: string, values: Readonly<Record<string, number>>): Row {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`${prefix}.${key}`, value]),
  );
}

/** Rows may lack columns that others have. */
function frameOfRows(rows: readonly Row[]): Promise<Frame> {
  const names = new Map<string, Cell>();
  for (const row of rows) {
    for (const [name, cell] of Object.entries(row)) {
      if (!names.has(name)) names.set(name, typeof cell === "string" ? "" : NaN);
    }
  }
  return makeFrame(Object.fromEntries(
    [...names].map(([name, missing]) => [name, rows.map((row) => row[name] ?? missing)]),
  ));
}
