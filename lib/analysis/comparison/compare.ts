/**
 * Comparisons of one table: every pair of algorithms on a dataset by every metric asked for, one
 * family that Holm's correction takes together, and a verdict that a paper could print.
 *
 * @module
 */

import { messageOf, RunError, UsageError } from "../../core/errors.ts";
import { type Metric, metricOf, protocolOf } from "../../evaluation/mod.ts";
import { type CompareOptions, comparePair, type Effect, type PairResult } from "./compare_pair.ts";
import type { SampleTest } from "./compare_pair.ts";
import { checkMargins, type Equivalence } from "./equivalence.ts";
import { groupRuns, type RunGroup } from "./groups.ts";
import type { RunEntry } from "../../studies/runs/mod.ts";
import { detectableBy, isAtMost, type SeedTest } from "./over_seeds.ts";
import { holm } from "../../statistics/mod.ts";
import { readTestScores, type TestScores } from "./test_scores.ts";
import { type AdjustedP, briefOf, sentenceOf, type Verdict } from "./verdict_sentence.ts";

/** One comparison, as `compare --json` prints it. */
export interface Comparison {
  /** Label of the one group of runs. */
  readonly a: string;
  /** Label of the other. */
  readonly b: string;
  /** What both were tested on; of two datasets with the same samples, that of `a`. */
  readonly dataset: string;
  /** Key of the metric. */
  readonly metric: string;
  /** The metric of each seed of `a` and of `b`. */
  readonly values: { readonly a: readonly number[]; readonly b: readonly number[] };
  /** Mean of `a` minus mean of `b` over seeds, and its interval over seeds and samples. */
  readonly difference: {
    readonly value: number;
    readonly low: number;
    readonly high: number;
    readonly level: number;
    readonly method: string;
  };
  /** Is the algorithm different? Over seeds; p before Holm's correction. */
  readonly seeds: SeedTest;
  /** Are the trained models different? The runs of median valid metric, over samples. */
  readonly samples: SampleTest;
  /** How large the difference is. */
  readonly effect: Effect;
  /** Is it smaller than a margin? Absent where none was given; p before Holm's correction. */
  readonly equivalence?: Equivalence;
  /** What follows from the tests. */
  readonly verdict: Verdict;
  /** The verdict in a few words. */
  readonly brief: string;
  /** The verdict with all that it rests on, as a paper could print it. */
  readonly sentence: string;
}

/** A pair that is not compared, and why. */
export interface Refusal {
  /** Label of the one group of runs. */
  readonly a: string;
  /** Label of the other. */
  readonly b: string;
  /** Key of the metric. */
  readonly metric: string;
  /** Why, in a sentence. */
  readonly reason: string;
}

/** All comparisons of one table. */
export interface ComparisonTable {
  /** Pair by pair, metric by metric. */
  readonly comparisons: readonly Comparison[];
  /**
   * Holm's adjusted p, in the order of the comparisons. Those of equivalence are a family of their own,
   * with null for a metric without a margin; absent where there was none at all.
   */
  readonly holm: {
    readonly seeds: readonly number[];
    readonly samples: readonly number[];
    readonly equivalence?: readonly (number | null)[];
  };
  /** Pairs that cannot be compared. */
  readonly refused: readonly Refusal[];
}

/**
 * Compares all algorithms among `runs`, pair by pair within a dataset. Two alone are compared in any
 * case, and refused if their samples differ.
 *
 * A difference is established when p over seeds is at most 1 - level after Holm's correction and the
 * interval over seeds and samples excludes 0. Copies of one result are no seeds: where a model does
 * not vary with its seed, p over seeds is Welch's, and where neither does, that over samples.
 *
 * With a margin, `equivalence`, two algorithms are equivalent where the larger p of two one-sided tests
 * over seeds, and over seeds and samples, is at most 1 - level after Holm's correction of all of them.
 *
 * @param metrics keys of their protocols, or metrics of your own
 * @throws {RunError} there is nothing to compare, or the only comparison is refused
 * @throws {UsageError} a metric is unknown, or a margin does not fit it
 *
 * @example
 * ```ts
 * import { compareRuns } from "./compare.ts";
 * import { train } from "../../session/train.ts";
 * import { assertEquals } from "@std/assert";
 * const out = Deno.makeTempDirSync();
 * const common = {
 *   data: "synthetic:n=32",
 *   runs: 4,
 *   engine: "cpu",
 *   out,
 * } as const;
 * const svm = await train({ model: "svm", ...common });
 * const guess = await train({ model: "constant", ...common });
 * const { comparisons } = compareRuns([...svm.entries(), ...guess.entries()], ["mae", "acc7"]);
 * assertEquals(comparisons.map(({ metric }) => metric), ["mae", "acc7"]);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export function compareRuns(
  runs: readonly RunEntry[],
  metrics?: readonly (string | Metric)[],
  options: CompareOptions = {},
): ComparisonTable {
  const groups = groupRuns(runs);
  const pairs = pairsOf(groups, options.pairs);
  if (pairs.length === 0) {
    const found = groups.map(({ label, dataset }) => `${label} on ${dataset}`).join(", ");
    throw new RunError(
      `Cannot compare: found runs of ${found || "no model"}, expected two models on a dataset`,
    );
  }
  // A misspelt metric is told before anything is read.
  const asked = pairs.map(([a]) => {
    const protocol = protocolOf(a.runs[0]!.config);
    return metrics?.map((metric) => metricOf(protocol, metric)) ?? [protocol.metrics[0]!];
  });
  checkMargins([...new Set(asked.flat())], options.equivalence ?? {}, options.level ?? 0.95);
  const scoresOf = remembered(readTestScores);
  const results: PairResult[] = [];
  const refused: Refusal[] = [];
  for (const [at, [a, b]] of pairs.entries()) {
    for (const metric of asked[at]!) {
      try {
        const [left, right] = [a, b].map((group) => ({ group, scores: scoresOf(group) }));
        results.push(comparePair(left!, right!, metric, options));
      } catch (error) {
        if (error instanceof UsageError || pairs.length * asked[at]!.length === 1) throw error;
        refused.push({ a: a.label, b: b.label, metric: metric.key, reason: messageOf(error) });
      }
    }
  }
  if (results.length === 0) throw new RunError(refused[0]!.reason);
  return { ...judge(results), refused };
}

/** Verdicts of results that are one family. */
function judge(results: readonly PairResult[]): Omit<ComparisonTable, "refused"> {
  const seeds = holm(results.map(({ seedTest }) => seedTest.p));
  const samples = holm(results.map(({ sampleTest }) => sampleTest.p));
  const within = adjustedEquivalence(results);
  const comparisons = results.map((result, i): Comparison => {
    const { value, low, high, level, method } = result.difference;
    const verdict = verdictOf(result, seeds[i]!, within[i]!);
    const seedTest = {
      ...result.seedTest,
      ...detectableBy(...result.seeds, (1 - level) / results.length),
    };
    return {
      a: result.a.label,
      b: result.b.label,
      dataset: result.a.dataset,
      metric: result.metric.key,
      values: { a: result.seeds[0].values, b: result.seeds[1].values },
      difference: { value, low, high, level, method },
      seeds: seedTest,
      samples: result.sampleTest,
      effect: result.effect,
      ...(result.equivalence === undefined ? {} : { equivalence: result.equivalence }),
      verdict,
      brief: briefOf(result, verdict),
      sentence: sentenceOf({ ...result, seedTest }, verdict, {
        size: results.length,
        seeds: seeds[i]!,
        samples: samples[i]!,
        equivalence: within[i]!,
      }),
    };
  });
  const hasMargin = within.some((p) => p !== null);
  const equivalence = within.map((adjusted) => adjusted?.p ?? null);
  return { comparisons, holm: { seeds, samples, ...(hasMargin ? { equivalence } : {}) } };
}

/** Holm's p of the results that have a margin; null for the others. */
function adjustedEquivalence(results: readonly PairResult[]): (AdjustedP | null)[] {
  const adjusted = holm(results.flatMap(({ equivalence }) => equivalence?.p ?? []));
  const size = adjusted.length;
  return results.map(({ equivalence }) =>
    equivalence === undefined ? null : { p: adjusted.shift()!, size }
  );
}

function verdictOf(
  { difference, metric }: PairResult,
  p: number,
  within: AdjustedP | null,
): Verdict {
  const { value, low, high, level } = difference;
  const isRejected = isAtMost(p, 1 - level);
  const excludesZero = low > 0 || high < 0;
  if (isRejected && excludesZero && value !== 0) {
    return value > 0 === metric.higherIsBetter ? "a better" : "b better";
  }
  return within !== null && isAtMost(within.p, 1 - level) ? "equivalent" : "not established";
}

function pairsOf(
  groups: readonly RunGroup[],
  which: CompareOptions["pairs"] = "all",
): [RunGroup, RunGroup][] {
  if (groups.length === 2) return [[groups[0]!, groups[1]!]];
  const firsts = which === "first" ? groups.slice(0, 1) : groups;
  return firsts.flatMap((a, i) =>
    groups.slice(i + 1).filter((b) => b.dataset === a.dataset).map((
      b,
    ): [RunGroup, RunGroup] => [a, b])
  );
}

/** `read` once for each group, with its error too. */
function remembered(read: (group: RunGroup) => TestScores): (group: RunGroup) => TestScores {
  const known = new Map<RunGroup, () => TestScores>();
  return (group) => {
    let result = known.get(group);
    if (result === undefined) {
      try {
        const scores = read(group);
        result = () => scores;
      } catch (error) {
        result = () => {
          throw error;
        };
      }
      known.set(group, result);
    }
    return result();
  };
}
