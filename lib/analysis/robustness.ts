/**
 * How a trained model's metrics change when a modality is missing or noisy at test time.
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import { RandomStream } from "../core/random.ts";
import type { Modality, Split } from "../data/mod.ts";
import { evaluateClasses, type MetricFlag, protocolOf } from "../evaluation/mod.ts";
import { corrupt, type Corruption } from "../features/mod.ts";
import type { Predictor } from "../training/mod.ts";

/** Metrics of a split under a corruption. */
export interface CorruptedMetrics extends Corruption {
  /** Unrounded; those of predicted classes, where the model predicts any, are named `class.…`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** What makes a metric meaningless, such as constant predictions. */
  readonly flags: readonly MetricFlag[];
}

/**
 * Evaluates a run on a split that is corrupted. Noise is drawn from the run's seed.
 *
 * @param train the train split that the run was trained on, for the unit of noise; else null
 * @throws {UsageError} when the split cannot be corrupted so.
 * @throws {DataError} when the split does not fit the run.
 */
export async function evaluateCorrupted(
  run: Predictor,
  split: Split,
  corruption: Corruption,
  train: Split | null,
): Promise<CorruptedMetrics> {
  if (corruption.noise.text !== undefined && readsWords(run)) {
    throw new UsageError("Cannot add noise to text: the run reads its words, not features");
  }
  const random = RandomStream.fromSeed(run.record.seed).split("noise");
  const changed = corrupt(split, corruption, { train, random });
  const labels = split.labels ?? new Float32Array(0);
  const protocol = protocolOf(run.config);
  const { values, flags } = protocol.evaluate(await run.predict(changed), labels);
  const classes = evaluateClasses(protocol, run.classify(changed), labels);
  return { ...corruption, metrics: { ...values, ...classes }, flags };
}

/** Whether text goes into a BERT as tokens. */
function readsWords({ config }: Predictor): boolean {
  return config["text"] === "bert";
}

/** A point of a robustness curve. */
export interface RobustnessPoint {
  /** What was dropped or made noisy. */
  readonly modality: Modality;
  /** Noise in standard deviations of each feature on train; null where the modality is missing. */
  readonly level: number | null;
  /** By key, unrounded. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** What {@linkcode robustnessCurve} goes through. */
export interface RobustnessOptions {
  /** The train split that the run was trained on. */
  readonly train: Split;
  /** One curve each; by default all that the run reads. */
  readonly modalities?: readonly Modality[];
  /** Amounts of noise; by default 0, 0.1, 0.3, 1 and 3. */
  readonly levels?: readonly number[];
}

/**
 * A curve for each modality: metrics at rising noise, and last without it. Text that is read as words
 * has this last point alone.
 *
 * @throws {UsageError} when a split lacks a modality.
 *
 * @example
 * ```ts
 * import { makeSynthetic } from "../data/mod.ts";
 * import { openEngine } from "../engine/mod.ts";
 * import { findModel } from "../models/mod.ts";
 * import { openRun } from "../training/mod.ts";
 * import { trainRun } from "../training/run.ts";
 * import { robustnessCurve } from "./robustness.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const engine = await openEngine({ engine: "cpu" });
 * const dataset = makeSynthetic({ n: 40 });
 * const out = Deno.makeTempDirSync();
 * const { summary } = await trainRun({
 *   model: findModel("svm"),
 *   dataset,
 *   protocol: "mosi",
 *   modalities: dataset.modalities,
 *   seed: 1111,
 *   settings: {},
 *   nonfinite: "zero",
 *   engine,
 *   out,
 *   resume: false,
 *   loadSeconds: 0,
 *   commandLine: [],
 * });
 * using run = openRun(summary.path, engine);
 * const { train, test } = dataset.splits;
 * const points = await robustnessCurve(run, test!, {
 *   train: train!,
 *   modalities: ["text"],
 *   levels: [0, 1],
 * });
 * assertEquals(points.map(({ modality, level }) => [modality, level]), [
 *   ["text", 0],
 *   ["text", 1],
 *   ["text", null],
 * ]);
 * assertEquals(points[0]!.metrics["mae"], summary.test["mae"]);
 * assert(points[2]!.metrics["mae"]! > points[0]!.metrics["mae"]!);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export async function robustnessCurve(
  run: Predictor,
  split: Split,
  options: RobustnessOptions,
): Promise<RobustnessPoint[]> {
  const { train, modalities = run.modalities, levels = [0, 0.1, 0.3, 1, 3] } = options;
  const points: RobustnessPoint[] = [];
  for (const modality of modalities) {
    const isNoisy = modality !== "text" || !readsWords(run);
    for (const level of [...isNoisy ? levels : [], null]) {
      const corruption: Corruption = level === null
        ? { drop: [modality], noise: {} }
        : { drop: [], noise: { [modality]: level } };
      const { metrics } = await evaluateCorrupted(run, split, corruption, train);
      points.push({ modality, level, metrics });
    }
  }
  return points;
}
