import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  acc2Sims,
  acc3Sims,
  acc5Sims,
  corrSims,
  f1WeightedSims,
  maeSims,
} from "../../lib/evaluation/sims_metrics.ts";
import { repeated } from "./cases.ts";

const ALL = { acc2Sims, acc3Sims, acc5Sims, corrSims, f1WeightedSims, maeSims };

Deno.test("maeSims() and corrSims() clip both sides first", () => {
  assertAlmostEquals(maeSims([1.5, -3], [1, -0.8]), 0.1, 1e-15);
  assertEquals(maeSims([0.5], [4]), 0.5);
  assertAlmostEquals(corrSims([-9, 0, 2], [-1, 0, 1]), 1, 1e-15);
});

Deno.test("corrSims() is 0 when clipping leaves only one value", () => {
  assertEquals(corrSims([1.2, 1.3, 4], [0.2, 0.4, 1]), 0);
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

Deno.test("every SIMS metric refuses NaN, no samples and different lengths", () => {
  for (const [name, metric] of Object.entries(ALL)) {
    assertThrows(() => metric([NaN], [0]), RangeError, "prediction 0 is NaN", name);
    assertThrows(() => metric([0], [Infinity]), RangeError, "label 0 is Infinity", name);
    assertThrows(() => metric([], []), TypeError, "at least one", name);
    assertThrows(() => metric([1], [1, 0]), TypeError, "1 predictions with 2 labels", name);
  }
});
