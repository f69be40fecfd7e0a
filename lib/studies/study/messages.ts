/** What a study and its processes tell each other, one JSON object a line. @module */

import type { SourceOptions, SplitName } from "../../data/mod.ts";
import type { Device, EngineName, EngineOptions } from "../../engine/mod.ts";
import type { Job } from "./jobs.ts";

/** How a process works. */
export interface WorkerOptions {
  /** The engine's name. */
  readonly engine: NonNullable<EngineOptions["engine"]>;
  /** `cpu` or `gpu`. */
  readonly device: NonNullable<EngineOptions["device"]>;
  /** Trainings at a time on this machine, in all its processes: they share its cores. Default: 1. */
  readonly jobs?: number;
  /** What becomes of features that are not finite. */
  readonly nonfinite: "zero" | "stop";
  /** How data are read that do not say it themselves. */
  readonly source?: SourceOptions;
  /** Splits that are loaded; all in the data where absent. Without test for what selects. */
  readonly splits?: readonly Exclude<SplitName, "test">[];
  /** A folder of this machine's own, into which a data file is copied before it is read. */
  readonly scratch?: string;
  /** For the record of each run. */
  readonly commandLine: readonly string[];
}

/** A training to be done, numbered by the study. */
export interface JobOrder {
  readonly run: number;
  readonly job: Job;
}

/** From the study: first how to work, then trainings to be done, or that all is to be saved. */
export type Order =
  | { readonly open: WorkerOptions }
  | JobOrder
  | { readonly stop: "SIGINT" | "SIGTERM" };

/** How a training ended; `busy` is one that another process is at work on. */
export type Ending =
  | { readonly status: "trained" | "kept"; readonly path: string; readonly validMae: number | null }
  | { readonly status: "failed" | "interrupted" | "busy"; readonly message: string };

/** How far a training has come. */
export interface EpochReport {
  readonly epoch: number;
  readonly epochs: number;
  readonly validMae: number;
  /** The run's folder. */
  readonly path: string;
}

/** From a process; what is of one training has the number that it was ordered with. */
export type Report =
  | { readonly note: string }
  | { readonly warning: string }
  | { readonly opened: EngineName }
  | { readonly unusable: string }
  | { readonly device: Device; readonly peakBytes: number }
  | { readonly run: number } & EpochReport
  | { readonly run: number; readonly ending: Ending };
