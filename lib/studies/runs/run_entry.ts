/** What analysis knows of a finished run: one row of the table of runs. @module */

import { basename, dirname, resolve } from "node:path";
import { DataError, messageOf, reasonOf, RunError } from "../../core/errors.ts";
import type { ProtocolName } from "../../data/mod.ts";
import { type Protocol, protocolOf, PROTOCOLS } from "../../evaluation/mod.ts";
import {
  labelledSplit,
  type PredictionRow,
  readPredictions,
} from "../../evaluation/predictions.ts";
import { type Config, MODELS } from "../../models/mod.ts";
import { RunFolder } from "../../training/mod.ts";
import { defaultsFor, startValues } from "../../training/config.ts";
import { identityOf } from "../../training/configuration.ts";
import { findRunFolders, type Skipped } from "./run_discovery.ts";
import { tellApart } from "./telling_apart.ts";

/** Metrics by key, unrounded. */
export type MetricValues = Readonly<Record<string, number>>;

/** A finished run. */
export interface RunEntry {
  /** Where it is. */
  readonly path: string;
  /** The model's name. */
  readonly model: string;
  /** The dataset's name. */
  readonly dataset: string;
  /** Of all random draws. */
  readonly seed: number;
  /**
   * Told by the path: the study's setting, or the folder that a training was given with `--out`; empty
   * where the run was moved elsewhere.
   */
  readonly setting: string;
  /** What its settings have otherwise than the first of its folder, or its name; empty for the first. */
  readonly variant: string;
  /** Of the data; empty where nobody knows. */
  readonly sha256: string;
  /** What its configuration is, without the seed, as JSON: the same for all seeds. */
  readonly identity: string;
  /** Whose metrics and default settings hold. */
  readonly protocol: ProtocolName;
  /** The engine's name. */
  readonly engine: string;
  /** `cpu` or `gpu`. */
  readonly device: string;
  /** Number of epochs trained. */
  readonly epochs: number;
  /** The epoch whose weights were kept, from 1. */
  readonly bestEpoch: number;
  /** When, as ISO time. */
  readonly started: string;
  /** Metrics on valid; empty where the data lack it, or labels in it. */
  readonly valid: MetricValues;
  /** Metrics on test, as on valid. */
  readonly test: MetricValues;
  /** All settings that were in force. */
  readonly config: Config;
}

/** Runs, and what else was found among them. */
export interface RunList {
  /** Those that are finished and can be read. */
  readonly runs: RunEntry[];
  /** What was passed over, and why. */
  readonly skipped: Skipped[];
}

/**
 * Reads all finished runs in `paths` and below. What cannot be read, is not finished or is no run at
 * all is reported, never fatal.
 *
 * @example
 * ```ts
 * import { readRuns } from "./run_entry.ts";
 * import { assertEquals } from "@std/assert";
 * const folder = Deno.makeTempDirSync();
 * const { runs, skipped } = readRuns([folder]);
 * assertEquals([runs.length, skipped[0]!.reason], [0, "it holds no run"]);
 * Deno.removeSync(folder);
 * ```
 */
export function readRuns(paths: readonly string[]): RunList {
  const { runs, skipped } = readEachRun(paths);
  return { runs: tellApart(runs), skipped };
}

/** As `readRuns`, with the names that each run has by itself. */
export function readEachRun(paths: readonly string[]): RunList {
  const { folders, skipped } = findRunFolders(paths);
  const runs: RunEntry[] = [];
  for (const path of folders) {
    try {
      runs.push(readRun(path));
    } catch (error) {
      skipped.push({ path, reason: messageOf(error) });
    }
  }
  return { runs, skipped };
}

/**
 * Reads one finished run.
 *
 * @throws {RunError} there is none, or its record is not one of ours
 * @throws {DataError} its metrics cannot be read
 */
export function readRun(path: string): RunEntry {
  const folder = new RunFolder(path);
  const { config, record } = folder.readFinished();
  const { summary } = record;
  const text = (name: string, value: unknown) => {
    if (typeof value === "string" && value !== "") return value;
    throw new RunError(
      `Cannot read the run "${path}": its ${name} is ${JSON.stringify(value)}, expected a text`,
    );
  };
  const protocol = text("protocol", config["protocol"]);
  if (!Object.hasOwn(PROTOCOLS, protocol)) {
    throw new RunError(
      `Cannot read the run "${path}": its protocol is "${protocol}", ` +
        `expected one of ${Object.keys(PROTOCOLS).join(", ")}`,
    );
  }
  const { seed } = record;
  if (!Number.isSafeInteger(seed)) {
    throw new RunError(`Cannot read the run "${path}": its seed is ${seed}, expected a number`);
  }
  const recorded = readMetrics(folder.file("metrics.json"));
  const metrics = completed(recorded, protocolOf(config), folder);
  const model = text("model", config["model"]);
  const dataset = text("dataset", config["dataset"]);
  return {
    path,
    model,
    dataset,
    seed,
    setting: settingOf(path, model, dataset),
    variant: folder.variant,
    sha256: String(record.data?.sha256 ?? ""),
    identity: JSON.stringify(identityOf(config, defaultsOf(config))),
    protocol: protocol as ProtocolName,
    engine: String(record.engine ?? ""),
    device: String(record.device ?? ""),
    epochs: Number(summary?.epochs ?? 0),
    bestEpoch: Number(summary?.bestEpoch ?? 0),
    started: String(record.started ?? ""),
    valid: metrics["valid"] ?? {},
    test: metrics["test"] ?? {},
    config,
  };
}

/**
 * Why the run's test metrics are no fair ones, or null: test was the split that the run selected by,
 * or was looked at before the training ended.
 */
export function testSelection(run: RunEntry): string | null {
  const folder = new RunFolder(run.path);
  const record = folder.readRecord();
  if ([run.config["selectedOn"], record?.selectedOn].includes("test")) {
    return "it selected its weights on test";
  }
  if (!record?.ended) return null;
  const ended = Date.parse(record.ended);
  const isEarly = folder.readReads().some(({ at, split }) =>
    split === "test" && Date.parse(at) < ended
  );
  return isEarly ? "test was read before its training ended" : null;
}

function readMetrics(path: string): Record<string, MetricValues> {
  let found: unknown;
  try {
    found = JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    throw new DataError(`Cannot read "${path}": ${reasonOf(error)}, expected metrics as JSON`);
  }
  const isValues = (value: unknown) =>
    isObject(value) && Object.values(value).every((number) => typeof number === "number");
  if (isObject(found) && Object.keys(found).length > 0 && Object.values(found).every(isValues)) {
    return found as Record<string, MetricValues>;
  }
  throw new DataError(`Cannot read "${path}": it holds no metrics, expected numbers by split`);
}

/** With the metrics that the run's version did not have yet, where its predictions tell them. */
function completed(
  metrics: Record<string, MetricValues>,
  protocol: Protocol,
  folder: RunFolder,
): Record<string, MetricValues> {
  const { metricKeys } = protocol;
  const isWhole = (values: MetricValues) => metricKeys.every((key) => Object.hasOwn(values, key));
  if (Object.values(metrics).every(isWhole)) return metrics;
  let rows: PredictionRow[];
  try {
    rows = readPredictions(folder.file("predictions.csv"));
  } catch (error) {
    // The run is worth telling of all the same.
    if (error instanceof DataError) return metrics;
    throw error;
  }
  return Object.fromEntries(
    Object.entries(metrics).map(([split, values]) => {
      const scores = isWhole(values) ? null : labelledSplit(rows, split);
      if (scores === null) return [split, values];
      return [split, { ...protocol.evaluate(scores.predictions, scores.labels).values, ...values }];
    }),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Start values of the settings; none for a model that is not known here. */
function defaultsOf(config: Config): Config {
  const model = MODELS.find(({ name }) => name === config["model"]);
  if (model === undefined) return {};
  const preset = defaultsFor(String(config["dataset"]), config["protocol"] as ProtocolName);
  return startValues(model, preset);
}

/** `OUT/STUDY/SETTING/MODEL/DATASET/SEED`: what stands before the model, if the rest is so laid out. */
function settingOf(path: string, model: string, dataset: string): string {
  const above = dirname(resolve(path));
  if (basename(above) !== dataset || basename(dirname(above)) !== model) return "";
  return basename(dirname(dirname(above)));
}
