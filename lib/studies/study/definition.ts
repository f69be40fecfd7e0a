/**
 * What a study is: models with settings and modalities, on data, over seeds, and the numbers that
 * somebody has published for them.
 *
 * @module
 */

import type { Modality, ProtocolName } from "../../data/mod.ts";
import type { Setting } from "../../models/mod.ts";
import { firstSeeds } from "../../training/training_defaults.ts";

/** One published row of a table. */
export interface PublishedRow {
  /** Whose numbers, for example `reproduced by the report`. */
  readonly label: string;
  /** Values by the key of our metric, as printed; shares in [0, 1]. */
  readonly values: Readonly<Record<string, number>>;
}

/** What is trained once for each dataset and seed: a row of the study's table. */
export interface StudyCell {
  /** The folder's name, SETTING of `OUT/STUDY/SETTING/MODEL/DATASET/SEED`. */
  readonly slug: string;
  /** The name for readers. */
  readonly label: string;
  /** The model's name. */
  readonly model: string;
  /** All that the data have, where absent. */
  readonly modalities?: readonly Modality[];
  /** Settings other than the defaults. */
  readonly settings: Readonly<Record<string, Setting>>;
  /** What the paper printed. */
  readonly published: readonly PublishedRow[];
}

/** A claim that a study answers: a cell is as good as others, within a margin. */
export interface StudyClaim {
  /** Who claims it, and what, as a sentence without its full stop. */
  readonly text: string;
  /** The cell of which it is claimed, as SETTING/MODEL. */
  readonly cell: string;
  /** Those that it is measured against. */
  readonly against: readonly string[];
  /** Differences that count for none, by key of the metric, in its unit. */
  readonly margins: Readonly<Record<string, number>>;
}

/** How a cluster runs a study. */
export interface ClusterOptions {
  /** Options of the scheduler, `KEY=VALUE` each, which go through unchanged. */
  readonly sbatch?: readonly string[];
  /** A file with lines of a shell that come before each task: modules, a container. */
  readonly setup?: string;
  /** Runs a task; as many as are expected to take a minute where absent. */
  readonly perTask?: number;
  /** Tasks at a time; as many as the cluster lets where absent. */
  readonly atOnce?: number;
  /** A folder of each node's own, into which data are copied; it may name variables, `$TMPDIR/msa`. */
  readonly scratch?: string;
}

/** A study, as `study.json` of its folder holds it. */
export interface StudyDefinition {
  /** The folder's name. */
  readonly name: string;
  /** What it is called, for people. */
  readonly title: string;
  /** No two have the same slug and model. */
  readonly cells: readonly StudyCell[];
  /** One run for each. */
  readonly seeds: readonly number[];
  /** What `--data` takes; several are trained on one after the other. */
  readonly data: readonly string[];
  /** DATASET of each of the data; absent where each has a name that no other has. */
  readonly datasets?: readonly string[];
  /** What the data tell, where absent. */
  readonly protocol?: ProtocolName;
  /** Keys of the metrics of the table. */
  readonly metrics: readonly string[];
  /**
   * The split of the table. On `valid` the runs never see test: they are loaded without it. That is
   * for what selects settings.
   */
  readonly scoredOn: "test" | "valid";
  /** Whether the table has the values on valid too, below those on test. Default: it has not. */
  readonly showValid?: boolean;
  /** Where the published rows are from, and the datasets (by our names) that they are on. */
  readonly published?: { readonly source: string; readonly datasets: readonly string[] };
  /** What a comparison of its runs answers at its end. */
  readonly claim?: StudyClaim;
  /** How `--on slurm` runs it. */
  readonly slurm?: ClusterOptions;
  /** What a reader of the table has to know, a sentence each. */
  readonly notes: readonly string[];
}

/** Seeds of a study that names none. */
export const STUDY_SEEDS: readonly number[] = firstSeeds();

/** Metrics of a study that names none, those of them that its protocol has. */
export const STUDY_METRICS: readonly string[] = [
  ...["mae", "corr", "acc2NegPos", "f1WeightedNegPos", "acc2Sims", "f1Weighted"],
];

/** What tells a cell from the others of its study. */
export function cellKey({ slug, model }: Pick<StudyCell, "slug" | "model">): string {
  return `${slug}/${model}`;
}
