/**
 * The tables of the report whose model is `text-guided`, as studies.
 *
 * Source: METHODS of this project, 4.4, and its record of published results. Which of our metrics
 * a published accuracy or F1 is, is our reading: the neural rows agree with the published Self-MM
 * under neg/pos; those of the SVM fit > 0 against ≤ 0 with the F1 of the positive class only.
 *
 * @module
 */

import type { Modality } from "../../data/mod.ts";
import type { Setting } from "../../models/mod.ts";
import {
  type PublishedRow,
  STUDY_SEEDS,
  type StudyCell,
  type StudyDefinition,
} from "../study/definition.ts";

/** MAE, Corr, Acc-2, F1 as printed, the latter two in percent. */
type Printed = readonly [mae: number, corr: number, acc2: number, f1: number];

const NEURAL = ["mae", "corr", "acc2NegPos", "f1WeightedNegPos"];
const SVM = ["mae", "corr", "class.acc2NonPosPos", "class.f1Positive"];
const SVM_OTHER = [
  ...["class.acc2NonNeg", "class.f1WeightedNonNeg", "class.acc2NegPos", "class.f1WeightedNegPos"],
];

const TWO_FIGURES = "The report has two rows for its chosen model: .563/.751/85.2/85.0 in tables " +
  "3 to 5, .563/.726/84.4/84.1 in table 6. Table 6 is taken as the claim";
const BINARY =
  "The published Acc-2 .745 of the SVM beside an MAE of .588 fits neither neg/non-neg " +
  "nor neg/pos: by audio alone it has .512 with an F1 of .667, while always-positive has .710 and " +
  ".629 on MOSEI's test split, but .490 with an F1 of .658 for > 0 against ≤ 0. It is therefore " +
  "compared under the latter (our reading), and cannot be compared with the neural rows";
const NEG_POS =
  "The published Acc-2 and F1 of the neural rows are compared under neg/pos: the row of " +
  "Self-MM equals its paper's neg/pos pair (our reading)";
const SPREAD = "The report gives one number a cell and no spread. Seeds of comparable models on " +
  "MOSEI spread the MAE by .004 to .005: .563 against .535 is a difference, .535 against .530 is " +
  "about one standard deviation";
const FROZEN =
  "With text as features, the default, no BERT is trained and learningRateBert has no " +
  "effect: cells that differ by it only are the same. The report fine-tunes a BERT: " +
  "--set text=bert --set bert=FOLDER";

function row(keys: readonly string[], printed: Printed, label = "published"): PublishedRow {
  const unit = [1, 1, 100, 100];
  // 85.2 / 100 is not the double nearest to .852 in every case: go by its decimals.
  const values = keys.map((key, i) => [key, Number((printed[i]! / unit[i]!).toFixed(4))]);
  return { label, values: Object.fromEntries(values) };
}

function table(
  number: number,
  title: string,
  rest: Pick<StudyDefinition, "cells" | "metrics" | "notes">,
): StudyDefinition {
  return {
    name: `report-table-${number}`,
    title,
    seeds: STUDY_SEEDS,
    data: [],
    scoredOn: "test",
    published: {
      source: `the report, table ${number} (MOSEI)`,
      datasets: ["mosei-unaligned", "mosei-aligned"],
    },
    ...rest,
  };
}

function svmCell(modalities: readonly Modality[], printed: Printed): StudyCell {
  const slug = modalities.join("+");
  const published = [row(SVM, printed)];
  return { slug, label: slug, model: "svm", modalities, settings: {}, published };
}

function tuned(
  slug: string,
  label: string,
  settings: Readonly<Record<string, Setting>>,
  printed: Printed,
): StudyCell {
  return { slug, label, model: "text-guided", settings, published: [row(NEURAL, printed)] };
}

/** The setting that the report chose, as tables 3 to 5 give it. */
const CHOSEN: Printed = [0.563, 0.751, 85.2, 85.0];

/** The tables of the report, in its order. */
export const REPORT_TABLES: readonly StudyDefinition[] = [
  table(2, "SVM by modalities", {
    cells: [
      svmCell(["text"], [0.594, 0.712, 73.0, 73.4]),
      svmCell(["audio"], [0.953, 0.133, 51.2, 66.7]),
      svmCell(["vision"], [0.816, 0.268, 57.5, 59.6]),
      svmCell(["text", "audio"], [0.656, 0.654, 72.8, 73.1]),
      svmCell(["text", "vision"], [0.598, 0.707, 73.8, 74.1]),
      svmCell(["audio", "vision"], [0.821, 0.232, 58.6, 58.8]),
      svmCell(["text", "audio", "vision"], [0.588, 0.734, 74.5, 75.1]),
    ],
    metrics: [...SVM, ...SVM_OTHER],
    notes: [BINARY, SPREAD],
  }),
  table(3, "Batch size of text-guided", {
    cells: [
      tuned("batch-128", "batch 128", { batchSize: 128 }, [0.594, 0.734, 84.9, 84.8]),
      tuned("batch-64", "batch 64", { batchSize: 64 }, CHOSEN),
      tuned("batch-32", "batch 32", { batchSize: 32 }, [0.577, 0.744, 84.5, 84.7]),
      tuned("batch-16", "batch 16", { batchSize: 16 }, [0.654, 0.712, 83.7, 84.0]),
    ],
    metrics: NEURAL,
    notes: [NEG_POS, TWO_FIGURES, SPREAD],
  }),
  table(4, "Learning rates of text-guided", {
    cells: [
      rates(1e-4, 2e-5, [0.589, 0.733, 84.3, 84.2]),
      rates(2e-4, 2e-5, CHOSEN),
      rates(2e-4, 5e-5, [0.610, 0.725, 84.6, 84.7]),
    ],
    metrics: NEURAL,
    notes: [NEG_POS, TWO_FIGURES, FROZEN, SPREAD],
  }),
  table(5, "Hidden size of the transformers of text-guided", {
    cells: [
      tuned("hidden-256", "hidden 256", { transformerHiddenSize: 256 }, [0.599, 0.739, 83.8, 83.9]),
      tuned("hidden-128", "hidden 128", { transformerHiddenSize: 128 }, CHOSEN),
      tuned("hidden-64", "hidden 64", { transformerHiddenSize: 64 }, [0.603, 0.744, 84.5, 84.5]),
    ],
    metrics: NEURAL,
    notes: [NEG_POS, TWO_FIGURES, SPREAD],
  }),
  table(6, "Models", {
    cells: [
      model("self-mm", [
        row(NEURAL, [0.535, 0.761, 84.7, 84.3], "reproduced there"),
        row(NEURAL, [0.530, 0.765, 85.2, 85.3], "Self-MM's paper"),
      ]),
      model("svm", [row(SVM, [0.588, 0.734, 74.5, 75.1])]),
      model("cnn", [row(NEURAL, [0.615, 0.684, 83.1, 83.0])]),
      model("text-guided", [row(NEURAL, [0.563, 0.726, 84.4, 84.1])]),
    ],
    metrics: [...NEURAL, "acc2NonNeg", "f1WeightedNonNeg", ...SVM.slice(2), ...SVM_OTHER],
    notes: [NEG_POS, TWO_FIGURES, BINARY, SPREAD],
  }),
];

function rates(other: number, bert: number, printed: Printed): StudyCell {
  const [left, right] = [other, bert].map((rate) => rate.toExponential());
  const settings = { learningRateOther: other, learningRateBert: bert };
  return tuned(`rates-${left}-${right}`, `rates ${left} / ${right}`, settings, printed);
}

function model(name: string, published: readonly PublishedRow[]): StudyCell {
  return { slug: "defaults", label: name, model: name, settings: {}, published };
}
