/**
 * A finished run as a predictor.
 *
 * @module
 */

import { DataError, RunError, UsageError } from "../core/errors.ts";
import { RandomStream } from "../core/random.ts";
import {
  batchOrder,
  type Modality,
  type ProtocolName,
  requireRecipe,
  type Split,
} from "../data/mod.ts";
import { scaleSplit } from "../data/standardized.ts";
import type { Engine } from "../engine/mod.ts";
import type { ClassPredictions } from "../evaluation/mod.ts";
import type { Config, ModelDefinition } from "../models/mod.ts";
import { Learner } from "./learner.ts";
import { Adam } from "./optimizer.ts";
import { withStepsOf } from "./padded_steps.ts";
import { shifted } from "./prepared_splits.ts";
import { represent, type Representation } from "./represent.ts";
import { networkOf, readTrained } from "./read_trained.ts";
import { openTokens, splitOfText } from "./run_bert.ts";
import type { RunRecord } from "./run_folder.ts";

/** A run that can predict. Dispose it to free its tensors. */
export interface Predictor extends Disposable {
  /** All settings that were in force. */
  readonly config: Config;
  /** How the run came about. */
  readonly record: RunRecord;
  /** Whose metrics and default settings hold. */
  readonly protocol: ProtocolName;
  /** Those that the run reads. */
  readonly modalities: readonly Modality[];
  /** Names of the classes whose numbers the run predicts; absent where it predicts scores. */
  readonly classes?: readonly string[];
  /**
   * [samples] scores of a split.
   *
   * @throws {DataError} when the split lacks a modality that the run uses, has another width or more
   * steps than the network is bound to, or its features were made from clips in another way.
   */
  predict(split: Split): Promise<Float32Array>;
  /**
   * The score of one utterance from its words alone.
   *
   * @throws {RunError} when the run reads anything else than text, or reads text as features.
   * @throws {DataError} when the utterance is empty.
   */
  predictText(text: string): Promise<number>;
  /**
   * What the network makes of a split before it scores it, and the scores of its other tasks.
   *
   * @throws {UsageError} when the model has no representations.
   * @throws {DataError} as `predict`.
   */
  represent(split: Split): Promise<Representation>;
  /** Classes of a split by class task; none where the model predicts a score only. */
  classify(split: Split): ClassPredictions;
}

/**
 * Opens the run in `path`.
 *
 * @param definition of a model of your own; default: the model that the run names
 * @throws {RunError} when there is no finished run, or its weights do not fit its configuration.
 * @throws {DataError} when its weights are missing or damaged.
 *
 * @example Scores of a run that was just trained
 * ```ts
 * import { openEngine } from "../engine/mod.ts";
 * import { openRun } from "./open_run.ts";
 * import { openTraining } from "./open_training.ts";
 * import { assertEquals } from "@std/assert";
 * const engine = await openEngine({ engine: "cpu" }), out = Deno.makeTempDirSync();
 * const data = "synthetic:n=16";
 * using training = await openTraining({ model: "constant", data, engine, out });
 * const { summary } = await training.train(1111);
 * using run = openRun(summary.path, engine);
 * const { test } = training.dataset.splits;
 * assertEquals((await run.predict(test!)).length, test!.samples);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export function openRun(path: string, engine: Engine, definition?: ModelDefinition): Predictor {
  const trained = readTrained(path, definition);
  const { folder, config, record, protocol, modalities, model, context, weights, neutral } =
    trained;
  const { classes } = context;
  // Scores are counted from the neutral label, and given back as the labels are.
  const given = (scores: Float32Array) => shifted(scores, neutral);
  const predictText = () =>
    Promise.reject(
      new RunError(
        `Cannot predict from text with the run "${path}": it reads ${modalities.join(", ")} with ` +
          `text as ${config["text"] ?? "features"}, expected text alone, by a BERT`,
      ),
    );
  const refuseToRepresent = () => {
    throw new UsageError(
      `Cannot represent samples by the run "${path}": ${model.name} has no representations, ` +
        'expected a network whose outputs have some, as "feature.fusion"',
    );
  };
  const named = classes === undefined ? {} : { classes };
  const common = { config, record, protocol, modalities, predictText, ...named };
  if (model.kind === "regressor") {
    const regressor = model.create(context);
    const fitted = new Map([...weights].map(([name, { values }]) => [name, values]));
    return {
      ...common,
      // Async, so that what does not fit is a promise that fails.
      predict: async (split) => {
        checkWidths(split, record);
        checkRecipe(split, record);
        return given(await Promise.resolve(regressor.predict(fitted, split)));
      },
      represent: async () => await refuseToRepresent(),
      classify: (split) => regressor.classify?.(fitted, split) ?? {},
      [Symbol.dispose]: () => {},
    };
  }
  const network = networkOf(model, trained);
  const optimizer = new Adam([], [], { decay: "l2" });
  const learner = new Learner(engine, network, optimizer, RandomStream.fromSeed(0));
  const batchSize = Number(config["batchSize"]);
  const { bert } = context;
  /** What the network reads of a split, and its batches. */
  const read = async (split: Split, settings: Config) => {
    const toTokens = bert && await openTokens(settings, bert.config, folder.bert);
    const { steps = {} } = record.data, padding = bert?.config.padding ?? 0;
    const padded = withStepsOf(network, toTokens?.(split) ?? split, steps, padding);
    return [padded, batchOrder(split.samples, batchSize)] as const;
  };
  const readFeatures = async (split: Split) => {
    checkWidths(split, record);
    checkRecipe(split, record);
    return await read(scaleSplit(split, trained.scalings), config);
  };
  return {
    ...common,
    ...(bert === undefined || modalities.join() !== "text" ? {} : {
      predictText: async (text) => {
        const words = splitOfText(text);
        const [score] = given(
          await learner.predict(...await read(words, { ...config, retokenize: true })),
        );
        return score!;
      },
    }),
    classify: () => ({}),
    predict: async (split) => given(await learner.predict(...await readFeatures(split))),
    represent: async (split) => {
      const found = await represent(engine, network, ...await readFeatures(split));
      if (Object.keys(found.vectors).length === 0) refuseToRepresent();
      const scores = Object.entries(found.scores).map(([task, own]) => [task, given(own)]);
      return { ...found, scores: Object.fromEntries(scores) };
    },
    [Symbol.dispose]: () => {
      learner.dispose();
      network.dispose();
    },
  };
}

/** @throws {DataError} when features were made in another way than those of the training */
function checkRecipe(split: Split, { data: { widths, recipe } }: RunRecord): void {
  const read = Object.keys(widths) as Modality[];
  requireRecipe(`split "${split.name}"`, split.recipe ?? null, recipe ?? null, read);
}

function checkWidths(split: Split, record: RunRecord): void {
  for (const [modality, width] of Object.entries(record.data.widths)) {
    const found = split.features[modality as Modality]?.width;
    if (found !== width) {
      const state = found === undefined
        ? `has no ${modality}`
        : `has ${modality} of width ${found}`;
      throw new DataError(
        `Cannot predict split "${split.name}": it ${state}, the run was trained on width ${width}`,
      );
    }
  }
}
