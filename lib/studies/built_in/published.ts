/**
 * Published results of Self-MM and the systems around it, each with where it was read.
 *
 * `mmsa` is the table `results/result-stat.md` of thuiar/MMSA at a94e65d, means of five seeds tuned on
 * valid. The other rows are papers, their own where nothing else is said. What could only be had from
 * memory is not here: the rows of SIMS in Self-MM's paper, with its model of people's labels.
 *
 * @module
 */

import type { PublishedRow } from "../study/definition.ts";

/** Metrics of the columns of a table, from left to right. */
type Columns = readonly string[];
/** As printed: percent, but for MAE and Corr. */
type Printed = readonly number[];

const MOSI: Columns = [
  ...["acc2NonNeg", "f1WeightedNonNeg", "acc2NegPos", "f1WeightedNegPos", "acc5", "acc7"],
  ...["mae", "corr"],
];
const SIMS: Columns = ["acc2Sims", "acc3", "acc5", "f1Weighted", "mae", "corr"];
/** Of the rows of papers, which have no Acc-5, and Acc-7 in some. */
const PAPER: Columns = [
  ...["mae", "corr", "acc2NonNeg", "acc2NegPos", "f1WeightedNonNeg", "f1WeightedNegPos", "acc7"],
];
/** Of rows whose Acc-2 may be either. */
const PLAIN: Columns = ["mae", "corr", "acc7"];
const PAPER_SIMS: Columns = ["mae", "corr", "acc2Sims", "acc3", "acc5", "f1Weighted"];
/** Those that are not in percent. */
const OF_SCORES = ["mae", "corr"];

function row(columns: Columns, label: string, printed: Printed): PublishedRow {
  const values = printed.map((value, i) => {
    const key = columns[i]!;
    // 85.98 / 100 is not the double nearest to .8598 in every case: go by its decimals.
    return [key, OF_SCORES.includes(key) ? value : Number((value / 100).toFixed(4))] as const;
  });
  return { label, values: Object.fromEntries(values) };
}

const MMSA_LABEL = "MMSA";

function mmsa(columns: Columns, table: Readonly<Record<string, Printed>>) {
  return Object.fromEntries(
    Object.entries(table).map(([model, printed]) => [model, [row(columns, MMSA_LABEL, printed)]]),
  );
}

/** Rows of models, by the model's name and the dataset. */
type Rows = Readonly<Record<string, readonly PublishedRow[]>>;

const MMSA_MOSI: Rows = mmsa(MOSI, {
  "ef-lstm": [77.38, 77.35, 78.48, 78.51, 40.15, 35.39, 0.9488, 0.669],
  "lf-dnn": [77.52, 77.46, 78.63, 78.63, 38.05, 34.52, 0.9548, 0.6584],
  tfn: [77.99, 77.95, 79.08, 79.11, 39.39, 34.46, 0.9473, 0.6733],
  lmf: [77.90, 77.80, 79.18, 79.15, 38.13, 33.82, 0.9504, 0.651],
  mfn: [77.67, 77.63, 78.87, 78.90, 40.47, 35.83, 0.9268, 0.6702],
  "graph-mfn": [77.14, 77.08, 78.35, 78.35, 38.63, 34.64, 0.9557, 0.6486],
  mult: [79.71, 79.63, 80.98, 80.95, 42.68, 36.91, 0.8799, 0.7022],
  misa: [81.84, 81.82, 83.54, 83.58, 47.08, 41.37, 0.7765, 0.7781],
  "self-mm": [83.44, 83.36, 85.46, 85.43, 53.47, 46.67, 0.7080, 0.7963],
});

const MMSA_MOSEI: Rows = mmsa(MOSI, {
  "ef-lstm": [77.84, 78.34, 80.79, 80.67, 51.16, 50.01, 0.6005, 0.6825],
  "lf-dnn": [80.60, 80.85, 82.74, 82.52, 51.97, 50.83, 0.5802, 0.7087],
  tfn: [78.50, 78.96, 81.89, 81.74, 53.10, 51.60, 0.5726, 0.7141],
  lmf: [80.54, 80.94, 83.48, 83.36, 52.99, 51.59, 0.5757, 0.7169],
  mfn: [78.94, 79.55, 82.86, 82.85, 52.76, 51.34, 0.5733, 0.7182],
  "graph-mfn": [81.28, 81.48, 83.48, 83.23, 52.69, 51.37, 0.5745, 0.7133],
  mult: [81.15, 81.56, 84.63, 84.52, 54.18, 52.84, 0.5593, 0.7331],
  misa: [80.67, 81.12, 84.67, 84.66, 53.63, 52.05, 0.5575, 0.7515],
  "self-mm": [83.76, 83.82, 85.15, 84.90, 55.53, 53.87, 0.5309, 0.7649],
});

const MMSA_SIMS: Rows = mmsa(SIMS, {
  "ef-lstm": [69.37, 54.27, 21.23, 56.82, 0.5907, 0.0545],
  "lf-dnn": [77.02, 64.33, 39.74, 77.27, 0.4463, 0.5551],
  tfn: [78.38, 65.12, 39.30, 78.62, 0.4322, 0.5910],
  lmf: [77.77, 64.68, 40.53, 77.88, 0.4412, 0.5759],
  mfn: [77.90, 65.73, 39.47, 77.88, 0.4349, 0.5824],
  "graph-mfn": [78.77, 65.65, 39.82, 78.21, 0.4450, 0.5784],
  mult: [78.56, 64.77, 37.94, 79.66, 0.4532, 0.5641],
  "mlf-dnn": [80.44, 69.37, 40.22, 80.28, 0.3958, 0.6652],
  mtfn: [81.09, 68.80, 40.31, 81.01, 0.3954, 0.6658],
  mlmf: [79.34, 68.36, 41.05, 79.07, 0.4091, 0.6390],
  "self-mm": [80.04, 65.47, 41.53, 80.44, 0.4250, 0.5952],
});

const PAPERS_MOSI: Rows = {
  mult: [row(PLAIN, "BBFN's authors, a run of theirs", [0.832, 0.745, 40.1])],
  misa: [
    row(PAPER, "its paper, as GSIFN cites it", [0.783, 0.761, 81.8, 83.4, 81.7, 83.6, 42.3]),
    row(PAPER, "in Self-MM's paper", [0.804, 0.764, 80.79, 82.10, 80.77, 82.03]),
    row(PLAIN, "BBFN's authors, a run of theirs", [0.817, 0.748, 41.4]),
    row(PAPER, "in the README of DEMSA", [0.727, 0.781, 82.37, 84.43, 82.50, 84.61]),
  ],
  "mag-bert": [
    row(PAPER, "its paper, as Semi-IIN cites it", [0.712, 0.796, 84.2, 86.1, 84.1, 86.0]),
  ],
  "self-mm": [
    row(PAPER, "its paper", [0.713, 0.798, 84.00, 85.98, 84.42, 85.95]),
    row(PAPER, "MMSA, February 2021", [0.7244, 0.7892, 83.00, 84.82]),
    row(PAPER, "a reader, issue 4", [0.725, 0.794, 82.97, 84.60]),
    row(PAPER, "GsiT's authors, by MMSA", [0.758, 0.792, 82.2, 83.5]),
  ],
};

const PAPERS_MOSEI: Rows = {
  mult: [row(PLAIN, "BBFN's authors, a run of theirs", [0.570, 0.758, 51.1])],
  misa: [
    row(PAPER, "its paper, as GSIFN cites it", [0.555, 0.756, 83.6, 85.5, 83.8, 85.3, 52.2]),
    row(PAPER, "in Self-MM's paper", [0.568, 0.717, 82.59, 84.23, 82.67, 83.97]),
    row(PLAIN, "BBFN's authors, a run of theirs", [0.557, 0.748, 51.7]),
  ],
  "self-mm": [
    row(PAPER, "its paper", [0.530, 0.765, 82.81, 85.17, 82.53, 85.30]),
    row(PAPER, "MMSA, February 2021", [0.5346, 0.7587]),
    row(PAPER, "GsiT's authors, by MMSA", [0.539, 0.761, 80.8, 85.0]),
  ],
};

const PAPERS_SIMS: Rows = {
  "self-mm": [
    row(PAPER_SIMS, "GsiT's authors, by MMSA", [0.423, 0.585, 78.1, 65.2, 41.3, 78.2]),
  ],
};

/** Published rows, a table for each dataset: papers first. */
export const PUBLISHED = {
  mosi: [PAPERS_MOSI, MMSA_MOSI],
  mosei: [PAPERS_MOSEI, MMSA_MOSEI],
  sims: [PAPERS_SIMS, MMSA_SIMS],
} as const satisfies Readonly<Record<string, readonly Rows[]>>;

/** What was published for a model on a dataset. */
export function publishedRows(dataset: keyof typeof PUBLISHED, model: string): PublishedRow[] {
  return PUBLISHED[dataset].flatMap((rows: Rows) => rows[model] ?? []);
}

/** A row of MMSA's table of results. */
export interface PublishedMeans {
  /** Which published data. */
  readonly dataset: "mosi" | "mosei" | "sims";
  /** Name of the model, as `--model` takes it. */
  readonly model: string;
  /** Means over five seeds on test by the key of the metric; accuracies are shares. */
  readonly values: Readonly<Record<string, number>>;
}

/** MMSA's means of a model on every dataset that its table has it on. */
export function publishedMeans(model: string): PublishedMeans[] {
  const datasets = Object.keys(PUBLISHED) as (keyof typeof PUBLISHED)[];
  return datasets.flatMap((dataset) =>
    publishedRows(dataset, model).filter(({ label }) => label === MMSA_LABEL)
      .map(({ values }) => ({ dataset, model, values }))
  );
}
