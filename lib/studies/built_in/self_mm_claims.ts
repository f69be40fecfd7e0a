/**
 * What Self-MM's abstract claims, as studies: that it beats the systems before it, and that on SIMS its
 * generated labels do as well as those of people.
 *
 * Source: METHODS of this project, 1; the published numbers are in `published.ts`.
 *
 * @module
 */

import type { Setting } from "../../models/mod.ts";
import {
  STUDY_METRICS,
  STUDY_SEEDS,
  type StudyCell,
  type StudyClaim,
  type StudyDefinition,
} from "../study/definition.ts";
import { type PUBLISHED, publishedRows } from "./published.ts";

const MOSI_METRICS = [
  ...["mae", "corr", "acc2NonNeg", "acc2NegPos", "f1WeightedNonNeg", "f1WeightedNegPos"],
  ...["acc5", "acc7"],
];
const SIMS_METRICS = ["mae", "corr", "acc2Sims", "f1Weighted", "acc3", "acc5"];

/** Before Self-MM, by year. */
const BEFORE = [
  ...["ef-lstm", "lf-dnn", "tfn", "lmf", "mfn", "graph-mfn", "mult", "misa", "mag-bert"],
];
/** Those that learn people's labels of each modality, and what they are without. */
const OF_SIMS = ["lf-dnn", "tfn", "lmf", "mlf-dnn", "mtfn", "mlmf"];

/** Of the claim that labels are as good as others: about what twenty seeds can tell on MOSI. */
const MARGIN = { mae: 0.02 };

const FEATURES =
  "With text as features, the default, no BERT is trained, as in MMSA's runs of the systems up to MulT; " +
  "Self-MM, MISA and MAG-BERT train one: --set text=bert --set bert=FOLDER. MAG-BERT is nothing without " +
  "one and is left out";
const F1 =
  "The F1 of Self-MM's paper is weighted by predicted classes, a mistake of its code until April 2021, " +
  "and so may be that of MISA's and MAG-BERT's papers; MMSA's is by true ones, as ours";
const OLD_ROWS =
  "MMSA's rows of the systems before Self-MM date from February 2021: with other settings than those of " +
  "its code today, which are ours; MulT then had positions and stepped after every batch; MISA saw as " +
  "many steps of audio and vision as the text has tokens";
const ORIGINAL =
  "The settings behind the numbers of Self-MM's paper are lost, say its authors (issue 2); those of its " +
  "repository are the best of 50 on valid, ours are MMSA's. Its published rows do not agree with each other";
const OTHER_RUNS =
  "MISA's own paper has a better row than Self-MM's paper gives it, and MISA and MulT have " +
  "others again where later authors ran them: on MOSI, MulT's MAE is .832 there and .880 in MMSA's table";
const SEEDS_MOSI =
  "Seeds of comparable models spread the MAE on MOSI by .014 to .023: below a difference of .02 it takes " +
  "more than twenty of them";
const SEEDS_MOSEI =
  "Seeds of comparable models spread the MAE on MOSEI by .004 to .014, and Acc-2 with zeros by 2.7 " +
  "points, since 22 % of the test labels are 0";
const SIMS_ROWS =
  "MMSA's row of Self-MM on SIMS has the same F1 before and after its F1 was mended, and so was probably " +
  "not computed anew; so may be those of the others, but EF-LSTM and Graph-MFN. MLF-DNN, MTFN and MLMF " +
  "date from code in which no head was trained";
const SIMS_PAPER =
  "The rows of Self-MM's paper on SIMS, with its model of people's labels, could not be had";
const DISAGREEMENT =
  "With the weights tanh|Y_s - y_m|, human labels teach most where modalities disagree, as generated ones " +
  "do. Copies of the multimodal label never disagree, so they are learned with constant weights; the " +
  "other two with constant weights stand beside them";
const COPIES =
  "In epoch 1 generated labels are copies of the multimodal one: where later ones are further from " +
  "people's, copies are the better guess of them";
const NOTHING =
  "Where no labels at all are equivalent to people's (compare --equivalence), labels make no difference " +
  "here, and that generated ones do about as well says little of them";
const FROZEN_TEXT =
  "With text as features, read by its first step, there is no encoder of text to be taught: the task T " +
  "then teaches its own head alone, and sets that differ by T only give the same scores. --set text=bert " +
  "or textPooling=lstm has one";
const TASK_TABLE = "The paper's own table of task sets could not be had";

const SIMS_CLAIM =
  "Self-MM's abstract claims, of SIMS, to do about as well as with people's labels of " +
  "each modality";

type Dataset = keyof typeof PUBLISHED;

/** A model with its start values, and what was published for it. */
function cell(dataset: Dataset, model: string): StudyCell {
  const published = publishedRows(dataset, model);
  return { slug: "defaults", label: model, model, settings: {}, published };
}

function form(
  slug: string,
  label: string,
  settings: Readonly<Record<string, Setting>>,
  published: StudyCell["published"] = [],
): StudyCell {
  return { slug, label, model: "self-mm", settings, published };
}

type Rest = Pick<StudyDefinition, "cells" | "metrics" | "notes"> & Partial<StudyDefinition>;

function study(name: string, title: string, rest: Rest): StudyDefinition {
  return { name, title, seeds: STUDY_SEEDS, data: [], scoredOn: "test", ...rest };
}

function source(...datasets: string[]): NonNullable<StudyDefinition["published"]> {
  return { source: "papers, and MMSA's result-stat.md of five seeds (a94e65d)", datasets };
}

/** That self-mm in its own form is as good as in others, or as other models. */
function claim(against: readonly string[]): StudyClaim {
  return { text: SIMS_CLAIM, cell: "generated/self-mm", against, margins: MARGIN };
}

const HUMAN = form("human", "human labels", { unimodalLabels: "human" });
const TASK_SETS = ["M", "M,T", "M,A", "M,V", "M,T,A", "M,T,V", "M,A,V", "M,T,A,V"];

/** In the order of the abstract. */
export const SELF_MM_CLAIMS: readonly StudyDefinition[] = [
  study("self-mm-mosi", "Self-MM and the systems before it on MOSI", {
    cells: [...BEFORE, "self-mm"].map((name) => cell("mosi", name)),
    metrics: MOSI_METRICS,
    published: source("mosi-unaligned", "mosi-aligned"),
    notes: [FEATURES, F1, OLD_ROWS, ORIGINAL, OTHER_RUNS, SEEDS_MOSI],
  }),
  study("self-mm-mosei", "Self-MM and the systems before it on MOSEI", {
    cells: [...BEFORE, "self-mm"].map((name) => cell("mosei", name)),
    metrics: MOSI_METRICS,
    published: source("mosei-unaligned", "mosei-aligned"),
    notes: [FEATURES, F1, OLD_ROWS, ORIGINAL, OTHER_RUNS, SEEDS_MOSEI],
  }),
  study("self-mm-sims", "Self-MM and systems with people's labels of each modality on SIMS", {
    cells: [
      form("generated", "self-mm", {}, publishedRows("sims", "self-mm")),
      HUMAN,
      ...OF_SIMS.map((name) => cell("sims", name)),
    ],
    metrics: SIMS_METRICS,
    published: source("sims"),
    claim: claim(["human/self-mm"]),
    notes: [SIMS_PAPER, SIMS_ROWS, FEATURES],
  }),
  study("self-mm-tasks", "Which unimodal tasks help Self-MM", {
    cells: TASK_SETS.map((tasks) => form(tasks.replaceAll(",", "+"), tasks, { tasks })),
    metrics: STUDY_METRICS,
    notes: [FROZEN_TEXT, TASK_TABLE],
  }),
  study("self-mm-labels", "Which labels Self-MM's unimodal tasks learn from", {
    cells: [
      form("generated", "generated", { unimodalLabels: "generated" }),
      HUMAN,
      form("copied", "copied, constant weights", { unimodalLabels: "copied", weights: "constant" }),
      form("none", "none", { unimodalLabels: "none" }),
      form("generated-constant", "generated, constant weights", {
        unimodalLabels: "generated",
        weights: "constant",
      }),
      form("human-constant", "human, constant weights", {
        unimodalLabels: "human",
        weights: "constant",
      }),
    ],
    metrics: STUDY_METRICS,
    showValid: true,
    claim: claim(["human/self-mm"]),
    notes: [DISAGREEMENT, COPIES, NOTHING, FROZEN_TEXT, SIMS_PAPER],
  }),
];
