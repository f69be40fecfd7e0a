/** The sentence about a comparison that a paper could print. @module */

import type { PairResult } from "./compare_pair.ts";
import type { Equivalence } from "./equivalence.ts";
import { isAtMost, type SeedTest } from "./over_seeds.ts";
import { percent } from "../spread.ts";
import { leastPermutationP } from "../../statistics/mod.ts";

/** A pair whose place in its table is known. */
type JudgedPair = PairResult & { readonly seedTest: SeedTest };

/**
 * A difference is established, in favour of one side; or it is established that there is none as large as
 * the margin; or neither. A difference that is established stays so where it is smaller than the margin.
 */
export type Verdict = "a better" | "b better" | "equivalent" | "not established";

/** An adjusted p, and the size of its family. */
export interface AdjustedP {
  readonly p: number;
  readonly size: number;
}

/** Holm's adjusted p of a comparison in a family of `size`. */
interface Adjusted {
  readonly size: number;
  readonly seeds: number;
  readonly samples: number;
  /** Of equivalence; null where there is no margin. */
  readonly equivalence: AdjustedP | null;
}

/** What was found, in about ten words; the numbers are in the table. */
export function briefOf(
  { a, b, metric, difference, equivalence }: PairResult,
  verdict: Verdict,
): string {
  switch (verdict) {
    case "a better":
    case "b better": {
      const direction = difference.value < 0 ? "lower" : "higher";
      return `${a.label} has ${direction} ${metric.name} than ${b.label} on ${a.dataset}: established`;
    }
    case "equivalent":
      return `${a.label} and ${b.label} have equivalent ${metric.name} on ${a.dataset}, ` +
        `within ±${formatSize(equivalence!.margin)}`;
    case "not established":
      return `${a.label} and ${b.label}: no difference in ${metric.name} on ${a.dataset} is established` +
        (equivalence === undefined ? "" : ", nor equivalence");
  }
}

/** What was found, with everything that it rests on. */
export function sentenceOf(result: JudgedPair, verdict: Verdict, adjusted: Adjusted): string {
  const { a, b, metric, difference, samples } = result;
  const { value, low, high, level, method } = difference;
  const datasets = a.dataset === b.dataset ? a.dataset : `${a.dataset} and ${b.dataset}`;
  const size = formatSize(value);
  const claim = value === 0
    ? `${a.label} has the same ${metric.name} as ${b.label}`
    : `${a.label} has ${size} ${value < 0 ? "lower" : "higher"} ${metric.name} than ${b.label}`;
  return `${claim} on the ${samples} test samples of ${datasets} ` +
    `(${percent(level)} interval ${formatSigned(low)} to ${formatSigned(high)} ` +
    `by a ${method} over seeds and samples; ${testsOf(result, adjusted)}): ` +
    conclusionOf(result, verdict, adjusted);
}

/** What follows; with a margin, what the tests against it gave. */
function conclusionOf(result: JudgedPair, verdict: Verdict, adjusted: Adjusted): string {
  const established = "the difference is established";
  const { a, b, equivalence, difference: { level } } = result;
  if (equivalence === undefined || adjusted.equivalence === null) {
    return verdict === "not established" ? notEstablished(result, adjusted) : established;
  }
  const within = `within ±${formatSize(equivalence.margin)}`;
  const tests = marginTests(equivalence, adjusted.equivalence);
  if (verdict === "equivalent") {
    return `${a.label} and ${b.label} are equivalent ${within} ${tests}`;
  }
  if (verdict === "not established") {
    return `nothing is shown either way: ${notEstablished(result, adjusted)}; nor is equivalence ` +
      `${within} ${tests}`;
  }
  return isAtMost(adjusted.equivalence.p, 1 - level)
    ? `${established}, and lies ${within} ${tests}`
    : `${established}; that it lies ${within} is not ${tests}`;
}

/** The two one-sided tests, and their interval. */
function marginTests(
  { seeds, samples, low, high, level }: Equivalence,
  { p, size }: AdjustedP,
): string {
  const overSeeds = seeds === samples ? [] : [`Welch t ${formatP(seeds.p)} over seeds`];
  const both = [...overSeeds, `two-way bootstrap ${formatP(samples.p)} over seeds and samples`];
  const decided = size === 1
    ? "; one comparison"
    : `; the larger one is ${formatP(p)}${familyOf(size)}`;
  return `(two one-sided tests: ${both.join(", ")}${decided}; ` +
    `${percent(level)} interval ${formatSigned(low)} to ${formatSigned(high)})`;
}

function familyOf(size: number): string {
  return size === 1 ? " of one comparison" : ` after Holm's correction of ${size} comparisons`;
}

/** The tests over seeds and over samples. */
function testsOf({ a, b, metric, seeds, seedTest, sampleTest }: JudgedPair, adjusted: Adjusted) {
  const family = familyOf(adjusted.size);
  const midP = sampleTest.midP === undefined ? "" : ` (mid-p ${sampleTest.midP.toFixed(3)})`;
  const still = [a, b].filter((_, i) => seeds[i]!.isStill).map(({ label }) => label);
  const number = still.length === 1 && Math.min(a.runs.length, b.runs.length) < 2
    ? `${Math.max(a.runs.length, b.runs.length)} seeds and one run`
    : a.runs.length === b.runs.length
    ? `${a.runs.length} seeds each`
    : `${a.runs.length} and ${b.runs.length} seeds`;
  // Where neither varies with its seed, the samples decide, with the p of what decides.
  const bySamples = `${sampleTest.test} ` +
    `${formatP(still.length === 2 ? adjusted.seeds : adjusted.samples)}${midP}${family}`;
  if (still.length === 2) {
    return `neither varies with its seed, so the samples decide: ${bySamples}`;
  }
  const note = still.length === 0 ? "" : `, of which those of ${still[0]} are all the same`;
  return `${number}${note}: ${seedTest.test} ${formatP(adjusted.seeds)}${family}; ` +
    `samples: ${bySamples}, for the runs of median ${metric.name} on valid`;
}

/** What stood in the way, and what could have been seen, belong to what was not. */
function notEstablished(
  { a, b, difference: { value, level }, seeds, seedTest, metric }: JudgedPair,
  adjusted: Adjusted,
): string {
  const none = "no difference is established";
  if (value === 0) return none;
  const alpha = 1 - level;
  if (isAtMost(adjusted.seeds, alpha)) {
    return `${none}; p is small enough, but the interval includes 0`;
  }
  if (seeds.every(({ isStill }) => isStill)) return `${none}; more seeds would not change that`;
  if (!isAtMost(adjusted.size * seedTest.leastP, alpha)) {
    return `${none}; the smallest p of so few seeds is ${
      seedTest.leastP.toPrecision(2)
    } before the ` +
      `correction, and it takes ${seedsFor(alpha / adjusted.size)} seeds each to reach ` +
      `${Number(alpha.toPrecision(3))} after it`;
  }
  const { detectable, power } = seedTest;
  if (detectable === 0) {
    return `${none}; every seed of ${a.label} and ${b.label} has one ${metric.name}`;
  }
  return `${none}; so many seeds show one of ${formatSize(detectable)} with a chance of ` +
    `${Math.round(100 * power)} %`;
}

/** The fewest seeds of each algorithm whose exact permutation test can give so small a p. */
function seedsFor(p: number): number {
  let seeds = 2;
  while (!isAtMost(leastPermutationP(seeds, seeds), p)) seeds++;
  return seeds;
}

/** `p = 0.032`, or `p < 0.001`. */
function formatP(p: number): string {
  return p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`;
}

/** With its sign, to three digits after the point. */
export function formatSigned(value: number): string {
  const text = formatSize(value);
  return value < 0 && Number(text) !== 0 ? `-${text}` : text;
}

/** Without its sign; small values keep two digits that are not 0. */
function formatSize(value: number): string {
  const size = Math.abs(value);
  return size >= 0.01 || size < 1e-9 ? size.toFixed(3) : size.toPrecision(2);
}
