/** What holds for whatever samples: hundreds of made-up ones, with ties, of any size and scale. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  benjaminiHochberg,
  bootstrap,
  effectSizes,
  friedmanTest,
  holm,
  kendall,
  leastPermutationP,
  mannWhitneyTest,
  mcnemarTest,
  mean,
  pairedTTest,
  pearson,
  permutationTest,
  quantile,
  ranks,
  signedRankTest,
  signFlipTest,
  spearmanTest,
  tInterval,
  trimmedMean,
  welchTest,
} from "../../lib/statistics/mod.ts";
import { RandomStream } from "../../lib/core/random.ts";

const CASES = 150;

/** A case: a stream for it, two samples of 2 to 9 values, half of the cases with many ties. */
function forEachCase(
  name: string,
  check: (random: RandomStream, a: number[], b: number[]) => void,
): void {
  for (let i = 0; i < CASES; i++) {
    const random = RandomStream.fromSeed(11).fresh(`${name} ${i}`);
    const scale = 10 ** (Math.floor(6 * random.uniform()) - 3);
    const sample = (least: number) => {
      const n = least + Math.floor(8 * random.uniform());
      return Array.from({ length: n }, () => {
        const value = random.normal();
        return scale * (i % 2 === 0 ? value : Math.round(value));
      });
    };
    check(random, sample(2), sample(2));
  }
}

function assertP(p: number, least = 0): void {
  assert(p >= least && p <= 1, `p is ${p}`);
}

Deno.test("every p of two samples is in [0, 1], the same after an exchange and in other units", () => {
  forEachCase("two samples", (random, a, b) => {
    const tests: ((x: readonly number[], y: readonly number[]) => number)[] = [
      (x, y) => permutationTest(x, y, { random: random.fresh("p") }).p,
      (x, y) => welchTest(x, y).p,
      (x, y) => mannWhitneyTest(x, y).p,
    ];
    for (const test of tests) {
      const p = test(a, b);
      assertP(p);
      assertAlmostEquals(test(b, a), p, 1e-9);
      // A power of two changes no bit of the mantissa, so that ties stay ties.
      assertAlmostEquals(test(a.map((x) => 4 * x), b.map((x) => 4 * x)), p, 1e-9);
      assertAlmostEquals(test(a.map((x) => -x), b.map((x) => -x)), p, 1e-9);
    }
    assertP(tests[0]!(a, b), leastPermutationP(a.length, b.length) - 1e-12);
  });
});

Deno.test("every p of paired samples is in [0, 1] and the same for the negated differences", () => {
  forEachCase("pairs", (random, a) => {
    const zeros = a.map(() => 0);
    const tests: ((d: readonly number[]) => number)[] = [
      (d) => signFlipTest(d, { random: random.fresh("flips") }).p,
      (d) => signedRankTest(d).p,
      (d) => pairedTTest(d, zeros).p,
    ];
    for (const test of tests) {
      const p = test(a);
      assertP(p);
      assertAlmostEquals(test(a.map((x) => -x)), p, 1e-9);
      assertAlmostEquals(test(a.toReversed()), p, 1e-9);
    }
    assertP(tests[0]!(a), 2 ** -a.length);
  });
});

Deno.test("an exact permutation test is what all splits, counted one by one, say", () => {
  forEachCase("splits", (random, a, b) => {
    const [x, y] = [a.slice(0, 4), b.slice(0, 4)];
    const all = [...x, ...y];
    const total = all.reduce((sum, value) => sum + value, 0);
    const differences: number[] = [];
    for (let mask = 0; mask < 2 ** all.length; mask++) {
      const first = all.filter((_, i) => mask >> i & 1);
      if (first.length !== x.length) continue;
      const sum = first.reduce((s, value) => s + value, 0);
      differences.push(Math.abs(sum / x.length - (total - sum) / y.length));
    }
    const observed = Math.abs(mean(x) - mean(y));
    const size = Math.max(...all.map(Math.abs));
    const hits = differences.filter((d) => d >= observed - 1e-9 * size).length;
    const { p, method } = permutationTest(x, y, { random });
    assertEquals(method, "exact");
    assertAlmostEquals(p, hits / differences.length, 1e-12);
  });
});

Deno.test("an interval holds its value, and grows with its level", () => {
  forEachCase("intervals", (random, a) => {
    const mean95 = tInterval(a), mean99 = tInterval(a, 0.99);
    assert(mean95.low <= mean95.value && mean95.value <= mean95.high);
    assert(mean99.low <= mean95.low && mean99.high >= mean95.high);
    const statistic = (at: Uint32Array) => mean(Array.from(at, (i) => a[i]!));
    const drawn = (level: number) =>
      bootstrap(a.length, statistic, { random: random.fresh("boot"), resamples: 199, level });
    const [narrow, wide] = [drawn(0.8), drawn(0.95)];
    assert(wide.low <= narrow.low && narrow.high <= wide.high);
    assert(narrow.low >= Math.min(...a) - 1e-9 && narrow.high <= Math.max(...a) + 1e-9);
  });
});

Deno.test("corrections raise p, keep their order, and do not depend on it", () => {
  forEachCase("corrections", (random) => {
    const p = Array.from({ length: 1 + Math.floor(9 * random.uniform()) }, () => random.uniform());
    const bonferroni = p.map((value) => Math.min(1, p.length * value));
    const adjusted = [benjaminiHochberg(p), holm(p), bonferroni];
    for (let i = 0; i < p.length; i++) {
      const values = [p[i]!, ...adjusted.map((list) => list[i]!)];
      // From the mildest to the strictest.
      values.forEach((value, k) => assert(value <= 1 && value >= (values[k - 1] ?? 0) - 1e-12));
      for (let j = 0; j < p.length; j++) {
        if (p[i]! <= p[j]!) adjusted.forEach((list) => assert(list[i]! <= list[j]!));
      }
    }
    const reversed = p.toReversed();
    assertEquals(holm(reversed), holm(p).toReversed());
    assertEquals(benjaminiHochberg(reversed), benjaminiHochberg(p).toReversed());
  });
});

Deno.test("McNemar's mid-p is never above the exact p, both are mirrored, and 1 for no difference", () => {
  for (let b = 0; b <= 12; b++) {
    for (let c = 0; c <= 12; c++) {
      const [found, mirrored] = [mcnemarTest(b, c), mcnemarTest(c, b)];
      assertP(found.exact);
      assertP(found.midP);
      assert(found.midP <= found.exact);
      assertEquals([mirrored.exact, mirrored.midP], [found.exact, found.midP]);
      if (b === c) assertEquals(found.exact, 1);
    }
  }
});

Deno.test("effect sizes are mirrored, and P(a > b) and Cliff's delta say the same", () => {
  forEachCase("effects", (_, a, b) => {
    const [ab, ba] = [effectSizes(a, b), effectSizes(b, a)];
    assertAlmostEquals(ba.cliffsDelta, -ab.cliffsDelta, 1e-12);
    assertAlmostEquals(ba.probImprovement, 1 - ab.probImprovement, 1e-12);
    assertAlmostEquals(2 * ab.probImprovement - 1, ab.cliffsDelta, 1e-12);
    assert(Math.abs(ab.hedgesG) <= Math.abs(ab.cohensD) && Math.abs(ab.cliffsDelta) <= 1);
    if (Number.isFinite(ab.cohensD)) assertAlmostEquals(ba.cohensD, -ab.cohensD, 1e-9);
  });
});

Deno.test("tests of ranks see ranks only: any increasing change of the values leaves them", () => {
  const change = (x: number) => Math.exp(x / 1_000);
  forEachCase("ranks", (_, a, b) => {
    assertAlmostEquals(
      mannWhitneyTest(a.map(change), b.map(change)).p,
      mannWhitneyTest(a, b).p,
      1e-12,
    );
    assertEquals(ranks(a.map(change)), ranks(a));
    const n = Math.min(a.length, b.length);
    const [x, y] = [a.slice(0, n), b.slice(0, n)];
    assertAlmostEquals(kendall(x.map(change), y), kendall(x, y), 1e-12);
    if (n < 3) return;
    assertAlmostEquals(spearmanTest(x.map(change), y).rho, spearmanTest(x, y).rho, 1e-12);
    const rows = x.map((value, i) => [value, y[i]!, value + y[i]!]);
    const changed = rows.map((row) => row.map((value) => 2 * value));
    assertAlmostEquals(friedmanTest(changed).p, friedmanTest(rows).p, 1e-12);
  });
});

Deno.test("correlations are in [-1, 1], symmetric, and of a line 1", () => {
  forEachCase("correlations", (_, a, b) => {
    const n = Math.min(a.length, b.length);
    const [x, y] = [a.slice(0, n), b.slice(0, n)];
    const r = pearson(x, y);
    assert(Math.abs(r) <= 1);
    assertAlmostEquals(pearson(y, x), r, 1e-12);
    const isFlat = x.every((value) => value === x[0]);
    assertAlmostEquals(pearson(x, x.map((value) => 3 - 2 * value)), isFlat ? 0 : -1, 1e-9);
  });
});

Deno.test("quantiles and trimmed means lie between the extremes, quantiles in their order", () => {
  forEachCase("quantiles", (_, a) => {
    const sorted = a.toSorted((x, y) => x - y);
    const found = [0, 0.1, 0.5, 0.9, 1].map((share) => quantile(sorted, share));
    found.forEach((value, i) => assert(i === 0 || value >= found[i - 1]!));
    assertEquals([found[0], found[4]], [sorted[0], sorted.at(-1)]);
    const middle = trimmedMean(a, 0.25);
    assert(middle >= sorted[0]! - 1e-9 && middle <= sorted.at(-1)! + 1e-9);
    assertAlmostEquals(trimmedMean(a, 0), mean(a), 1e-9 * Math.max(1, Math.abs(mean(a))));
  });
});
