/** Every case of the golden file, answers of scipy and numpy, to 1e-9. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  benjaminiHochberg,
  bootstrap,
  dependentCorrelations,
  effectSizes,
  friedmanTest,
  holm,
  kendall,
  mannWhitneyTest,
  mcnemarTest,
  mean,
  pairedTTest,
  pearsonTest,
  permutationTest,
  shapiroWilk,
  signedRankTest,
  signFlipTest,
  spearmanTest,
  standardDeviation,
  trimmedMean,
  welchTest,
} from "../../lib/statistics/mod.ts";
import { RandomStream } from "../../lib/core/random.ts";
import { totalOf } from "../../lib/evaluation/metric.ts";
import * as metrics from "../../lib/evaluation/mod.ts";
import { golden, metricBy } from "../evaluation/cases.ts";

// deno-lint-ignore no-explicit-any -- each case has inputs of its own
type Inputs = any;
type Answer = Record<string, number | null | readonly number[]>;

interface Case {
  readonly name: string;
  readonly inputs: Inputs;
  readonly expected: Answer;
}

const { cases } = golden<{ cases: Case[] }>("stats_fixtures.json");

/** What answers a case, by the start of its name. */
const SOLVERS: Readonly<Record<string, (inputs: Inputs) => Answer>> = {
  wilcoxon_signed_rank_exact: ({ a, b }) => {
    const { p, minW, wPlus, wMinus, method } = signedRankTest(minus(a, b));
    assertEquals(method, "exact");
    return { p, minW, wPlus, wMinus };
  },
  mann_whitney_exact: ({ a, b }) => {
    const { p, u, method } = mannWhitneyTest(a, b);
    assertEquals(method, "exact");
    return { p, u };
  },
  welch_t: ({ a, b }) => renamed(welchTest(a, b)),
  paired_t: ({ a, b }) => renamed(pairedTTest(a, b)),
  effect_sizes: ({ a, b }) => ({ ...effectSizes(a, b) }),
  shapiro: ({ x }) => ({ ...shapiroWilk(x) }),
  permutation_exact_independent: ({ a, b }) => {
    const { p, count } = permutationTest(a, b, { random: stream() });
    return { p, count };
  },
  sign_flip_exact_paired: ({ d }) => ({ p: signFlipTest(d, { random: stream() }).p }),
  wilcoxon_ties_zeros_wilcox: ({ d }) => pOf(signedRankTest(d)),
  wilcoxon_ties_zeros_pratt: ({ d }) => pOf(signedRankTest(d, { zeros: "pratt" })),
  mcnemar: ({ b, c }) => {
    const { exact, midP, chi2, chi2Corrected } = mcnemarTest(b, c);
    return { exact, midP, chi2, chi2Corrected };
  },
  holm: ({ p }) => ({ adjusted: holm(p) }),
  benjamini_hochberg: ({ p }) => ({ adjusted: benjaminiHochberg(p) }),
  pearson: ({ x, y }) => {
    const { value, p, low, high } = pearsonTest(x, y);
    return { r: value, p, ciLow: low, ciHigh: high };
  },
  spearman: ({ x, y }) => ({ ...spearmanTest(x, y) }),
  kendall: ({ x, y }) => ({ tau: kendall(x, y) }),
  dependent_correlations: (inputs) => ({ ...dependentCorrelations(inputs) }),
  friedman_nemenyi: ({ rows }) => ({ ...friedmanTest(rows) }),
  iqm: ({ x }) => ({
    iqm: trimmedMean(x, 0.25),
    mean: mean(x),
    sdSample: standardDeviation(x),
    sdPopulation: standardDeviation(x) * Math.sqrt((x.length - 1) / x.length),
  }),
  bootstrap_bca_mean: ({ x }) => {
    const statistic = (at: Uint32Array) => mean(Float64Array.from(at, (i) => x[i]));
    // Ends of 9,999 resamples differ by 2e-4 from seed to seed, scipy's too.
    const { low, high } = bootstrap(x.length, statistic, { random: stream(), resamples: 99_999 });
    return { ciLow: low, ciHigh: high };
  },
  msa_metrics_mosi: ({ yTrue, yPred }) => ({
    has0Acc2: metricBy("mosi", "acc2NonNeg")(yPred, yTrue),
    has0F1: metricBy("mosi", "f1WeightedNonNeg")(yPred, yTrue),
    non0Acc2: metricBy("mosi", "acc2NegPos")(yPred, yTrue),
    non0F1: metricBy("mosi", "f1WeightedNegPos")(yPred, yTrue),
    non0F1Swapped: legacyF1(yPred, yTrue),
    acc3: metricBy("mosi", "acc3")(yPred, yTrue),
    acc5: metricBy("mosi", "acc5")(yPred, yTrue),
    acc7: metricBy("mosi", "acc7")(yPred, yTrue),
    mae: metrics.mae(yPred, yTrue),
    corr: metrics.corr(yPred, yTrue),
    acc7RoundHalfUp: agreement(yPred, yTrue, Math.round),
  }),
};

function stream(): RandomStream {
  return RandomStream.fromSeed(1).split("fixtures");
}

function minus(a: number[], b: number[]): number[] {
  return a.map((value, i) => value - b[i]!);
}

function renamed({ p, t, df, low, high }: ReturnType<typeof welchTest>): Answer {
  return { p, t, df, ciLow: low, ciHigh: high };
}

function pOf({ p, minW }: ReturnType<typeof signedRankTest>): Answer {
  return { p, minW };
}

function legacyF1(predictions: number[], labels: number[]): number {
  const kept = labels.map((_, i) => i).filter((i) => labels[i] !== 0);
  const positive = (values: number[]) => kept.map((i) => values[i]! > 0 ? 1 : 0);
  // The arguments in the wrong order, as code before 2021-04-28 had them.
  const { sumsOfClasses } = metrics.metricOf(metrics.PROTOCOLS.mosi, "f1WeightedNegPos");
  return totalOf(sumsOfClasses!(positive(labels), positive(predictions)));
}

function agreement(a: number[], b: number[], round: (x: number) => number): number {
  const classOf = (x: number) => round(Math.max(-3, Math.min(3, x)));
  return mean(a.map((x, i) => classOf(x) === classOf(b[i]!) ? 1 : 0));
}

function assertClose(found: Answer[string], wanted: Answer[string], tolerance: number): void {
  if (typeof wanted === "number") {
    assert(typeof found === "number");
    assertAlmostEquals(found, wanted, tolerance);
  } else if (wanted === null) {
    assertEquals(found, null);
  } else {
    assert(Array.isArray(found));
    assertEquals(found.length, wanted.length);
    wanted.forEach((value, i) => assertClose(found[i], value, tolerance));
  }
}

for (const { name, inputs, expected } of cases) {
  Deno.test(`golden case ${name} is answered to ${toleranceOf(name)}`, () => {
    const key = Object.keys(SOLVERS).find((start) => name.startsWith(start));
    assert(key !== undefined, "nothing answers this case");
    const found = SOLVERS[key]!(inputs);
    assertEquals(Object.keys(found).sort(), Object.keys(expected).sort());
    for (const [quantity, wanted] of Object.entries(expected)) {
      assertClose(found[quantity]!, wanted, toleranceOf(name));
    }
  });
}

function toleranceOf(name: string): number {
  return name.startsWith("bootstrap") ? 2e-4 : 1e-9;
}
