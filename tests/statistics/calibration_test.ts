/**
 * How often tests reject where nothing is to be found, and how often intervals hold the truth:
 * thousands of simulations, those that take long only with MSA_SLOW_TESTS=1.
 */

import { assert } from "@std/assert";
import {
  bootstrap,
  dependentCorrelations,
  discordant,
  equivalenceTest,
  mannWhitneyTest,
  mcnemarTest,
  mean,
  pearson,
  permutationTest,
  signedRankTest,
  signFlipTest,
  tInterval,
  twoWayBootstrap,
  welchTest,
} from "../../lib/statistics/mod.ts";
import { metricSums } from "../../lib/evaluation/mod.ts";
import { MAE } from "../../lib/evaluation/score_metrics.ts";
import { comparePair, type ScoredGroup } from "../../lib/analysis/comparison/compare_pair.ts";
import { testSeeds } from "../../lib/analysis/comparison/over_seeds.ts";
import type { RunEntry } from "../../lib/studies/runs/run_entry.ts";
import { RandomStream } from "../../lib/core/random.ts";
import { golden } from "../evaluation/cases.ts";

const IS_SLOW = Deno.env.get("MSA_SLOW_TESTS") === "1";

function slowTest(name: string, test: () => void): void {
  const note = IS_SLOW ? "" : " (skipped: set MSA_SLOW_TESTS=1)";
  Deno.test({ name: name + note, ignore: !IS_SLOW, fn: test });
}

const ROOT = RandomStream.fromSeed(20260101);

/** Share of `count` repetitions in which something happens. */
function shareOf(count: number, name: string, happens: (random: RandomStream) => boolean): number {
  let times = 0;
  for (let i = 0; i < count; i++) if (happens(ROOT.fresh(`${name} ${i}`))) times++;
  return times / count;
}

function assertWithin(share: number, low: number, high: number): void {
  assert(share >= low && share <= high, `${share} is not in [${low}, ${high}]`);
}

function normals(random: RandomStream, n: number): Float64Array {
  return Float64Array.from({ length: n }, () => random.normal());
}

/** Rejections of a p in 1,000 simulated nulls. */
function rejections(name: string, pOf: (random: RandomStream) => number): number {
  return shareOf(1_000, name, (random) => pOf(random) <= 0.05);
}

Deno.test("tests over seeds reject 3.5 to 6.5 % of true nulls, discrete ones their own size", () => {
  const welch = (random: RandomStream) => welchTest(normals(random, 10), normals(random, 10)).p;
  assertWithin(rejections("welch", welch), 0.035, 0.065);
  const permutation = (random: RandomStream) =>
    permutationTest(normals(random, 5), normals(random, 5), { random }).p;
  // 12 of 252 splits: 4.8 %.
  assertWithin(rejections("permutation", permutation), 0.033, 0.063);
  const u = (random: RandomStream) => mannWhitneyTest(normals(random, 5), normals(random, 5)).p;
  assertWithin(rejections("u", u), 0.032 - 0.015, 0.032 + 0.015);
});

Deno.test("the test over seeds beside a model that does not vary rejects 3.5 to 6.5 % too", () => {
  const samples = { p: 1, test: "none" };
  for (const n of [4, 5, 10]) {
    const p = (random: RandomStream) => {
      const varies = { values: [...normals(random, n)], isStill: false };
      const still = { values: Array<number>(n).fill(0), isStill: true };
      return testSeeds(varies, still, samples, { random, draws: 99 }).p;
    };
    assertWithin(rejections(`still ${n}`, p), 0.035, 0.065);
  }
});

slowTest("tests over samples reject 3.5 to 6.5 % of true nulls", () => {
  const flips = (random: RandomStream) =>
    signFlipTest(normals(random, 100), { random, draws: 999 }).p;
  assertWithin(rejections("flips", flips), 0.035, 0.065);
  const ranks = (random: RandomStream) => signedRankTest(normals(random, 100)).p;
  assertWithin(rejections("ranks", ranks), 0.035, 0.065);
  const correlations = (random: RandomStream) => {
    const y = normals(random, 686);
    const model = () => y.map((value) => value + 0.77 * random.normal());
    const [a, b] = [model(), model()];
    const triple = { r12: pearson(y, a), r13: pearson(y, b), r23: pearson(a, b), n: 686 };
    return dependentCorrelations(triple).williamsP;
  };
  assertWithin(rejections("correlations", correlations), 0.035, 0.065);
});

slowTest("exact McNemar rejects 2.9 to 3.8 % at n = 656, its mid-p 3.5 to 6.5 %", () => {
  const results = Array.from({ length: 4_000 }, (_, i) => {
    const random = ROOT.fresh(`mcnemar ${i}`);
    const right = () => Uint8Array.from({ length: 656 }, () => random.uniform() < 0.85 ? 1 : 0);
    const { b, c } = discordant(right(), right());
    return mcnemarTest(b, c);
  });
  const share = (key: "exact" | "midP") => mean(results.map((r) => r[key] <= 0.05 ? 1 : 0));
  assertWithin(share("exact"), 0.029 - 0.006, 0.038 + 0.006);
  assertWithin(share("midP"), 0.035, 0.065);
});

slowTest(
  "95 % intervals of one mean cover 93 to 97 %: t over 10 seeds, BCa over 686 samples",
  () => {
    const t = shareOf(2_000, "t", (random) => {
      const { low, high } = tInterval(normals(random, 10));
      return low <= 0 && high >= 0;
    });
    assertWithin(t, 0.93, 0.97);
    const bca = shareOf(600, "bca", (random) => {
      const errors = normals(random, 686).map(Math.abs);
      const statistic = (at: Uint32Array) => {
        let sum = 0;
        for (let i = 0; i < at.length; i++) sum += errors[at[i]!]!;
        return sum / at.length;
      };
      const { low, high } = bootstrap(686, statistic, { random, resamples: 999 });
      const truth = Math.sqrt(2 / Math.PI);
      return low <= truth && high >= truth;
    });
    assertWithin(bca, 0.93, 0.97);
  },
);

for (const [what, ofSeeds, ofSamples] of [["seeds", 0.3, 0.1], ["samples", 0.01, 0.5]] as const) {
  slowTest(`the two-way bootstrap covers 93 to 99.5 % where ${what} dominate`, () => {
    const covered = shareOf(2_000, `two-way ${what}`, (random) => {
      const labels = new Float64Array(100);
      const algorithm = () => {
        // What this algorithm finds hard or easy, whatever its seed.
        const hard = normals(random, 100);
        const runs = Array.from({ length: 10 }, () => {
          const shift = ofSeeds * random.normal();
          const errors = hard.map((h) => 5 + ofSamples * h + shift);
          return metricSums(MAE, errors, labels);
        });
        return { random: random.fresh(`${random.uniform()}`), runs };
      };
      const { low, high } = twoWayBootstrap(algorithm(), algorithm(), { random, resamples: 499 });
      return low <= 0 && high >= 0;
    });
    assertWithin(covered, 0.93, 0.995);
  });
}

slowTest("two one-sided tests over seeds reject as often as their distribution says", () => {
  const { powers } = golden<{
    powers: { n: number; delta: number; margin: number; power: number }[];
  }>("equivalence/scipy.json");
  for (const { n, delta, margin, power } of powers) {
    const share = shareOf(4_000, `tost ${n} ${delta} ${margin}`, (random) => {
      const a = normals(random, n).map((value) => value + delta);
      return equivalenceTest(a, normals(random, n), margin).p <= 0.05;
    });
    // Four standard errors, and what Welch's degrees of freedom take away.
    const error = 4 * Math.sqrt(power * (1 - power) / 4_000);
    assertWithin(share, power - error - 0.015, power + error);
  }
});

for (
  const [what, ofSeeds, ofSamples] of [["seeds", 0.05, 0.05], ["samples", 0.002, 0.16]] as const
) {
  slowTest(`equivalence is claimed in 5 % at most at the margin, where ${what} dominate`, () => {
    const margin = 0.1;
    const share = (shift: number, count = 300) =>
      shareOf(count, `margin ${what} ${shift}`, (random) => {
        const pair = shiftedAlgorithms(random, { shift, ofSeeds, ofSamples });
        const options = { resamples: 199, equivalence: margin };
        return comparePair(...pair, MAE, options).equivalence!.p <= 0.05;
      });
    // 5 %, plus three standard errors; by far not 0, or it would never show anything.
    for (const end of [margin, -margin]) assertWithin(share(end, 1_000), 0.015, 0.071);
    assertWithin(share(0), 0.8, 1);
    assertWithin(share(2 * margin), 0, 0.005);
  });
}

/** Two algorithms with six seeds on 80 samples, whose mean absolute errors are truly `shift` apart. */
function shiftedAlgorithms(
  random: RandomStream,
  { shift, ofSeeds, ofSamples }: { shift: number; ofSeeds: number; ofSamples: number },
): [ScoredGroup, ScoredGroup] {
  const n = 80;
  const groups = [shift, 0].map((more, at) => {
    const hard = normals(random, n);
    const predictions = Array.from({ length: 6 }, () => {
      const seed = ofSeeds * random.normal();
      return hard.map((h) => 5 + more + seed + ofSamples * h);
    });
    return scored(["a", "b"][at]!, predictions);
  });
  return groups as [ScoredGroup, ScoredGroup];
}

/** A group of made predictions of labels that are all 0. */
function scored(label: string, predictions: readonly Float64Array[]): ScoredGroup {
  const n = predictions[0]!.length;
  const ids = Array.from({ length: n }, (_, i) => String(i));
  const runs = predictions.map((_, seed) => ({ seed, valid: {} }) as unknown as RunEntry);
  return {
    group: { label, model: label, dataset: "made", runs },
    scores: {
      protocol: "mosi",
      ids,
      labels: new Float64Array(n),
      predictions,
      valid: [],
      isSeedless: false,
    },
  };
}

/** Two algorithms that are the same, each with `seeds` runs on `n` samples, and errors of seeds. */
function sameAlgorithms(random: RandomStream, seeds: number, n: number, ofSeeds: number) {
  const hard = normals(random, n);
  return ["a", "b"].map((label): ScoredGroup => {
    const predictions = Array.from({ length: seeds }, () => {
      const shift = ofSeeds * random.normal();
      // What is hard for one run is hard for all, and each has its own luck.
      return hard.map((h) => Math.abs(2 + 0.5 * h + 0.2 * random.normal()) + shift);
    });
    return scored(label, predictions);
  });
}

slowTest(
  "two runs of one algorithm differ on samples far too often, but nothing is established",
  () => {
    let established = 0, onSamples = 0;
    const count = 400;
    for (let i = 0; i < count; i++) {
      const [a, b] = sameAlgorithms(ROOT.fresh(`null ${i}`), 5, 200, 0.05);
      const found = comparePair(a!, b!, MAE, { resamples: 199, seed: i });
      const { low, high } = found.difference;
      if (found.seedTest.p <= 0.05 && (low > 0 || high < 0)) established++;
      if (found.sampleTest.p <= 0.05) onSamples++;
    }
    // STATISTICS, section 2: an item-level test of one seed each claims a difference much too often.
    assert(onSamples / count > 0.2, `${onSamples} of ${count}`);
    assertWithin(established / count, 0, 0.065);
  },
);
