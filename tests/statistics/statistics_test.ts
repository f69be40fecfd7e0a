/** What the golden cases leave out: distributions, degenerate input, symmetry, invariance. */

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  bootstrap,
  dependentCorrelations,
  effectSizes,
  estimateOverSeeds,
  friedmanTest,
  holm,
  leastPermutationP,
  leastSignedRankSeeds,
  mannWhitneyTest,
  mcnemarTest,
  mean,
  pairedTTest,
  pearson,
  permutationTest,
  seedPower,
  seedsNeeded,
  shapiroWilk,
  signedRankTest,
  signFlipTest,
  smallestDistance,
  smallestEffect,
  swapTest,
  tInterval,
  trimmedMean,
  twoWayBootstrap,
  welchTest,
} from "../../lib/statistics/mod.ts";
import {
  chiSquaredUpper,
  normalCdf,
  normalQuantile,
  tCritical,
  tTwoSided,
} from "../../lib/statistics/distributions.ts";
import { rangeQuantile } from "../../lib/statistics/friedman.ts";
import { IndexSampler } from "../../lib/statistics/index_sampler.ts";
import { RandomStream } from "../../lib/core/random.ts";
import { measure, metricOf, metricSums, PROTOCOLS } from "../../lib/evaluation/mod.ts";

function stream(name = "x"): RandomStream {
  return RandomStream.fromSeed(1).fresh(name);
}

function normals(n: number, shift = 0, name = "normals"): number[] {
  const random = stream(name);
  return Array.from({ length: n }, () => shift + random.normal());
}

/** Relative, since tails are small. */
function assertNear(found: number, wanted: number): void {
  assertAlmostEquals(found / wanted, 1, 1e-11);
}

Deno.test("the distributions agree with scipy, tails too", () => {
  assertNear(normalCdf(1.3), 0.9031995154143897);
  assertNear(normalCdf(-8), 6.22096057427174e-16);
  assertNear(normalQuantile(0.975), 1.959963984540054);
  assertNear(normalQuantile(1e-10), -6.361340902404056);
  assertEquals(normalQuantile(0.25), -normalQuantile(0.75));
  assertNear(tTwoSided(2, 5), 0.10193947882985835);
  assertNear(tTwoSided(30, 4), 7.352856097661319e-6);
  assertNear(tCritical(0.95, 9), 2.262157162798205);
  assertNear(chiSquaredUpper(3, 2), 0.22313016014842982);
  assertNear(chiSquaredUpper(80, 3), 3.0692774861724164e-17);
  assertAlmostEquals(rangeQuantile(0.95, 10), 4.474124, 1e-6);
});

Deno.test("tests of equal samples have p = 1", () => {
  const x = [0.4, 0.5, 0.6, 0.7, 0.8], equal = [0.5, 0.5, 0.5];
  const random = stream();
  for (const values of [x, equal]) {
    assertEquals(permutationTest(values, values, { random }).p, 1);
    assertEquals(welchTest(values, values).p, 1);
    assertEquals(pairedTTest(values, values).p, 1);
    assertEquals(signFlipTest(values.map(() => 0), { random }).p, 1);
    assertEquals(signedRankTest(values.map(() => 0)).p, 1);
    assertEquals(effectSizes(values, values), {
      cohensD: 0,
      hedgesG: 0,
      cliffsDelta: 0,
      probImprovement: 0.5,
    });
  }
  assertEquals(mannWhitneyTest(equal, equal).p, 1);
  assertEquals(mcnemarTest(4, 4).exact, 1);
  assertEquals(dependentCorrelations({ r12: 0.5, r13: 0.5, r23: 1, n: 9 }).williamsP, 1);
  assertEquals(friedmanTest([[1, 1, 1], [2, 2, 2]]).p, 1);
});

Deno.test("samples without spread but apart are told apart, without NaN", () => {
  assertEquals(welchTest([1, 1], [2, 2]).p, 0);
  assertEquals(permutationTest([1, 1, 1, 1], [2, 2, 2, 2], { random: stream() }).p, 2 / 70);
  assertEquals(effectSizes([1, 1], [2, 2]).hedgesG, -Infinity);
  assertEquals(tInterval([0.3, 0.3, 0.3]).low, 0.3);
  assertEquals(pearson([1, 1, 1], [1, 2, 3]), 0);
});

Deno.test("one value is too few for whatever needs a spread", () => {
  for (
    const call of [
      () => welchTest([1], [1, 2]),
      () => tInterval([1]),
      () => effectSizes([1], [1, 2]),
      () => bootstrap(1, () => 1, { random: stream() }),
      () => shapiroWilk([1, 2]),
      () => mean([]) || trimmedMean([]),
    ]
  ) assertThrows(call, TypeError);
  assertThrows(() => signFlipTest([1, NaN], { random: stream() }), RangeError, "value 1 is NaN");
  assertThrows(() => seedPower(1, 1), RangeError);
});

Deno.test("tests do not depend on the order of values, and are mirrored by an exchange", () => {
  const a = normals(7, 0.8, "a"), b = normals(9, 0, "b");
  const tests = [
    () => permutationTest(a, b, { random: stream() }).p,
    () => permutationTest(a, b, { random: stream(), mostExact: 1 }).p,
    () => welchTest(a, b).p,
    () => mannWhitneyTest(a, b).p,
  ];
  const before = tests.map((test) => test());
  a.reverse();
  b.sort();
  assertEquals(tests.map((test) => test()), before);
  const mirrored = [
    permutationTest(b, a, { random: stream() }).p,
    permutationTest(b, a, { random: stream(), mostExact: 1 }).p,
    welchTest(b, a).p,
    mannWhitneyTest(b, a).p,
  ];
  mirrored.forEach((p, i) => assertAlmostEquals(p, before[i]!, 1e-12));
  const d = normals(50, 0.2, "d");
  const flipped = signFlipTest(d.map((x) => -x), { random: stream() }).p;
  assertEquals(flipped, signFlipTest(d, { random: stream() }).p);
});

Deno.test("drawn patterns give the exact p, within their own uncertainty, and never 0", () => {
  const d = normals(14, 0.4, "d");
  const exact = signFlipTest(d, { random: stream() });
  assertEquals([exact.method, exact.count], ["exact", 2 ** 14]);
  const drawn = signFlipTest(d, { random: stream(), mostExact: 0 });
  assertAlmostEquals(drawn.p, exact.p, 4 * Math.sqrt(exact.p / 9_999));
  const a = normals(6, 0.7, "a"), b = normals(6, 0, "b");
  const all = permutationTest(a, b, { random: stream() });
  const some = permutationTest(a, b, { random: stream(), mostExact: 1 });
  assertEquals([all.method, some.method], ["exact", "Monte Carlo"]);
  assertAlmostEquals(some.p, all.p, 4 * Math.sqrt(all.p / 9_999));
  const far = signFlipTest(new Array(60).fill(1), { random: stream() });
  assertEquals(far.p, 1 / 10_000);
});

Deno.test("no more patterns are drawn than are counted: where each one hits, p is 1", () => {
  const equal = [1, 1, 1, 1];
  for (const draws of [1, 9]) {
    const options = () => ({ random: stream(), draws, mostExact: 0 });
    assertEquals(permutationTest(equal, equal, options()).p, 1);
    assertEquals(permutationTest(equal, equal, options()).count, draws);
    assertEquals(signFlipTest([1, -1, 0], options()).p, 1);
    const sums = (p: number[]) => metricSums(metricOf(PROTOCOLS.mosi, "mae"), p, [0, 0]);
    assertEquals(swapTest(sums([1, 0]), sums([0, 1]), options()).p, 1);
  }
});

Deno.test("shapiroWilk() of three values is exact, and its p in [0, 1] at both ends of W", () => {
  // scipy 1.17
  const { w, p } = shapiroWilk([1, 2, 4]);
  assertAlmostEquals(w, 0.9642857142857142, 1e-14);
  assertAlmostEquals(p, 0.6368868450289689, 1e-12);
  assertAlmostEquals(shapiroWilk([1, 2, 3]).p, 1, 1e-7);
  // W is 3/4 at least, but for what the last bits make of it.
  for (let i = 1; i < 200; i++) {
    const { w, p } = shapiroWilk([0.1 * i, 0.1 * i, i]);
    assertAlmostEquals(w, 0.75, 1e-12);
    assert(p >= 0 && p < 1e-6, `p is ${p}`);
  }
});

Deno.test("swapTest() is the brute force over all 256 exchanges of 8 samples", () => {
  const y = [1, -1, 1, -1, 1, -1, 1, -1];
  const a = [2, -1, 1, 1, 1, -2, 1, -1], b = [-1, 1, 1, -1, -1, 1, -1, 1];
  const metric = metricOf(PROTOCOLS.mosi, "f1WeightedNonNeg");
  const f1 = (p: number[]) => measure(metric, p, y);
  let hits = 0;
  for (let pattern = 0; pattern < 256; pattern++) {
    const pick = (x: number[], z: number[]) => x.map((v, i) => pattern >> i & 1 ? z[i]! : v);
    const difference = Math.abs(f1(pick(a, b)) - f1(pick(b, a)));
    if (difference >= Math.abs(f1(a) - f1(b)) - 1e-12) hits++;
  }
  const sums = (p: number[]) => metricSums(metric, p, y);
  assertAlmostEquals(swapTest(sums(a), sums(b), { random: stream() }).p, hits / 256, 1e-12);
  assertEquals(swapTest(sums(a), sums(a), { random: stream() }).p, 1);
  const drawn = swapTest(sums(a), sums(b), { random: stream(), mostExact: 0 });
  assertAlmostEquals(drawn.p, hits / 256, 0.03);
});

Deno.test("a large Mann-Whitney test is exact without ties and agrees with its approximation", () => {
  const a = normals(40, 0.4, "a"), b = normals(50, 0, "b");
  const exact = mannWhitneyTest(a, b);
  assertEquals(exact.method, "exact");
  const tied = mannWhitneyTest([...a, 9, 9], b);
  assertEquals(tied.method, "normal");
  assertAlmostEquals(exact.p, mannWhitneyTest([...a, 0, 0], [...b, 0]).p, 0.05);
  assert(exact.p > 0 && exact.p < 1);
});

Deno.test("estimateOverSeeds() stays within the bounds of its values", () => {
  const free = estimateOverSeeds([0.9, 1, 0.98])!;
  assert(free.high > 1);
  const { value, low, high } = estimateOverSeeds([0.9, 1, 0.98], 0.95, [0, 1])!;
  assertEquals([value, low, high], [free.value, free.low, 1]);
  assertEquals(estimateOverSeeds([0.01, 0.2], 0.95, [0, Infinity])!.low, 0);
});

Deno.test("twoWayBootstrap() widens with the spread of seeds, and is mirrored", () => {
  const labels = normals(40, 0, "labels");
  const runs = (spread: number, name: string) =>
    normals(6, 0, name).map((shift) =>
      metricSums(
        metricOf(PROTOCOLS.mosi, "mae"),
        labels.map((y) => y + 0.5 + spread * shift),
        labels,
      )
    );
  const interval = (spread: number) => {
    const a = { runs: runs(spread, "a"), random: stream("a") };
    const b = { runs: runs(spread, "b"), random: stream("b") };
    return twoWayBootstrap(a, b, { random: stream("samples"), resamples: 999 });
  };
  const [narrow, wide] = [interval(0.01), interval(0.1)];
  assert(wide.high - wide.low > 5 * (narrow.high - narrow.low));
  const swapped = twoWayBootstrap(
    { runs: runs(0.1, "b"), random: stream("b") },
    { runs: runs(0.1, "a"), random: stream("a") },
    { random: stream("samples"), resamples: 999 },
  );
  assertEquals([swapped.value, swapped.low, swapped.high], [-wide.value, -wide.high, -wide.low]);
  const one = { runs: runs(1, "a").slice(1, 2), random: stream() };
  assertThrows(() => twoWayBootstrap(one, one, { random: stream() }), TypeError, "two or more");
});

Deno.test("IndexSampler draws every position equally often, and the same for the same stream", () => {
  const draw = (name: string) => {
    const indices = new Uint32Array(70_000);
    new IndexSampler(stream(name)).fill(indices, 7);
    return indices;
  };
  const counts = new Array(7).fill(0);
  for (const i of draw("a")) counts[i]++;
  // Six standard deviations of a count are 556.
  counts.forEach((count) => assertAlmostEquals(count, 10_000, 556));
  assertEquals(draw("a"), draw("a"));
  assert(draw("a").join() !== draw("b").join());
});

Deno.test("corrections keep p in [0, 1], Holm's below Bonferroni's", () => {
  const p = [0.2, 0.9, 0.001, 0.04];
  holm(p).forEach((adjusted, i) => {
    assert(adjusted >= p[i]! && adjusted <= Math.min(1, p.length * p[i]!));
  });
  assertEquals(holm([0.3]), [0.3]);
  assertThrows(() => holm([0.3, NaN]), RangeError);
});

Deno.test("the fewest seeds are those of the table in the specification", () => {
  assertEquals([1, 2, 3, 4, 6, 7, 10].map((k) => leastSignedRankSeeds(k)), [6, 7, 7, 8, 8, 9, 9]);
  assertEquals([leastPermutationP(3, 3), leastPermutationP(5, 5)], [2 / 20, 2 / 252]);
  // G*Power, two-sided t-test of two groups.
  assertEquals(seedsNeeded(1), 17);
  assertEquals(seedsNeeded(1, seedPower(1, 17)), 17, "a chance that is just reached suffices");
  assertAlmostEquals(seedPower(0, 10), 0.05, 1e-9);
  assertThrows(() => seedsNeeded(0), RangeError);
});

Deno.test("smallestEffect() is scipy's, by the noncentral t, and the inverse of seedPower()", () => {
  for (const [n, effect] of [[5, 2.024441], [10, 1.324949], [17, 0.991006]] as const) {
    assertAlmostEquals(smallestEffect(n, n), effect, 2e-6);
    assertAlmostEquals(seedPower(smallestEffect(n, n), n), 0.8, 1e-6);
  }
  assertEquals(smallestEffect(5, 12), smallestEffect(12, 5));
  assert(smallestEffect(5, 12) < smallestEffect(5, 5));
  assert(smallestEffect(5, 5, 0.95) > smallestEffect(5, 5, 0.5));
  assertThrows(() => smallestEffect(5, 5, 0.01), RangeError, "power of 0.01");
});

Deno.test("smallestDistance() of a mean from a known number is scipy's, by the noncentral t", () => {
  for (const [n, alpha, distance] of [[5, 0.05, 1.681997], [10, 0.05 / 9, 1.460554]] as const) {
    assertAlmostEquals(smallestDistance(n, 0.8, alpha), distance, 2e-6);
  }
  assertThrows(() => smallestDistance(1), RangeError, "expected at least 2");
});
