/** The work of `deno task search`. @module */

import { searchTable } from "../../lib/analysis/mod.ts";
import { createProgress, type Progress } from "../../lib/display/mod.ts";
import { findModel, type ModelDefinition } from "../../lib/models/mod.ts";
import { InterruptListener } from "../../lib/training/mod.ts";
import { searchSpace } from "../../lib/training/mod.ts";
import {
  parseSpace,
  type RankedTrial,
  rankTrials,
  runStudy,
  type SearchOptions,
  searchStudy,
  type Space,
  type Study,
  type StudyDefinition,
  type StudyOutcome,
  trainCommand,
} from "../../lib/studies/mod.ts";
import { CLASS_METRIC_KEYS, PROTOCOLS } from "../../lib/evaluation/mod.ts";
import { reasonOf, unknownName, UsageError } from "../../lib/core/mod.ts";
import { firstSeeds } from "../../lib/training/training_defaults.ts";
import { isOnCluster, trainOnCluster } from "../shared/cluster.ts";
import type { Call, Outcome } from "../shared/command.ts";
import { DATA_FLAGS, ENGINE_FLAGS, OUT_FLAG, protocolOf, seedsOf } from "../shared/flags.ts";
import { jobEvents } from "../shared/job_progress.ts";
import { modalitiesOf } from "../shared/data_flags.ts";
import { countOf, poolFlags } from "../shared/pool_flags.ts";
import { printTables } from "../shared/tables.ts";
import { pairsOf } from "../shared/settings.ts";

/** Trials that are printed. */
const SHOWN = 10;

/** What `search --json` prints. */
export interface SearchResult {
  readonly model: string;
  readonly metric: string;
  readonly folder: string;
  /** All trials that ended well, the best first. */
  readonly ranking: readonly RankedTrial[];
  readonly trained: number;
  readonly kept: number;
  readonly failed: readonly { readonly run: string; readonly message: string }[];
  /** The command that trains the best settings, test included; null where no trial ended well. */
  readonly train: readonly string[] | null;
}

/** Runs the trials and prints their ranking. */
export async function work(call: Call): Promise<Outcome> {
  const options = readOptions(call);
  const definition = searchStudy(options);
  using progress = createProgress();
  if (definition.cells.length < options.trials) {
    progress.note(`The space has no more than ${definition.cells.length} different settings`);
  }
  const words = ["search", ...Deno.args];
  if (!isOnCluster(call)) {
    return conclude(call, options, await trainHere(call, definition, words, progress));
  }
  const { handedIn, outcome } = await trainOnCluster(call, definition, words, progress);
  return outcome === null ? { json: handedIn } : conclude(call, options, outcome);
}

async function trainHere(
  call: Call,
  definition: StudyDefinition,
  words: readonly string[],
  progress: Progress,
): Promise<StudyOutcome> {
  using interrupt = new InterruptListener();
  return await runStudy(definition, {
    ...poolFlags(call, words),
    ...jobEvents(progress, definition.cells.length * definition.seeds.length),
    out: call.require("out"),
    signal: interrupt.signal,
  });
}

/** Prints the ranking. */
function conclude(call: Call, options: SearchOptions, outcome: StudyOutcome): Outcome {
  const { model, metric } = options;
  const ranking = rankTrials(outcome.study, metric);
  const best = ranking[0];
  const train = best &&
    trainCommand({ model: model.name, data: options.data }, best.settings, sharedFlags(call));
  if (train !== undefined) printRanking(outcome.study, train);
  const counts = countOf(outcome.jobs);
  const { folder } = outcome.study;
  const json: SearchResult = {
    model: model.name,
    metric,
    folder,
    ranking,
    ...counts,
    train: train ?? null,
  };
  return { json, status: Math.sign(counts.failed.length) };
}

function printRanking(study: Study, train: readonly string[]): void {
  printTables(searchTable(study, SHOWN), "text");
  const quoted = train.map((word) =>
    /^[\w.,:=@%+/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
  );
  console.log(`\nTest has not been read. To train the best, with several seeds, and read it once:`);
  console.log(quoted.join(" "));
}

/** The flags of the search that are not settings, and that a training takes too. */
function sharedFlags(call: Call): string[] {
  const flags = [...DATA_FLAGS, ...ENGINE_FLAGS, OUT_FLAG].filter(({ name }) => name !== "data");
  return flags.flatMap(({ name, default: usual, repeatable }) => {
    if (repeatable) return call.all(name).flatMap((value) => [`--${name}`, value]);
    const value = call.get(name);
    return value === undefined || value === usual ? [] : [`--${name}`, value];
  });
}

function readOptions(call: Call): SearchOptions {
  const model = findModel(call.require("model"));
  const metric = call.require("metric");
  const { protocol } = protocolOf(call);
  // Told before hours of training: the data's protocol may not be known before they are loaded.
  const keys = Object.values(protocol === undefined ? PROTOCOLS : [PROTOCOLS[protocol]])
    .flatMap(({ metricKeys }) => [...metricKeys, ...CLASS_METRIC_KEYS]);
  if (!keys.includes(metric)) throw new UsageError(unknownName("metric", metric, new Set(keys)));
  const modalities = modalitiesOf(call);
  const epochs = call.get("epochs");
  return {
    model,
    space: readSpace(call.all("space"), model),
    trials: call.count("trials", 1),
    seed: call.count("seed", 0),
    seeds: seedsOf(call) ?? firstSeeds(1),
    data: call.require("data"),
    ...protocolOf(call),
    ...(modalities === undefined ? {} : { modalities }),
    metric,
    settings: { ...pairsOf(call), ...(epochs === undefined ? {} : { epochs }) },
  };
}

/** The ranges of files and of KEY=A,B,C, the later ones over the earlier. */
function readSpace(given: readonly string[], model: ModelDefinition): Space {
  if (given.length === 0) {
    const space = searchSpace(model);
    if (Object.keys(space).length > 0) return space;
    throw new UsageError(`Cannot search ${model.name}: it has no ranges, expected --space`);
  }
  const parts = given.map((text): unknown => {
    const at = text.indexOf("=");
    if (at > 0) return { [text.slice(0, at)]: text.slice(at + 1).split(",") };
    if (!text.endsWith(".json")) {
      throw new UsageError(`Cannot use --space "${text}": expected FILE.json or KEY=A,B,C`);
    }
    try {
      return JSON.parse(Deno.readTextFileSync(text));
    } catch (error) {
      throw new UsageError(
        `Cannot read --space "${text}": ${reasonOf(error)}, expected ranges by setting as JSON`,
      );
    }
  });
  return Object.assign({}, ...parts.map((part) => parseSpace(part, model)));
}
