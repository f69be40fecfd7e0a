/** Flags that several commands share, and what they say. @module */

import { PROTOCOL_NAMES } from "../../lib/data/modality.ts";
import { UsageError } from "../../lib/core/errors.ts";
import { firstSeeds, TRAINING_DEFAULTS } from "../../lib/training/training_defaults.ts";
import type { EngineOptions } from "../../lib/engine/mod.ts";
import type { ProtocolName } from "../../lib/data/mod.ts";
import { type Call, type Flag, warn } from "./command.ts";
import { MODEL_NAMES } from "./model_names.ts";

/** Which model. */
export const MODEL_FLAG: Flag = { name: "model", value: "NAME", help: MODEL_NAMES };

/** Which seeds; a command that has not five by default says so. */
export function seedFlags(runs = `${TRAINING_DEFAULTS.runs}`): readonly Flag[] {
  return [
    { name: "seeds", value: "N,N,…", repeatable: true, help: "one run for each of these" },
    {
      name: "runs",
      value: "N",
      help: `so many runs, with the seeds ${TRAINING_DEFAULTS.firstSeed}, … (default: ${runs})`,
    },
  ];
}

/**
 * What {@linkcode seedFlags} say; undefined where neither was given.
 *
 * @throws {UsageError} both were given, a seed is no whole number, or the count is none
 */
export function seedsOf(call: Call): readonly number[] | undefined {
  const [seeds, runs] = [call.get("seeds"), call.get("runs")];
  if (runs === undefined) {
    if (seeds === undefined) return undefined;
    const list = call.seeds("seeds");
    if (list.length === 1 && 1 < list[0]! && list[0]! <= 20) {
      warn(`--seeds ${seeds} is one run, with seed ${seeds}; ${seeds} runs are --runs ${seeds}`);
    }
    return list;
  }
  if (seeds !== undefined) {
    throw new UsageError(`Cannot use --seeds ${seeds} with --runs ${runs}: expected one of them`);
  }
  return firstSeeds(call.count("runs", 1));
}

/** How many trainings there are at a time. */
export const JOBS_FLAG: Flag = {
  name: "jobs",
  value: "N",
  default: "1",
  help: "trainings at a time; auto: by cores, and the memory of the first",
};

/** Where runs go. */
export const OUT_FLAG: Flag = {
  name: "out",
  value: "FOLDER",
  help: "folder above the runs",
  default: TRAINING_DEFAULTS.out,
};

/** What data do not say themselves. */
export const SOURCE_FLAGS: readonly Flag[] = [
  {
    name: "labels",
    value: "FILE|RANGE|classes",
    repeatable: true,
    help:
      "a table with video_id,clip_id,label,…; the range of the labels, such as 1..5; or classes",
  },
  { name: "label-column", value: "N", help: "which label counts of several a sample, from 0" },
  {
    name: "columns",
    value: "RANGES",
    help: "modalities in one array: text=0:300,audio=300:305,vision=305:325",
  },
  { name: "text-features", value: "FILE", help: "features of the text, joined by id" },
  { name: "audio", value: "FILE", help: "features of the audio, joined by id" },
  { name: "vision", value: "FILE", help: "features of the vision, joined by id" },
  { name: "valid", value: "SHARE", help: "part of train that becomes valid, whole videos: 0.15" },
];

/** Which data, and how they are read. */
export const DATA_FLAGS: readonly Flag[] = [
  {
    name: "data",
    value: "PATH",
    help: "a file of any layout in DATA.md, a store folder, synthetic:n=2000,seed=1",
  },
  {
    name: "protocol",
    value: "PROTOCOL",
    choices: PROTOCOL_NAMES,
    help: "metrics and default settings; default: what the data tell",
  },
  {
    name: "modalities",
    value: "LIST",
    help: "of text,audio,vision, with commas; default: all in the data",
  },
  {
    name: "nonfinite",
    value: "POLICY",
    choices: ["zero", "stop"],
    default: TRAINING_DEFAULTS.nonfinite,
    help: "what becomes of NaN and infinite features",
  },
  ...SOURCE_FLAGS,
];

/** Where tensors are computed. */
export const ENGINE_FLAGS: readonly Flag[] = [
  {
    name: "engine",
    value: "ENGINE",
    choices: ["auto", "tensorflow", "webgpu", "cpu"],
    default: TRAINING_DEFAULTS.engine,
    help: "what computes; auto takes tensorflow where its library is",
  },
  {
    name: "device",
    value: "DEVICE",
    choices: ["auto", "cpu", "gpu"],
    default: TRAINING_DEFAULTS.device,
    help: "what the engine computes on",
  },
];

/** What `--protocol` says; nothing where the data are to tell. */
export function protocolOf(call: Call): { readonly protocol?: ProtocolName } {
  const protocol = call.get("protocol") as ProtocolName | undefined;
  return protocol === undefined ? {} : { protocol };
}

/** What {@linkcode ENGINE_FLAGS} say. */
export function engineOf(call: Call): Required<Pick<EngineOptions, "engine" | "device">> {
  return { engine: call.get("engine") as "auto", device: call.get("device") as "auto" };
}

/** Where a study or a search is trained. */
export const CLUSTER_FLAGS: readonly Flag[] = [
  {
    name: "on",
    value: "SCHEDULER",
    choices: ["slurm"],
    help: "hand it in to a cluster, and return",
  },
  {
    name: "sbatch",
    value: "KEY=VALUE",
    repeatable: true,
    help: "an option of Slurm's sbatch, as partition=gpu or gres=gpu:1",
  },
  { name: "setup", value: "FILE.sh", help: "lines before each task: module load, a container" },
  { name: "per-task", value: "N", help: "runs a task; default: as many as take a minute" },
  { name: "at-once", value: "N", help: "tasks at a time; default: as many as the cluster lets" },
  { name: "scratch", value: "FOLDER", help: "each node's own, for a copy of the data" },
  { name: "wait", help: "wait for the end with progress, and print the results" },
  { name: "dry-run", help: "print the script, and hand in nothing" },
];
