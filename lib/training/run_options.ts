/** What a run is told, and what it tells. @module */

import type { Dataset, Modality, ProtocolName } from "../data/mod.ts";
import type { Engine } from "../engine/mod.ts";
import type { Config, ModelDefinition, Setting } from "../models/mod.ts";
import type { EpochRecord } from "./history.ts";
import type { RunSummary } from "./run_folder.ts";

/** What stops a run, and what it tells meanwhile. */
export interface RunEvents {
  /** Aborting it stops the training after the batch, saved. */
  readonly signal?: AbortSignal;
  /** Called before the first epoch, with the settings and the number of epochs done already. */
  onStart?(config: Config, finished: number): void;
  /** Called after each batch, with the samples done in the epoch and the mean loss so far. */
  onBatch?(epoch: number, samples: number, loss: number): void;
  /** Called after each epoch. */
  onEpoch?(record: EpochRecord): void;
}

/** Where runs go whose folder another configuration has already, `OUT/MODEL/DATASET/SEED`. */
export interface Placement {
  /** Into `SEED~NAME`: letters, digits and `. _ + -`. Default: what differs, `SEED~dropout=0.2`. */
  readonly name?: string;
  /**
   * Whether the run that is there is removed: of the same configuration, or else the one in `SEED`.
   * Default: false.
   */
  readonly overwrite?: boolean;
  /** Whether another configuration in `SEED` is an error, as in a study. Default: false. */
  readonly isFixed?: boolean;
  /** DATASET. Default: the data's name, with a sum of the content where others have it already. */
  readonly datasetName?: string;
}

/** A run with everything decided; `openTraining` decides what its caller leaves open. */
export interface RunOptions extends RunEvents, Placement {
  /** What is trained. */
  readonly model: ModelDefinition;
  /** On what. */
  readonly dataset: Dataset;
  /** Whose metrics and default settings hold. */
  readonly protocol: ProtocolName;
  /** Those in use. */
  readonly modalities: readonly Modality[];
  /** Of all random draws. */
  readonly seed: number;
  /** Settings other than the defaults. */
  readonly settings: Readonly<Record<string, Setting>>;
  /** What became of non-finite features, for the record. */
  readonly nonfinite: "zero" | "stop";
  /** What computes. */
  readonly engine: Engine;
  /** The folder above all runs. */
  readonly out: string;
  /** Whether an unfinished run may be continued. */
  readonly resume: boolean;
  /** Seconds that loading the data took, for the record. */
  readonly loadSeconds: number;
  /** For the record. */
  readonly commandLine: readonly string[];
  /** Called with what is odd about the training, a sentence each. Default: `console.warn`. */
  readonly onWarning?: (message: string) => void;
}

/** A finished run, and whether it was there before. */
export interface RunOutcome {
  /** What the run was, and its metrics. */
  readonly summary: RunSummary;
  /** Whether it was finished before. */
  readonly skipped: boolean;
}
