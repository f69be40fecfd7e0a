/** Finished runs put to use: their metrics on a split, their scores of other samples. @module */

import { DataError, UsageError } from "../core/errors.ts";
import { checkOptionNames, type OptionNames } from "../core/options.ts";
import { unknownName } from "../core/suggest.ts";
import { RandomStream } from "../core/random.ts";
import {
  type Dataset,
  MemoryColumn,
  MODALITIES,
  type Modality,
  type SourceOptions,
  sourceOptions,
  type Split,
  type SplitName,
} from "../data/mod.ts";
import { corrupt, type Corruption } from "../features/mod.ts";
import { type Predictor, RunFolder } from "../training/mod.ts";
import { loadForRun } from "../training/run_data.ts";
import { type CorruptedMetrics, evaluateCorrupted } from "../analysis/robustness.ts";
import { type ClipEncoders, extractForRun } from "./extract_for_run.ts";
import { RunEvaluation } from "./run_evaluation.ts";
import {
  type EvaluateOptions,
  openPredictor,
  RunSplits,
  type RunUse,
  SPLIT_OPTIONS,
  warn,
} from "./run_splits.ts";

/**
 * Evaluates a finished run on a split, and notes in its folder that the split was read.
 *
 * @param path the run's folder
 * @throws {RunError} there is no finished run
 * @throws {DataError} the data cannot be loaded, do not fit the run, or have no labels in the split
 * @throws {UsageError} an option is unknown, or the data cannot be corrupted so
 *
 * @example What the text is worth
 * ```ts
 * import { train } from "./train.ts";
 * import { evaluateRun } from "./use_run.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const out = Deno.makeTempDirSync();
 * const engine = "cpu";
 * const { runs: [svm] } = await train({ model: "svm", data: "synthetic:n=40", engine, out });
 * const corruptions = [{ drop: [], noise: {} }, { drop: ["text"], noise: {} }] as const;
 * const { points: [whole, deaf] } = await evaluateRun(svm!.path, { corruptions, engine });
 * assertEquals(whole!.metrics["mae"], svm!.test["mae"]);
 * assert(deaf!.metrics["mae"]! > whole!.metrics["mae"]!);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export async function evaluateRun(
  path: string,
  options: EvaluateOptions = {},
): Promise<RunEvaluation> {
  checkOptionNames(options, EVALUATE_OPTIONS);
  const { drop: _, noise: __, corruptions: ___, ...choice } = options;
  const asked = corruptionsOf(options);
  using run = await RunSplits.open(path, "evaluate on", choice);
  const corruptions = asked ?? [{ drop: [], noise: {} }];
  const isNoisy = corruptions.some(({ noise }) => Object.keys(noise).length > 0);
  // Noise is measured in the deviations of the data that the run was trained on.
  const train = isNoisy ? await run.train() : null;
  const points: CorruptedMetrics[] = [];
  for (const corruption of corruptions) {
    points.push(await evaluateCorrupted(run.predictor, run.split, corruption, train));
  }
  const noted = points.map(({ drop, noise, metrics }) => ({ drop, noise, metrics }));
  run.note(asked === undefined ? {} : { corruptions: noted });
  const title = `${path}, ${run.split.name}`;
  const { protocol, record: { seed } } = run.predictor;
  return new RunEvaluation(title, protocol, [{ seed, points }]);
}

/**
 * What is missing and noisy at each point; undefined where nothing was asked for.
 *
 * @throws {UsageError} it is told in two ways, or is none
 */
function corruptionsOf(
  { drop, noise, corruptions }: EvaluateOptions,
): readonly Corruption[] | undefined {
  const isOne = drop !== undefined || noise !== undefined;
  if (isOne && corruptions !== undefined) {
    throw new UsageError(
      "Cannot evaluate with corruptions beside drop or noise: expected one of them",
    );
  }
  if (corruptions?.length === 0) {
    throw new UsageError(
      "Cannot evaluate with no corruptions: expected one or more, or none asked for",
    );
  }
  const asked = isOne ? [{ drop, noise }] : corruptions;
  return asked?.map(({ drop = [], noise = {} }) => {
    if (!Array.isArray(drop) || noise === null || typeof noise !== "object") {
      throw new UsageError(
        `Cannot evaluate with ${Deno.inspect({ drop, noise })}: expected them as ` +
          'drop: ["vision"] and noise: { audio: 0.5 }',
      );
    }
    const unknown = [...drop, ...Object.keys(noise)].find((name) => !isModality(name));
    if (unknown !== undefined) throw new UsageError(unknownName("modality", unknown, MODALITIES));
    return { drop, noise };
  });
}

function isModality(name: string): name is Modality {
  return MODALITIES.some((modality) => modality === name);
}

/** What a run scores: samples of data, or one utterance. */
export interface PredictOptions extends RunUse, SourceOptions, ClipEncoders {
  /** A pickle, a store folder, `synthetic`; labels are not needed. */
  readonly data?: string;
  /** A clip in place of data, for a run that was trained on clips. */
  readonly video?: string;
  /**
   * The words of one utterance in place of data, for a run on text alone with a BERT; or what is
   * said in the clip.
   */
  readonly text?: string;
  /** Default: all, in the order of the file. */
  readonly split?: SplitName;
  /** Modalities that are taken for missing, and may be: as in an evaluation that drops them. */
  readonly drop?: readonly Modality[];
}

const EVALUATE_OPTIONS: OptionNames<EvaluateOptions> = {
  ...SPLIT_OPTIONS,
  drop: true,
  noise: true,
  corruptions: true,
};

const PREDICT_OPTIONS: OptionNames<PredictOptions> = {
  ...SPLIT_OPTIONS,
  video: true,
  text: true,
  drop: true,
  bert: true,
  audioEncoder: true,
  visionEncoder: true,
  transcriber: true,
};

/** A sample and its score. */
export interface Score {
  /** The sample's; `text` for an utterance; of a clip the name of its file without the ending. */
  readonly id: string;
  /** In the range of the labels; of classes the number. */
  readonly prediction: number;
  /** The name of the class, where the run predicts classes. */
  readonly class?: string;
}

/**
 * Scores samples with a finished run.
 *
 * @param path the run's folder
 * @throws {UsageError} nothing to score is given, or too much, or an option is unknown
 * @throws {RunError} there is no finished run, or it cannot score words
 * @throws {DataError} the data cannot be loaded or do not fit the run, or the clip cannot be used
 *
 * @example
 * ```ts
 * import { train } from "./train.ts";
 * import { predictRun } from "./use_run.ts";
 * import { assertEquals } from "@std/assert";
 * const out = Deno.makeTempDirSync();
 * const data = "synthetic:n=16", engine = "cpu";
 * const { runs: [run] } = await train({ model: "constant", data, engine, out });
 * const scores = await predictRun(run!.path, { data, split: "test", engine });
 * assertEquals(scores.length, 8);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export async function predictRun(path: string, options: PredictOptions): Promise<Score[]> {
  checkOptionNames(options, PREDICT_OPTIONS);
  const { data, video, text, split, onWarning = warn } = options;
  const named = { data, "a video": video, "a text": text };
  const given = Object.entries(named).filter(([, value]) => value !== undefined)
    .map(([name]) => name).join(" and ");
  if (!["data", "a video", "a text", "a video and a text"].includes(given)) {
    throw new UsageError(
      `Cannot predict with ${given || "no data"}, expected data, a video with or without a text, ` +
        "or the text of one utterance",
    );
  }
  const { record } = new RunFolder(path).readFinished();
  using store = video === undefined
    ? null
    : await extractForRun(path, record, { ...options, path: video });
  using predictor = await openPredictor(path, options);
  if (store === null && text !== undefined) {
    return [{ id: "text", prediction: await predictor.predictText(text) }];
  }
  const splits = split === undefined ? {} : { splits: [split] };
  const { drop = [] } = options;
  for (const note of store?.notes ?? []) onWarning(`"${video}": ${note} as in the training`);
  using dataset: Dataset = await loadWithout(store?.path ?? data!, predictor, drop, {
    ...sourceOptions(options),
    ...splits,
    // That a clip is a small dataset is no news.
    ...(store === null ? { onWarning } : {}),
  });
  const scores: Score[] = [];
  for (const split of Object.values(dataset.splits)) {
    const predictions = await predictor.predict(withMissing(split, drop, predictor));
    split.ids.forEach((id, i) => {
      const name = predictor.classes?.[predictions[i]!];
      scores.push({
        id,
        prediction: predictions[i]!,
        ...(name === undefined ? {} : { class: name }),
      });
    });
  }
  return scores;
}

/** Data with all that the run reads, or, where that is not there, without what may be missing. */
async function loadWithout(
  path: string,
  predictor: Predictor,
  drop: readonly Modality[],
  options: Parameters<typeof loadForRun>[2],
): Promise<Dataset> {
  if (drop.length === 0) return await loadForRun(path, predictor, options);
  try {
    return await loadForRun(path, predictor, options);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const modalities = predictor.modalities.filter((modality) => !drop.includes(modality));
    return await loadForRun(path, predictor, { ...options, modalities });
  }
}

/** The split as if modalities were missing: zeros, also where it has none of them. */
function withMissing(split: Split, drop: readonly Modality[], { record }: Predictor): Split {
  if (drop.length === 0) return split;
  const { samples } = split;
  const [other] = Object.values(split.features);
  const { steps = 1 } = other ?? {};
  const features = { ...split.features };
  for (const modality of drop) {
    const width = record.data.widths[modality];
    if (width === undefined || features[modality] !== undefined) continue;
    const values = new Float32Array(samples * steps * width);
    features[modality] = new MemoryColumn(values, { samples, steps, width }, other?.lengths);
  }
  const random = RandomStream.fromSeed(record.seed).split("noise");
  const corrupted = corrupt({ ...split, features }, { drop, noise: {} }, { train: null, random });
  // How zeros were made is of no interest.
  const { recipe } = split, made = record.data.recipe;
  if (recipe === undefined || made === undefined) return corrupted;
  const missing = drop.flatMap((modality) =>
    made[modality] === undefined ? [] : [[modality, made[modality]]]
  );
  return { ...corrupted, recipe: { ...recipe, ...Object.fromEntries(missing) } };
}
