import { assertEquals, assertThrows } from "@std/assert";
import { DataError, UsageError } from "../../lib/core/errors.ts";
import { RandomStream } from "../../lib/core/random.ts";
import type { Split } from "../../lib/data/mod.ts";
import { PROTOCOLS } from "../../lib/evaluation/mod.ts";
import { constant } from "../../lib/models/constant.ts";
import type { FittedTensors, Regressor, ValuesOf } from "../../lib/models/mod.ts";
import { resolveConfig } from "../../lib/training/config.ts";
import { smallData } from "./small.ts";

type Value = ValuesOf<typeof constant.settings>["value"];

function make(value: Value): Regressor {
  return constant.create({
    settings: { value },
    protocol: "mosi",
    modalities: ["text"],
    widths: {},
    trainLabels: new Float32Array(0),
    random: RandomStream.fromSeed(0),
  });
}

function splitOf(labels: number[] | null): Split {
  const { valid } = smallData().splits;
  const samples = labels?.length ?? 3;
  return {
    ...valid!,
    samples,
    ids: Array.from({ length: samples }, (_, i) => `a$_$${i}`),
    labels: labels === null ? null : Float32Array.from(labels),
    features: {},
  };
}

function fitted(value: Value, labels: number[]): number {
  const split = splitOf(labels);
  return (make(value).fit(split, split) as FittedTensors).get("value")![0]!;
}

Deno.test("constant predicts the mean, the median or the most frequent train label", () => {
  const labels = [2, -1, 2, 0.5, -3];
  assertEquals(fitted("mean", labels), Math.fround(0.1));
  assertEquals(fitted("median", labels), 0.5);
  assertEquals(fitted("majority", labels), 2);
});

Deno.test("constant takes the middle of two medians and the first of several majorities", () => {
  assertEquals(fitted("median", [3, 1, 2, 0]), 1.5);
  assertEquals(fitted("majority", [1, -1, -1, 1, 0]), 1);
  assertEquals(fitted("median", [-2]), -2);
  // Sorted as numbers, not as text.
  assertEquals(fitted("median", [-1, -3, 2]), -1);
});

Deno.test("constant leaves the labels as they were", () => {
  const split = splitOf([3, 1, 2]);
  make("median").fit(split, split);
  assertEquals([...split.labels!], [3, 1, 2]);
});

Deno.test("constant predicts one number for every sample, labelled or not", () => {
  const regressor = make("mean");
  const saved = new Map([["value", Float32Array.of(-0.25)]]);
  assertEquals([...regressor.predict(saved, splitOf(null))], [-0.25, -0.25, -0.25]);
  assertEquals(regressor.predict(saved, splitOf([])).length, 0);
});

Deno.test("constant refuses a split without labels, and an unknown value", () => {
  for (const labels of [null, []]) {
    const split = splitOf(labels);
    assertThrows(() => make("mean").fit(split, split), DataError, 'split "valid" has no labels');
  }
  const wanted = "expected one of mean, median, majority";
  for (const value of ["mode", "toString"]) {
    assertThrows(() => resolveConfig(constant, "mosi", { value }), UsageError, wanted);
  }
});

/** `counts` labels of −1, 0 and 1. */
function labelsOf(counts: readonly number[]): Float32Array {
  return Float32Array.from([-1, 0, 1].flatMap((label, i) => Array(counts[i]).fill(label)));
}

// METHODS 5, number 12: the counts of the test splits.
Deno.test("constant reaches the known accuracies of the test splits", () => {
  const mosei = labelsOf([1350, 1025, 2284]), sims = labelsOf([248, 69, 140]);
  const score = (protocol: "mosei" | "sims", labels: Float32Array, value: number) =>
    PROTOCOLS[protocol].evaluate(new Float32Array(labels.length).fill(value), labels).values;
  const positive = score("mosei", mosei, 0.5), negative = score("sims", sims, -0.5);
  const rounded = [
    positive["acc2NonNeg"],
    positive["acc2NegPos"],
    negative["acc2Sims"],
    negative["f1Weighted"],
  ].map((value) => Number(value!.toFixed(4)));
  assertEquals(rounded, [0.7102, 0.6285, 0.6937, 0.5682]);
  assertEquals(positive["corr"], 0);
});
