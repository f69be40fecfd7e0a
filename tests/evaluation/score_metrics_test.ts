import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { corr } from "../../lib/evaluation/mod.ts";
import { gridScores, metricBy } from "./cases.ts";

const rmse = metricBy("mosi", "rmse");
const ccc = metricBy("mosi", "ccc");
const maeSims = metricBy("sims", "mae");
const corrSims = metricBy("sims", "corr");

Deno.test("corr() is 1 and -1 for straight lines, and never beyond", () => {
  const x = [0.1, 0.7, -0.3, 1.9, -2.2];
  assertAlmostEquals(corr(x, x.map((v) => 3 * v + 1)), 1, 1e-15);
  assertAlmostEquals(corr(x, x.map((v) => -0.1 * v)), -1, 1e-15);
  for (let n = 2; n < 60; n++) {
    const line = Array.from({ length: n }, (_, i) => i / 7 + 1e6);
    assert(corr(line, line.map((v) => v / 3)) <= 1);
  }
});

Deno.test("corr() of values that differ by very little or very much is still right", () => {
  const expected = corr([1, 4, 2], [1, 2, 4]);
  assertAlmostEquals(corr([1e-300, 4e-300, 2e-300], [1, 2, 4]), expected, 1e-12);
  assertAlmostEquals(corr([1e38, 3e38, 2e38], [1, 3, 2].map((x) => x * 1e-200)), 1, 1e-12);
});

Deno.test("corr() is 0 when a side is constant, even where its mean is not exact", () => {
  const constant = new Array<number>(7).fill(0.1);
  const labels = [1, 2, 3, 4, 5, 6, 7];
  assertEquals(corr(constant, labels), 0);
  assertEquals(corr(labels, constant), 0);
});

Deno.test("maeSims() and corrSims() clip both sides first", () => {
  assertAlmostEquals(maeSims([1.5, -3], [1, -0.8]), 0.1, 1e-15);
  assertEquals(maeSims([0.5], [4]), 0.5);
  assertAlmostEquals(corrSims([-9, 0, 2], [-1, 0, 1]), 1, 1e-15);
});

Deno.test("corrSims() is 0 when clipping leaves only one value", () => {
  assertEquals(corrSims([1.2, 1.3, 4], [0.2, 0.4, 1]), 0);
});

Deno.test("rmse is the root of the mean squared error, after clipping for SIMS", () => {
  assertAlmostEquals(rmse([1, -2, 0.5], [0, -2, 2.5]), Math.sqrt(5 / 3), 1e-15);
  assertAlmostEquals(metricBy("sims", "rmse")([1.5, -3], [1, -0.8]), Math.sqrt(0.02), 1e-15);
});

Deno.test("ccc equals numpy's 2 cov / (var + var + (difference of means)²)", () => {
  const [p, y] = [[2.5, 0, -1.5, 3, 0.4], [3, -0.6, -1, 2.2, 0]];
  // 2 * np.cov(p, y, ddof=0)[0, 1] / (np.var(p) + np.var(y) + (np.mean(p) - np.mean(y)) ** 2)
  assertAlmostEquals(ccc(p, y), 0.9374151711657369, 1e-14);
});

Deno.test("ccc is 1 for equal scores, falls with a shift or another scale, and follows the sign", () => {
  const y = gridScores(80, 3, 0.2, 4);
  assertEquals(ccc(y, y), 1);
  const p = gridScores(80, 3, 0.2, 5).map((score, i) => score / 2 + y[i]!);
  assert(ccc(p, y) < corr(p, y));
  assert(ccc(y.map((score) => score + 1), y) < 0.9);
  assert(ccc(y.map((score) => score / 3), y) < 0.9);
  assertAlmostEquals(ccc(p.map((score) => -score), y.map((label) => -label)), ccc(p, y), 1e-14);
  assert(ccc(y.map((score) => -score), y) < 0);
});

Deno.test("ccc is 0 where either side is constant, and where both are the same number", () => {
  const y = [0.1, 0.7, -0.3];
  assertEquals([ccc([0.1, 0.1, 0.1], y), ccc(y, [0.1, 0.1, 0.1])], [0, 0]);
  assertEquals(ccc([0.1, 0.1, 0.1], [0.1, 0.1, 0.1]), 0);
});
