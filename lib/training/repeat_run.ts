/** What a run was told, so that it can be told again: for other seeds, data or settings. @module */

import { RunError } from "../core/errors.ts";
import {
  type Modality,
  parseLabelRange,
  type ProtocolName,
  type SourceOptions,
} from "../data/mod.ts";
import type { Device, EngineName } from "../engine/mod.ts";
import type { Config, Setting } from "../models/mod.ts";
import type { TrainingOptions } from "./open_training.ts";
import { RunFolder } from "./run_folder.ts";

/** What makes the same training again, and the seed that it had. */
export type RepeatedRun =
  & Pick<TrainingOptions, "protocol" | "modalities" | "nonfinite" | "labelRange">
  & { readonly model: string; readonly settings: Record<string, Setting>; readonly seed: number };

/** Keys of a configuration that are no settings of the model. */
const NO_SETTINGS: readonly string[] = [
  ...["model", "dataset", "protocol", "modalities", "nonfinite", "labels", "classes", "seed"],
];

/** Whether `value` is the configuration of a run, as its folder has it, and not some settings alone. */
export function isRunConfig(value: Readonly<Record<string, unknown>>): value is Config {
  return ["model", "dataset", "protocol", "modalities"]
    .every((key) => typeof value[key] === "string") && typeof value["seed"] === "number";
}

/**
 * The training that a configuration is of. What the data have decided in it they decide again.
 */
export function repeatConfig(config: Config): RepeatedRun {
  const { labels } = config;
  const isDecided = (key: string) => Object.hasOwn(config, `${key}Reason`);
  const settings = Object.entries(config).filter(([key]) =>
    !NO_SETTINGS.includes(key) && !key.endsWith("Reason") && !isDecided(key)
  );
  return {
    model: String(config["model"]),
    settings: Object.fromEntries(settings) as Record<string, Setting>,
    seed: Number(config["seed"]),
    protocol: config["protocol"] as ProtocolName,
    modalities: String(config["modalities"]).split(",") as Modality[],
    nonfinite: config["nonfinite"] === "stop" ? "stop" : "zero",
    ...(typeof labels === "string" ? { labelRange: parseLabelRange(labels) } : {}),
  };
}

/** What a run was: its configuration, and what computed it on which data. */
export interface FoundRun {
  /** All settings that were in force. */
  readonly config: Config;
  /** The engine's name. */
  readonly engine: EngineName;
  /** `cpu` or `gpu`. */
  readonly device: Device;
  /** What `loadDataset` took. */
  readonly data: string;
  /** Of the data. */
  readonly sha256: string;
  /** How they were read. */
  readonly source: SourceOptions;
}

/**
 * Reads what a run was, finished or not.
 *
 * @throws {RunError} the folder holds no run, or one that does not say what it is of
 *
 * @example
 * ```ts
 * import { openTraining } from "./open_training.ts";
 * import { repeatConfig, repeatRun } from "./repeat_run.ts";
 * import { assertEquals } from "@std/assert";
 * const out = Deno.makeTempDirSync(), engine = "cpu";
 * using training = await openTraining({ model: "constant", data: "synthetic:n=16", engine, out });
 * const { summary } = await training.train(7);
 * const { config, data } = repeatRun(summary.path);
 * const { seed, ...same } = repeatConfig(config);
 * using again = await openTraining({ ...same, data, engine, out });
 * assertEquals((await again.train(seed)).skipped, true);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export function repeatRun(path: string): FoundRun {
  const folder = new RunFolder(path);
  const [config, record] = [folder.readConfig(), folder.readRecord()];
  if (config === null || record === null || !isRunConfig(config)) {
    throw new RunError(`Cannot repeat "${path}": it holds no run, expected the folder of a run`);
  }
  const { data, engine, device } = record;
  return {
    config,
    engine: engine as EngineName,
    device: device as Device,
    data: data.path,
    sha256: data.sha256,
    source: data.source ?? {},
  };
}
