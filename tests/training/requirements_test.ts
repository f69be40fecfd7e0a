import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DataError, UsageError } from "../../lib/core/errors.ts";
import type { Split } from "../../lib/data/mod.ts";
import {
  oneSignWarning,
  optimizerStepWarning,
  requireModalities,
  requireSplit,
} from "../../lib/training/requirements.ts";
import { smallData, withSplits } from "../models/small.ts";

const DATA = smallData();

Deno.test("requireSplit() gives a split that has samples and labels", () => {
  assertEquals(requireSplit(DATA, "valid"), DATA.splits.valid!);
});

Deno.test("requireSplit() refuses a split that is missing, empty or without labels", () => {
  const table: [string, (split: Split) => Split | undefined][] = [
    ['split "train" is empty', (split) => ({ ...split, samples: 0 })],
    ['split "train" has no labels', (split) => ({ ...split, labels: null })],
  ];
  for (const [message, change] of table) {
    const data = withSplits(DATA, { train: change as (split: Split) => Split });
    assertThrows(() => requireSplit(data, "train"), DataError, message);
  }
  const without = withSplits(DATA, { train: undefined });
  const message = `Cannot train on "${DATA.path}": split "train" is missing, expected samples`;
  assertThrows(() => requireSplit(without, "train"), DataError, message);
});

Deno.test("requireModalities() refuses what the dataset lacks, and none at all", () => {
  requireModalities(DATA, ["text", "vision"]);
  const textOnly = { ...DATA, modalities: ["text"] as const };
  assertThrows(
    () => requireModalities(textOnly, ["text", "audio", "vision"]),
    UsageError,
    "it has no audio and vision, expected some of text",
  );
  assertThrows(() => requireModalities(DATA, []), UsageError, "no modality is chosen");
});

Deno.test("optimizerStepWarning() names settings where no weight would change", () => {
  const warning = (samples: number, batchSize: number, updateEpochs: number, trailing = false) =>
    optimizerStepWarning(samples, {
      batchSize,
      updateEpochs,
      applyTrailingGroup: trailing,
      epochs: 1,
      earlyStop: 1,
    });
  for (
    const [samples, batchSize, updateEpochs] of [[1, 1, 1], [1, 99, 1], [40, 13, 4], [4, 1, 4]]
  ) {
    assertEquals(warning(samples!, batchSize!, updateEpochs!), null);
  }
  assertEquals(warning(1, 16, 4, true), null);
  assertEquals(
    warning(40, 14, 4),
    "No weight will change: 40 samples in batches of 14 are 3 a pass, and only every 4 batches the " +
      "optimizer steps; set batchSize 13 or less, or updateEpochs 3 or less, or mode robust",
  );
  assertStringIncludes(warning(100, 1000, 4)!, "batchSize 33 or less, or updateEpochs 1 or less");
  assertStringIncludes(warning(3, 1, 4)!, "set updateEpochs 3 or less, or mode robust");
});

Deno.test("oneSignWarning() counts the labels of each sign, where labels are generated", () => {
  const config = { excludeZero: true };
  const warning = (...labels: number[]) => oneSignWarning(Float32Array.from(labels), config);
  assertEquals(warning(1, 2, -1, -2, 0), null);
  assertEquals(oneSignWarning(Float32Array.of(1, 2), {}), null);
  assertStringIncludes(warning(1, 2, 0)!, '"train" has 2 positive and 0 negative labels');
  assertStringIncludes(warning(-1, -2, 3)!, "1 positive and 2 negative");
});
