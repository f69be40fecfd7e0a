/**
 * What can be said of one metric of two algorithms before it is known how many comparisons there
 * are: difference, p over seeds, p over samples, effect sizes.
 *
 * @module
 */

import { RunError } from "../../core/errors.ts";
import { RandomStream } from "../../core/random.ts";
import { measure, type Metric, type MetricKind, metricSums } from "../../evaluation/mod.ts";
import { totalOf } from "../../evaluation/metric.ts";
import { type Equivalence, equivalenceOf, marginOf, type Margins } from "./equivalence.ts";
import type { RunGroup } from "./groups.ts";
import {
  isAtMost,
  type SeedResult,
  type SeedValues,
  type TestResult,
  testSeeds,
} from "./over_seeds.ts";
import {
  dependentCorrelations,
  discordant,
  effectSizes,
  type Interval,
  leastPermutationP,
  mcnemarTest,
  pearson,
  type SampleSums,
  signFlipTest,
  swapTest,
  twoWayBootstrap,
} from "../../statistics/mod.ts";
import { differingSample, type TestScores } from "./test_scores.ts";

/** A group and what it predicted. */
export interface ScoredGroup {
  readonly group: RunGroup;
  readonly scores: TestScores;
}

/** How to compare. */
export interface CompareOptions {
  /** Of the interval; 1 - level is the chance of a false claim. 0.95 by default. */
  readonly level?: number;
  /** Of all resampling; 1 by default. */
  readonly seed?: number;
  /** Resamples and draws; 9,999 by default. */
  readonly resamples?: number;
  /**
   * The largest difference that counts for none, in the unit of the metric: one for all metrics, or one
   * by key; metrics without are not tested for equivalence. By default none is.
   */
  readonly equivalence?: Margins;
  /** Which pairs: all, or those with the first one. Default: all. */
  readonly pairs?: "all" | "first";
}

/** The test over samples. */
export interface SampleTest extends TestResult {
  /** Of McNemar's test, with the observed count weighted by half: less conservative. */
  readonly midP?: number;
}

/** Effect sizes over seeds, of `a` against `b`. */
export interface Effect {
  /** In pooled standard deviations of seeds; null where the seeds do not differ at all. */
  readonly cohensD: number | null;
  /** The same, corrected for few seeds. */
  readonly hedgesG: number | null;
  /** P(a > b) - P(a < b) of the metric. */
  readonly cliffsDelta: number;
  /** The chance that a run of `a` is better than a run of `b`. */
  readonly probImprovement: number;
}

/** Measured, but not yet judged. */
export interface PairResult {
  readonly a: RunGroup;
  readonly b: RunGroup;
  readonly metric: Metric;
  readonly samples: number;
  readonly difference: Interval & { readonly method: string };
  /** The seeds of `a` and of `b`. */
  readonly seeds: readonly [SeedValues, SeedValues];
  readonly seedTest: SeedResult;
  readonly sampleTest: SampleTest;
  readonly effect: Effect;
  /** Absent where no margin was asked for. */
  readonly equivalence?: Equivalence;
}

/**
 * Compares two algorithms by one metric on test. Exchanging them negates the differences and leaves
 * every p as it is.
 *
 * @throws {RunError} the samples differ, or there are too few seeds for the level
 */
export function comparePair(
  a: ScoredGroup,
  b: ScoredGroup,
  metric: Metric,
  { level = 0.95, seed = 1, resamples = 9_999, equivalence = {} }: Omit<CompareOptions, "pairs"> =
    {},
): PairResult {
  checkComparable(a, b, level);
  const options = { level, seed, resamples, equivalence };
  const measured = measurePair(withCopy(a), withCopy(b), metric, options);
  return { ...measured, a: a.group, b: b.group };
}

/** A run of a model without seeds and its copy: what another seed of it would be. */
function withCopy({ group, scores }: ScoredGroup): ScoredGroup {
  if (group.runs.length > 1 || !scores.isSeedless) return { group, scores };
  const twice = <T>(items: readonly T[]) => [...items, ...items];
  const { predictions, valid } = scores;
  return {
    group: { ...group, runs: twice(group.runs) },
    scores: { ...scores, predictions: twice(predictions), valid: twice(valid) },
  };
}

function measurePair(
  a: ScoredGroup,
  b: ScoredGroup,
  metric: Metric,
  { level, seed, resamples, equivalence }: Required<Omit<CompareOptions, "pairs">>,
): PairResult {
  const [runsA, runsB] = [sumsOfRuns(a.scores, metric), sumsOfRuns(b.scores, metric)];
  const [valuesA, valuesB] = [runsA.map(totalOf), runsB.map(totalOf)];
  const root = RandomStream.fromSeed(seed).split("compare").split(metric.key);
  const ofSeeds = (group: RunGroup) => root.fresh(`seeds of ${group.label}`);
  const interval = twoWayBootstrap(
    { runs: runsA, random: ofSeeds(a.group) },
    { runs: runsB, random: ofSeeds(b.group) },
    { random: root.fresh("samples"), resamples, level },
  );
  const [i, j] = [medianOf(a, metric), medianOf(b, metric)];
  const exchanges = { random: root.fresh("exchanges of samples"), draws: resamples };
  const sampleTest = testSamples(metric.kind, runsA[i]!, runsB[j]!, exchanges);
  const seeds = [
    { values: valuesA, isStill: isStill(a.scores) },
    { values: valuesB, isStill: isStill(b.scores) },
  ] as const;
  const splits = { random: root.fresh("splits of seeds"), draws: resamples };
  const { resampled, ...difference } = interval;
  const margin = marginOf(metric, equivalence);
  return {
    a: a.group,
    b: b.group,
    metric,
    samples: a.scores.ids.length,
    difference: { ...difference, method: "two-way bootstrap" },
    seeds,
    seedTest: testSeeds(...seeds, sampleTest, splits),
    sampleTest,
    effect: effectOf(valuesA, valuesB, metric),
    ...(margin === null
      ? {}
      : { equivalence: equivalenceOf(...seeds, { resampled, margin, level }) }),
  };
}

/** Whether every seed predicts the same: nothing in the algorithm is random. */
function isStill({ predictions: [first, ...others] }: TestScores): boolean {
  return others.every((scores) => scores.every((score, i) => score === first![i]));
}

/** The run whose valid metric is the median (the lower one of two): a typical one, told by valid. */
export function medianRun(values: readonly (number | undefined)[]): number {
  const value = (i: number) => values[i] ?? 0;
  const order = values.map((_, i) => i).sort((i, j) => value(i) - value(j) || i - j);
  return order[(order.length - 1) >> 1]!;
}

function medianOf({ group, scores }: ScoredGroup, metric: Metric): number {
  return medianRun(group.runs.map((run, i) => {
    const valid = scores.valid[i];
    // A metric that no protocol has is in no record.
    return run.valid[metric.key] ??
      (valid ? measure(metric, valid.predictions, valid.labels) : undefined);
  }));
}

function checkComparable(a: ScoredGroup, b: ScoredGroup, level: number): void {
  const refuse = (state: string): never => {
    throw new RunError(`Cannot compare "${a.group.label}" with "${b.group.label}": ${state}`);
  };
  const datasets = a.group.dataset === b.group.dataset
    ? ""
    : `they are of two datasets, ${a.group.dataset} and ${b.group.dataset}: `;
  if (a.scores.protocol !== b.scores.protocol) {
    const protocols = `${a.scores.protocol} and ${b.scores.protocol}`;
    refuse(`${datasets}their protocols are ${protocols}, expected the same`);
  }
  const difference = differingSample(a.scores, b.scores);
  if (difference !== null) refuse(`${datasets}${difference}, expected the same samples in both`);
  const isOne = ({ group, scores }: ScoredGroup) => group.runs.length === 1 && scores.isSeedless;
  // A model without seeds has as many as one likes.
  const seedsOf = (own: ScoredGroup, other: ScoredGroup) => {
    if (!isOne(own)) return own.group.runs.length;
    return isOne(other) ? Infinity : other.group.runs.length;
  };
  const [m, n] = [seedsOf(a, b), seedsOf(b, a)];
  if (m < 2 || n < 2) {
    refuse(
      `${datasets}there are ${a.group.runs.length} and ${b.group.runs.length} seeds, expected several of each: one run says nothing about its seed`,
    );
  }
  if (m === Infinity) return;
  const least = leastPermutationP(m, n);
  const alpha = 1 - level;
  if (!isAtMost(least, alpha)) {
    refuse(
      `${m} and ${n} seeds cannot give p ≤ ${shortNumber(alpha)} with an exact permutation ` +
        `test: the smallest possible is ${shortNumber(least)}, expected more seeds (10 or more)`,
    );
  }
}

function shortNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function sumsOfRuns({ predictions, labels }: TestScores, metric: Metric): SampleSums[] {
  return predictions.map((scores) => metricSums(metric, scores, labels));
}

/** One run of each algorithm, by the test that fits the metric. */
function testSamples(
  kind: MetricKind,
  a: SampleSums,
  b: SampleSums,
  options: { readonly random: RandomStream; readonly draws: number },
): SampleTest {
  const [left, right] = [a.columns[0]!, b.columns[0]!];
  switch (kind) {
    case "mean": {
      const d = left.map((error, i) => error - right[i]!);
      return { p: signFlipTest(d, options).p, test: "approximate randomization" };
    }
    case "sums":
      return { p: swapTest(a, b, options).p, test: "approximate randomization" };
    case "share": {
      const counts = discordant(left, right);
      const { exact, midP } = mcnemarTest(counts.b, counts.c);
      return { p: exact, test: "exact McNemar", midP };
    }
    case "correlation": {
      const test = "Williams t";
      if (a.samples < 4) return { p: 1, test };
      // The first columns are the predictions, less their mean.
      const triple = { r12: totalOf(a), r13: totalOf(b), r23: pearson(left, right), n: a.samples };
      return { p: dependentCorrelations(triple).williamsP, test };
    }
  }
}

function effectOf(a: readonly number[], b: readonly number[], metric: Metric): Effect {
  const { cohensD, hedgesG, cliffsDelta, probImprovement } = effectSizes(a, b);
  const finite = (value: number) => Number.isFinite(value) ? value : null;
  return {
    cohensD: finite(cohensD),
    hedgesG: finite(hedgesG),
    cliffsDelta,
    probImprovement: metric.higherIsBetter ? probImprovement : 1 - probImprovement,
  };
}
