import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DataError, UsageError } from "../../lib/core/errors.ts";
import type { Split } from "../../lib/data/mod.ts";
import { findModel } from "../../lib/models/mod.ts";
import { resolveConfig } from "../../lib/training/config.ts";
import {
  optimizerStepWarning,
  requireModalities,
  requireNeeds,
  requireSplit,
  trainingWarnings,
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
  const model = findModel("self-mm");
  const warning = (samples: number, batchSize: number, updateEpochs: number, trailing = false) => {
    const mode = trailing ? "robust" : "reference";
    return optimizerStepWarning(samples, model, { batchSize, updateEpochs, mode });
  };
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

Deno.test("trainingWarnings() counts the labels of each sign, where labels are generated", () => {
  const warnings = (model: string, labels: number[]) => {
    const train = { ...DATA.splits.train!, samples: 99, labels: Float32Array.from(labels) };
    const definition = findModel(model);
    return trainingWarnings(definition, resolveConfig(definition, "mosi"), train);
  };
  assertEquals(warnings("self-mm", [1, 2, -1, -2, 0]), []);
  assertEquals(warnings("cnn", [1, 2]), []);
  const [few] = warnings("self-mm", [1, 2, 0]);
  assertStringIncludes(few!, '"train" has 2 positive and 0 negative labels');
  assertStringIncludes(warnings("shared-private", [-1, -2, 3])[0]!, "1 positive and 2 negative");
});

Deno.test("a model of people's unimodal labels is refused where the data have none", () => {
  const model = findModel("mlf-dnn"), dataset = smallData();
  requireNeeds(model, dataset, dataset.modalities, {});
  const bare = withSplits(dataset, {
    valid: (split) => ({ ...split, unimodalLabels: { text: split.labels! } }),
  });
  requireNeeds(model, bare, ["text"], {});
  requireNeeds(findModel("lf-dnn"), bare, dataset.modalities, {});
  assertThrows(
    () => requireNeeds(model, bare, dataset.modalities, {}),
    UsageError,
    'split "valid" has no labels of people for audio and vision alone',
  );
});
