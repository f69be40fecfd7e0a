import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { highestF1, weightedF1 } from "../../lib/evaluation/class_metrics.ts";
import { corr, mae, measure } from "../../lib/evaluation/mod.ts";
import { roundedClasses } from "../../lib/evaluation/score_classes.ts";
import { golden, metricBy, repeated } from "./cases.ts";

const acc2NonNeg = metricBy("mosi", "acc2NonNeg");
const acc2NegPos = metricBy("mosi", "acc2NegPos");
const f1WeightedNonNeg = metricBy("mosi", "f1WeightedNonNeg");
const f1WeightedNegPos = metricBy("mosi", "f1WeightedNegPos");
const acc3 = metricBy("mosi", "acc3");
const acc5 = metricBy("mosi", "acc5");
const acc7 = metricBy("mosi", "acc7");
const acc2Sims = metricBy("sims", "acc2Sims");
const f1WeightedSims = metricBy("sims", "f1Weighted");
const acc3Sims = metricBy("sims", "acc3");
const acc5Sims = metricBy("sims", "acc5");

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

Deno.test("acc2Sims() keeps zeros and counts them as not positive", () => {
  assertEquals(acc2Sims([0, -0.3, 1e-6], [-1, 0, 0]), 2 / 3);
});

Deno.test("a predictor that is never positive scores .6937 and .5682 on SIMS's test counts", () => {
  const labels = repeated([-0.6, 0, 0.8], [248, 69, 140]);
  const predictions = labels.map(() => -0.2);
  assertEquals(acc2Sims(predictions, labels).toFixed(4), "0.6937");
  assertEquals(f1WeightedSims(predictions, labels).toFixed(4), "0.5682");
});

Deno.test("acc3Sims() and acc5Sims() put the float32 numbers ±0.1 and ±0.7 left of their edges", () => {
  const edges = Float32Array.of(-0.7, -0.1, 0.1, 0.7);
  assertEquals(acc5Sims(edges, [-1, -0.4, 0, 0.4]), 1);
  assertEquals(acc3Sims(edges, [-1, -0.4, 0, 0.4]), 1);
  const beyond = edges.map((x) => x + 1e-6);
  assertEquals(acc5Sims(beyond, [-0.4, 0, 0.4, 1]), 1);
  assertEquals(acc5Sims(beyond, [-1, -0.4, 0, 0.4]), 0);
});

Deno.test("weightedF1() equals a value computed by hand, by true sizes", () => {
  // Class 0: 2 true, TP 1, FP 0, FN 1, F1 2/3. Class 1: 3 true, TP 3, FP 1, FN 0, F1 6/7.
  const [predicted, truth] = [[-1, 1, 1, 1, 1], [-1, -1, 1, 1, 1]];
  assertAlmostEquals(f1WeightedNonNeg(predicted, truth), 2 / 5 * 2 / 3 + 3 / 5 * 6 / 7, 1e-15);
  assertAlmostEquals(f1WeightedNonNeg(truth, predicted), 1 / 5 * 2 / 3 + 4 / 5 * 6 / 7, 1e-15);
});

Deno.test("weightedF1() counts a class that is never right as 0, without a division by zero", () => {
  assertEquals(f1WeightedNonNeg([1, 1, 1], [-1, -1, -1]), 0);
  assertEquals(f1WeightedNonNeg([1, 1], [1, 1]), 1);
});

Deno.test("weightedF1() takes more than two classes, and highestF1() the last of them", () => {
  const classes = roundedClasses(1);
  const shared = { name: "F1", definition: "F1 of three classes", classes };
  const [weighted, highest] = [weightedF1, highestF1].map((f1) => f1({ key: "f1", ...shared }));
  const [predicted, truth] = [[-1, 0, 0, -1, 1, 1], [-1, -1, 0, 0, 1, 0]];
  // Class -1: F1 2/4, of 2. Class 0: 2/5, of 3. Class 1: 2/3, of 1.
  assertAlmostEquals(measure(weighted!, predicted, truth), (2 * 0.5 + 3 * 0.4 + 2 / 3) / 6, 1e-15);
  assertAlmostEquals(measure(highest!, predicted, truth), 2 / 3, 1e-15);
  assertEquals(measure(highest!, [0, 0], [-1, 0]), 0);
});

type Expected = Record<string, number>;

interface Inputs {
  yTrue: number[];
  yPred: number[];
}
