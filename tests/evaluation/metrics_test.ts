import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import {
  acc2NegPos,
  acc2NonNeg,
  acc3,
  acc5,
  acc7,
  corr,
  f1WeightedNegPos,
  f1WeightedNonNeg,
  mae,
} from "../../lib/evaluation/metrics.ts";
import { golden, repeated } from "./cases.ts";

const ALL = {
  acc2NegPos,
  acc2NonNeg,
  acc3,
  acc5,
  acc7,
  corr,
  f1WeightedNegPos,
  f1WeightedNonNeg,
  mae,
};

Deno.test("the metrics of MOSI equal the unrounded fixture to 1e-12", () => {
  const { cases } = golden<{ cases: { name: string; inputs: Inputs; expected: Expected }[] }>(
    "stats_fixtures.json",
  );
  const { inputs, expected } = cases.find((c) => c.name === "msa_metrics_mosi")!;
  const [p, y] = [inputs.yPred, inputs.yTrue];
  assert(y.includes(10 / 3) && y.includes(-1.5) && y.includes(0), "the traps are in the fixture");
  const actual: Expected = {
    has0Acc2: acc2NonNeg(p, y),
    has0F1: f1WeightedNonNeg(p, y),
    non0Acc2: acc2NegPos(p, y),
    non0F1: f1WeightedNegPos(p, y),
    acc3: acc3(p, y),
    acc5: acc5(p, y),
    acc7: acc7(p, y),
    mae: mae(p, y),
    corr: corr(p, y),
  };
  for (const [key, value] of Object.entries(actual)) {
    assertAlmostEquals(value, expected[key]!, 1e-12, key);
  }
  assertNotEquals(actual.acc7, expected.acc7RoundHalfUp);
  assertNotEquals(actual.non0F1, expected.non0F1Swapped);
  assertNotEquals(actual.mae, Number(actual.mae!.toFixed(4)), "nothing is rounded");
});

Deno.test("acc7() rounds 2.5 to 2, 1.5 to 2 and 0.5 to 0", () => {
  assertEquals(acc7([2.5, 1.5, 0.5, -0.5, -1.5, -2.5], [2, 2, 0, 0, -2, -2]), 1);
});

Deno.test("acc7(), acc5() and acc3() clip labels and predictions before they compare", () => {
  assertEquals(acc7([2.9, 40], [10 / 3, 3]), 1);
  assertEquals(acc5([2.9, 1.4], [2, 2]), 0.5);
  assertEquals(acc3([-8, 0.6], [-1, 3]), 1);
});

Deno.test("acc2NonNeg() takes a prediction of 0 for non-negative, acc2NegPos() for negative", () => {
  assertEquals(acc2NonNeg([0, -0], [1, 1]), 1);
  assertEquals(acc2NegPos([0, -0], [1, -1]), 0.5);
});

Deno.test("acc2NegPos() and f1WeightedNegPos() leave out labels of exactly 0, of either sign", () => {
  assertEquals(acc2NegPos([1, 1, -1, -1], [0, -0, 1e-30, -1]), 0.5);
  assertEquals(f1WeightedNegPos([1, 1, 1], [0, 0, 2]), 1);
});

Deno.test("acc2NegPos() and f1WeightedNegPos() are 0 when every label is 0", () => {
  assertEquals(acc2NegPos([1, -1], [0, 0]), 0);
  assertEquals(f1WeightedNegPos([1, -1], [0, 0]), 0);
});

Deno.test("a predictor that is always positive scores .7102 and .6285 on MOSEI's test counts", () => {
  const labels = repeated([-1, 0, 1], [1350, 1025, 2284]);
  const predictions = labels.map(() => 0.3);
  assertEquals(acc2NonNeg(predictions, labels), 3309 / 4659);
  assertEquals(acc2NonNeg(predictions, labels).toFixed(4), "0.7102");
  assertEquals(acc2NegPos(predictions, labels).toFixed(4), "0.6285");
  assertAlmostEquals(f1WeightedNegPos(predictions, labels), 2284 / 3634 * 4568 / 5918, 1e-15);
  assertEquals(corr(predictions, labels), 0);
});

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

Deno.test("every metric is finite for one sample", () => {
  for (const [name, metric] of Object.entries(ALL)) {
    assert(Number.isFinite(metric([0.4], [-1.2])), name);
    assertEquals(metric([2], [2]), name === "mae" || name === "corr" ? 0 : 1, name);
  }
});

Deno.test("every metric takes typed arrays and changes none of its inputs", () => {
  const [p, y] = [[0.5, -1.25, 3.5], [0.25, 1, 3]];
  for (const [name, metric] of Object.entries(ALL)) {
    const [p64, y32] = [Float64Array.from(p), Float32Array.from(y)];
    assertEquals(metric(p64, y32), metric(p, y), name);
    assertEquals([[...p64], [...y32]], [p, y], name);
  }
});

Deno.test("every metric refuses values that are not finite as float32, naming the position", () => {
  for (const [name, metric] of Object.entries(ALL)) {
    for (const bad of [NaN, Infinity, -Infinity, 1e39]) {
      assertThrows(() => metric([0, bad], [0, 0]), RangeError, `prediction 1 is ${bad}`, name);
      assertThrows(() => metric([0, 0], [bad, 0]), RangeError, `label 0 is ${bad}`, name);
    }
  }
});

Deno.test("every metric refuses no samples and lists of different lengths", () => {
  for (const [name, metric] of Object.entries(ALL)) {
    assertThrows(() => metric([], []), TypeError, "0 predictions with 0 labels", name);
    assertThrows(() => metric([1, 2], [1]), TypeError, "2 predictions with 1 labels", name);
  }
});

type Expected = Record<string, number>;

interface Inputs {
  yTrue: number[];
  yPred: number[];
}
