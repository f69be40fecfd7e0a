/**
 * Whether two algorithms are as good as each other: their difference is smaller than a margin that was
 * chosen before, over seeds and over samples.
 *
 * @module
 */

import { UsageError } from "../../core/errors.ts";
import type { Metric } from "../../evaluation/mod.ts";
import { equivalenceTest, resampledEquivalence } from "../../statistics/mod.ts";
import { percentileEnds } from "../../statistics/interval.ts";
import type { SeedValues, TestResult } from "./over_seeds.ts";

/** Margins of metrics, in their units: one for all, or by key. */
export type Margins = number | Readonly<Record<string, number>>;

/** The tests of a difference against a margin. */
export interface Equivalence {
  /** In the unit of the metric; differences below it count for none. */
  readonly margin: number;
  /** The interval over seeds and samples of level 1 - 2α, which has to lie within the margin. */
  readonly low: number;
  /** Its upper end. */
  readonly high: number;
  /** Its level: 0.9 where a false claim may have a chance of 5 %. */
  readonly level: number;
  /** Over seeds; where neither algorithm varies with its seed, that over samples stands in. */
  readonly seeds: TestResult;
  /** Over seeds and samples. */
  readonly samples: TestResult;
  /** The larger of both p, before Holm's correction: equivalence has to hold over either. */
  readonly p: number;
}

/** What a pair has besides its seeds. */
interface EquivalenceOptions {
  /** Differences of the two-way bootstrap, ascending. */
  readonly resampled: Float64Array;
  readonly margin: number;
  /** 1 - level is the chance of a false claim. */
  readonly level: number;
}

/**
 * Two one-sided tests over seeds, and the same by the two-way bootstrap. What decides is the larger p, as
 * in every test whose hypothesis is that something holds in more than one way.
 */
export function equivalenceOf(
  a: SeedValues,
  b: SeedValues,
  { resampled, margin, level }: EquivalenceOptions,
): Equivalence {
  const inner = Number((2 * level - 1).toPrecision(12));
  const [low, high] = percentileEnds(resampled, inner);
  const samples = {
    p: resampledEquivalence(resampled, margin),
    test: "two-way bootstrap, two one-sided",
  };
  const seeds = a.isStill && b.isStill ? samples : {
    p: equivalenceTest(a.values, b.values, margin).p,
    test: "Welch t, two one-sided",
  };
  const p = Math.max(seeds.p, samples.p);
  return { margin, low, high, level: inner, seeds, samples, p };
}

/** The margin of a metric; null where there is none. */
export function marginOf({ key }: Pick<Metric, "key">, margins: Margins): number | null {
  return typeof margins === "number" ? margins : margins[key] ?? null;
}

/** What the margins are, before anything is read. @throws {UsageError} one cannot be meant */
export function checkMargins(metrics: readonly Metric[], margins: Margins, level: number): void {
  if (typeof margins !== "number") {
    const keys = metrics.map(({ key }) => key);
    const unknown = Object.keys(margins).find((key) => !keys.includes(key));
    if (unknown !== undefined) {
      throw new UsageError(
        `Cannot test equivalence by "${unknown}": expected a metric of the comparison, ` +
          keys.join(" or "),
      );
    }
    if (Object.keys(margins).length === 0) return;
  }
  if (level <= 0.5) {
    throw new UsageError(
      `Cannot test equivalence at a level of ${level}: expected one above 0.5, since its interval ` +
        "leaves out twice as much",
    );
  }
  for (const metric of metrics) {
    const margin = marginOf(metric, margins);
    if (margin === null) continue;
    const refuse = (state: string, wanted: string) => {
      throw new UsageError(
        `Cannot test equivalence of ${metric.key} within ${margin}: ${state}, expected ${wanted}`,
      );
    };
    if (!(margin > 0 && Number.isFinite(margin))) {
      refuse("that is no margin", "a number above 0, in the unit of the metric");
    }
    const [least, most] = metric.bounds;
    if (margin >= most - least) {
      const percent = most - least === 1 ? "; two percent are 0.02" : "";
      refuse(`it lies in [${least}, ${most}], where every two are so near`, `less${percent}`);
    }
  }
}
