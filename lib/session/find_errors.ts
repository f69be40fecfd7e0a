/** The largest errors of finished runs. @module */

import { UsageError } from "../core/errors.ts";
import { RandomStream } from "../core/random.ts";
import type { Modality, Split } from "../data/mod.ts";
import { corrupt } from "../features/mod.ts";
import {
  type ErrorSample,
  type FoundErrors,
  RunErrors,
  WORST_COUNT,
  worstOf,
} from "../analysis/errors/mod.ts";
import type { Predictor, Representation, Vectors } from "../training/mod.ts";
import { RunSplits, type SplitOptions } from "./run_splits.ts";

/** Samples at most: what is shown stays small. */
const MOST = 100;
/** Samples of train beside each. */
const NEIGHBOURS = 3;

/** Which errors. */
export interface ErrorOptions extends SplitOptions {
  /** How many samples, 1 to 100. Default: 10. */
  readonly count?: number;
}

/**
 * The samples of a split that a finished run is most wrong about: what is said, the score of each
 * modality (of its own head, or of the run with that modality alone), and the samples of train whose
 * fusion vectors are nearest; where a network has no fusion vector, those of its modalities side by
 * side. The run's folder notes that the split was read.
 *
 * @param path the run's folder
 * @throws {UsageError} the count is out of range, or the run predicts classes
 * @throws {RunError} there is no finished run
 * @throws {DataError} the data cannot be loaded, do not fit the run, or have no labels in the split
 */
export async function findErrors(path: string, options: ErrorOptions = {}): Promise<RunErrors> {
  const { count = WORST_COUNT, ...choice } = options;
  if (!Number.isInteger(count) || count < 1 || count > MOST) {
    throw new UsageError(`Cannot find ${count} errors: expected a whole number from 1 to ${MOST}`);
  }
  using run = await RunSplits.open(path, "find errors on", choice);
  const { predictor, split } = run;
  if (predictor.classes !== undefined) {
    throw new UsageError(
      `Cannot find errors of the run "${path}": it predicts classes, not scores`,
    );
  }
  const labels = split.labels!;
  const predictions = await predictor.predict(split);
  const worst = worstOf({ ids: split.ids, labels, predictions }, count);
  const found = await representationOf(predictor, split);
  const { scoredBy, scores } = await ownScores(predictor, split, found);
  const near = found === null ? null : await nearest(run, found, worst);
  run.note();
  const errors = worst.map((i, k): ErrorSample => ({
    id: split.ids[i]!,
    text: split.rawText?.[i] ?? null,
    label: labels[i]!,
    prediction: predictions[i]!,
    scores: Object.fromEntries(scores.map(([modality, values]) => [modality, values[i]!])),
    neighbours: near?.[k] ?? [],
  }));
  return new RunErrors({
    split: split.name,
    data: run.source,
    samples: split.samples,
    scoredBy,
    errors,
  });
}

/** Null for a model that has none. */
async function representationOf(run: Predictor, split: Split): Promise<Representation | null> {
  try {
    return await run.represent(split);
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

/** What each modality says by itself. */
async function ownScores(
  run: Predictor,
  split: Split,
  found: Representation | null,
): Promise<{
  readonly scoredBy: FoundErrors["scoredBy"];
  readonly scores: readonly (readonly [Modality, Float32Array])[];
}> {
  const { modalities } = run;
  if (modalities.length < 2) return { scoredBy: null, scores: [] };
  const heads = modalities.flatMap((modality) => {
    const own = found?.scores[modality];
    return own === undefined ? [] : [[modality, own] as const];
  });
  if (heads.length > 0) return { scoredBy: "head", scores: heads };
  const alone: (readonly [Modality, Float32Array])[] = [];
  const random = RandomStream.fromSeed(run.record.seed).split("noise");
  for (const modality of modalities) {
    const drop = modalities.filter((other) => other !== modality);
    const rest = corrupt(split, { drop, noise: {} }, { train: null, random });
    alone.push([modality, await run.predict(rest)]);
  }
  return { scoredBy: "alone", scores: alone };
}

/** The nearest samples of train, for each of some samples. */
async function nearest(
  run: RunSplits,
  found: Representation,
  samples: readonly number[],
): Promise<ErrorSample["neighbours"][]> {
  const train = await run.train();
  const known = fusionOf(await run.predictor.represent(train), train.samples);
  const asked = fusionOf(found, run.split.samples);
  const { width } = known;
  return samples.map((sample) => {
    const distances = Float64Array.from(train.ids, (_, i) => {
      let sum = 0;
      for (let j = 0; j < width; j++) {
        sum += (known.values[i * width + j]! - asked.values[sample * width + j]!) ** 2;
      }
      return Math.sqrt(sum);
    });
    // A split may be the one that is trained on: no sample is its own neighbour.
    const others = [...train.ids.keys()].filter((i) => train.ids[i] !== run.split.ids[sample]);
    return others.sort((a, b) => distances[a]! - distances[b]! || a - b).slice(0, NEIGHBOURS)
      .map((i) => ({
        id: train.ids[i]!,
        text: train.rawText?.[i] ?? null,
        label: train.labels![i]!,
        distance: distances[i]!,
      }));
  });
}

/** Vectors of the fusion, or of all modalities side by side. */
function fusionOf({ vectors }: Representation, samples: number): Vectors {
  if (vectors.fusion !== undefined) return vectors.fusion;
  const parts = Object.values(vectors);
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  const values = new Float32Array(samples * width);
  for (let i = 0; i < samples; i++) {
    let at = i * width;
    for (const part of parts) {
      values.set(part.values.subarray(i * part.width, (i + 1) * part.width), at);
      at += part.width;
    }
  }
  return { width, values };
}
