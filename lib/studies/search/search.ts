/**
 * Random search: settings drawn from a space, trained, ranked by valid. The trainings of a search
 * never see test: its data are loaded without that split, and what ranks them takes metrics of valid
 * by its type. Whoever wants the winner's test metrics trains it by itself, over several seeds.
 *
 * Source: Bergstra and Bengio 2012, "Random Search for Hyper-Parameter Optimization".
 *
 * @module
 */

import { UsageError } from "../../core/errors.ts";
import { RandomStream } from "../../core/random.ts";
import { dataName, type Modality, type ProtocolName } from "../../data/mod.ts";
import { metricOf, protocolOf } from "../../evaluation/mod.ts";
import type { ModelDefinition, Setting } from "../../models/mod.ts";
import type { MetricValues } from "../runs/run_entry.ts";
import { mean } from "../../statistics/mod.ts";
import { TRAINING_DEFAULTS } from "../../training/training_defaults.ts";
import type { Study, StudyCell, StudyDefinition, StudyRuns } from "../study/mod.ts";
import { typedSettings } from "../study/parse_definition.ts";
import { drawSettings, type Space } from "./space.ts";

/** What is searched. */
export interface SearchOptions {
  /** Whose settings are searched. */
  readonly model: ModelDefinition;
  /** From what settings are drawn. */
  readonly space: Space;
  /** How many settings are tried. */
  readonly trials: number;
  /** Of the draws of settings. */
  readonly seed: number;
  /** Of the trainings; a trial is scored by its mean over them. */
  readonly seeds: readonly number[];
  /** A pickle, a store folder or synthetic data. */
  readonly data: string;
  /** Default: what the data tell. */
  readonly protocol?: ProtocolName;
  /** Default: all in the data. */
  readonly modalities?: readonly Modality[];
  /** A metric of the protocol. */
  readonly metric: string;
  /** Settings that all trials share. */
  readonly settings: Readonly<Record<string, Setting>>;
}

/** Metrics of a training on valid. What has metrics of test too, or instead, is no such thing. */
export interface ValidMetrics {
  /** Metrics on valid. */
  readonly valid: MetricValues;
  /** Not there: a search never sees test. */
  readonly test?: never;
}

/** A trial with all its seeds trained. */
export interface RankedTrial {
  /** The name of its folder, for example `trial-003`. */
  readonly trial: string;
  /** What was drawn. */
  readonly settings: Readonly<Record<string, Setting>>;
  /** The metric on valid, mean over seeds. */
  readonly score: number;
}

/** Draws of settings that were there before, after which a space is taken to be used up. */
const PATIENCE = 1000;

/**
 * The study whose cells are the trials. The same seed draws the same trials, and more of them go on
 * where fewer ended; no settings are tried twice, so that a small space has fewer.
 *
 * @throws {UsageError} the model has no such setting, or a value does not fit
 */
export function searchStudy(options: SearchOptions): StudyDefinition {
  const { model, space, protocol, modalities, metric } = options;
  const both = Object.keys(space).find((key) => Object.hasOwn(options.settings, key));
  if (both !== undefined) {
    throw new UsageError(`Cannot search ${both}: it is set to ${options.settings[both]}`);
  }
  const shared = typedSettings(model, options.settings);
  const cells = drawTrials(options).map((drawn, i): StudyCell => ({
    slug: `trial-${String(i + 1).padStart(3, "0")}`,
    label: Object.entries(drawn).map(([key, value]) => `${key}=${value}`).join(" "),
    model: model.name,
    ...(modalities === undefined ? {} : { modalities }),
    settings: { ...shared, ...drawn },
    published: [],
  }));
  return {
    name: `search-${model.name}`,
    title: `Random search of ${model.name}`,
    cells,
    seeds: options.seeds,
    data: [dataName(options.data)],
    ...(protocol === undefined ? {} : { protocol }),
    metrics: [metric],
    scoredOn: "valid",
    notes: [],
  };
}

/** Whether a study is one that {@linkcode searchStudy} made: its cells are trials. */
export function isSearch({ cells, scoredOn }: StudyDefinition): boolean {
  return scoredOn === "valid" && cells.every(({ slug }) => /^trial-\d{3,}$/.test(slug));
}

function drawTrials({ space, trials, seed }: SearchOptions): Record<string, Setting>[] {
  const random = RandomStream.fromSeed(seed).split("search");
  const found = new Map<string, Record<string, Setting>>();
  for (let i = 0, idle = 0; found.size < trials && idle < PATIENCE; i++, idle++) {
    const drawn = drawSettings(space, random.fresh(`draw ${i}`));
    const key = JSON.stringify(drawn);
    if (found.has(key)) continue;
    found.set(key, drawn);
    idle = 0;
  }
  return [...found.values()];
}

/** The score of one training. Its type keeps test out, and nothing else ranks. */
export function scoreTrial({ valid }: ValidMetrics, metric: string): number {
  return valid[metric]!;
}

/**
 * The trials of a search, the best first; those that lack a seed are left out, and of equal ones the
 * earlier goes first.
 *
 * @throws {UsageError} the protocol of the data has no such metric, with the nearest
 */
export function rankTrials({ definition, groups }: Study, metric: string): RankedTrial[] {
  const complete = groups.filter(({ runs }) => runs.length === definition.seeds.length);
  const trials = complete.map(({ cell, runs }: StudyRuns): RankedTrial => ({
    trial: cell.slug,
    settings: cell.settings,
    score: mean(runs.map((run) => scoreTrial({ valid: run.valid }, metric))),
  }));
  const first = complete[0]?.runs[0];
  if (first === undefined) return [];
  const protocol = protocolOf({ ...first.config, protocol: first.protocol });
  const sign = metricOf(protocol, metric).higherIsBetter ? -1 : 1;
  return trials.sort((a, b) => sign * (a.score - b.score));
}

/**
 * The command that trains settings by themselves with as many seeds as is usual, test included.
 *
 * @param further flags that the trials were given too, as typed
 */
export function trainCommand(
  { model, data }: { readonly model: string; readonly data: string },
  settings: Readonly<Record<string, Setting>>,
  further: readonly string[] = [],
): string[] {
  return [
    ...["deno", "task", "train", "--model", model, "--data", data],
    ...further,
    ...Object.entries(settings).flatMap(([key, value]) => ["--set", `${key}=${value}`]),
    ...["--runs", String(TRAINING_DEFAULTS.runs)],
  ];
}
