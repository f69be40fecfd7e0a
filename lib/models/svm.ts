/**
 * Support vector machines: regression for the score, classification for the classes.
 *
 * Source: METHODS of this project, 4.2: the report's baseline, whose details are not published.
 * Our reading: equation (40), scikit-learn's defaults, a classifier for each metric of classes.
 *
 * @module
 */

import { DataError, UsageError } from "../core/errors.ts";
import type { RandomStream } from "../core/random.ts";
import type { Modality, Split } from "../data/mod.ts";
import { type ClassPredictions, type ClassTask, PROTOCOLS } from "../evaluation/mod.ts";
import type { FittedTensors, ModelContext, Regressor, RegressorDefinition } from "./model.ts";
import { count, flag, number, oneOf, text, type ValuesOf } from "./setting.ts";
import { applyScaling, fitScaling, pooledFeatures } from "./svm/features.ts";
import { type Kernel, kernelMatrix, scaleGamma } from "./svm/kernel.ts";
import type { Matrix } from "./svm/matrix.ts";
import { fitClassifier, vote } from "./svm/multiclass.ts";
import { loadMlSvm, mlSvmMachine } from "./svm/ml_svm.ts";
import { regressionProblem } from "./svm/problem.ts";
import { exactSolver, linearSolver, type Solver } from "./svm/solver.ts";

/** Samples whose kernel matrix takes part of the memory at a time, when predicting. */
const PART = 512;

/** The task of data with classes and no scores. */
const CLASSES = "classes";

const settings = {
  kernel: oneOf(["rbf", "linear"], "similarity of samples"),
  cost: number(1, "C, the price of an error", { above: 0, search: { logUniform: [0.1, 100] } }),
  epsilon: number(0.1, "half the width of the tube in which an error costs nothing", {
    from: 0,
    search: { logUniform: [0.01, 0.5] },
  }),
  gamma: text("scale", "width of the kernel; scale is 1 / (width · variance)", {
    expected: "scale or a number above 0",
    accepts: (text) => text === "scale" || (Number(text) > 0 && Number.isFinite(Number(text))),
    search: ["scale", "0.0001", "0.0003", "0.001", "0.003", "0.01"],
  }),
  tolerance: number(1e-3, "largest violation at the end: 1e-3 leaves scores 2e-4 from exact", {
    from: 0,
  }),
  solver: oneOf(["auto", "exact", "approximate"], "auto: exact up to exactLimit samples"),
  binarySolver: oneOf(["own", "ml-svm"], "who fits classifiers of two classes"),
  exactLimit: count(4000, "most samples that are solved exactly"),
  landmarks: count(1000, "samples that stand for all in the approximate solver"),
  passes: count(300, "most passes of the approximate solver"),
  classifiers: flag(true, "whether classifiers are fitted too"),
  textPooling: oneOf(
    ["first", "mean", "last"],
    "what of the text's steps is read: the first where it is a sentence vector, the mean or the " +
      "last; default: what the data tell",
  ),
};

/** x = [CLS; mean audio; mean vision], z-scored on train: SVR, and an SVC for each class task. */
class Svm implements Regressor {
  readonly #settings: ValuesOf<typeof settings>;
  readonly #modalities: readonly Modality[];
  readonly #tasks: readonly ClassTask[];
  readonly #hasScores: boolean;
  readonly #random: RandomStream;

  constructor(context: ModelContext<typeof settings>) {
    this.#settings = context.settings;
    this.#modalities = context.modalities;
    this.#hasScores = context.classes === undefined;
    this.#tasks = !this.#hasScores
      ? [{ name: CLASSES, classOf: (label) => label, metrics: [] }]
      : this.#settings.classifiers
      ? PROTOCOLS[context.protocol].classTasks
      : [];
    this.#random = context.random.split("svm");
  }

  async fit(train: Split): Promise<FittedTensors> {
    const { labels } = train;
    if (labels === null || labels.length === 0) {
      throw new DataError(`Cannot fit svm: split "${train.name}" has no labels`);
    }
    const { cost, epsilon } = this.#settings;
    const pooled = pooledFeatures(train, this.#modalities, this.#settings.textPooling);
    const isWords = this.#settings.textPooling !== "first" && this.#modalities.includes("text");
    const scaling = fitScaling(pooled, isWords ? train.features.text!.width : 0);
    const x = applyScaling(pooled, scaling);
    const gamma = this.#settings.gamma === "scale" ? scaleGamma(x) : Number(this.#settings.gamma);
    const solver = this.#solver(x, gamma);
    const fitted = new Map([
      ["means", scaling.means],
      ["deviations", scaling.deviations],
      ["gamma", Float32Array.of(gamma)],
    ]);
    if (solver.support !== null) fitted.set("support", Float32Array.from(solver.support.values));
    if (this.#hasScores) {
      const all = Uint32Array.from(labels, (_, i) => i);
      // The approximate solver keeps the bias small, which is fair once the labels have mean 0.
      const mean = labels.reduce((sum, label) => sum + label, 0) / labels.length;
      const problem = regressionProblem(labels.map((label) => label - mean), cost, epsilon);
      const { coefficients, bias } = solver.solve(all, problem);
      fitted.set("score.coefficients", Float32Array.from(coefficients));
      fitted.set("score.bias", Float32Array.of(bias + mean));
    }
    const binary = await this.#binarySolver(x, gamma) ?? solver;
    for (const { name, classOf } of this.#tasks) {
      const classes = Array.from(labels, classOf);
      const isBinary = new Set(classes.filter((c) => c !== null)).size === 2;
      const classifier = fitClassifier(isBinary ? binary : solver, classes, cost);
      if (classifier.classes.length === 0) continue;
      fitted.set(`${name}.classes`, Float32Array.from(classifier.classes));
      const flat = classifier.coefficients.flatMap((part) => [...part]);
      fitted.set(`${name}.coefficients`, Float32Array.from(flat));
      fitted.set(`${name}.bias`, Float32Array.from(classifier.biases));
    }
    return fitted;
  }

  predict(fitted: FittedTensors, split: Split): Float32Array {
    if (!this.#hasScores) return Float32Array.from(this.#votes(fitted, split, CLASSES));
    return Float32Array.from(this.#outputs(fitted, split, "score"), ([output]) => output!);
  }

  classify(fitted: FittedTensors, split: Split): ClassPredictions {
    const predictions: Record<string, Int8Array> = {};
    for (const { name, metrics } of this.#tasks) {
      if (metrics.length === 0 || !fitted.has(`${name}.classes`)) continue;
      predictions[name] = Int8Array.from(this.#votes(fitted, split, name));
    }
    return predictions;
  }

  /** The classes of a task for every sample. */
  *#votes(fitted: FittedTensors, split: Split, task: string): Generator<number> {
    const known = [...fitted.get(`${task}.classes`)!];
    for (const row of this.#outputs(fitted, split, task)) yield vote(known, row);
  }

  #solver(x: Matrix, gamma: number): Solver {
    const options = { ...this.#settings, kernel: this.#kernel(gamma), random: this.#random };
    return this.#isExact(x.rows) ? exactSolver(x, options) : linearSolver(x, options);
  }

  #isExact(samples: number): boolean {
    const { solver, exactLimit } = this.#settings;
    return solver === "exact" || (solver === "auto" && samples <= exactLimit);
  }

  /** null for our own */
  async #binarySolver(x: Matrix, gamma: number): Promise<Solver | null> {
    if (this.#settings.binarySolver === "own" || this.#tasks.length === 0) return null;
    if (!this.#isExact(x.rows)) {
      throw new UsageError(
        `Cannot set binarySolver to ml-svm: it needs an exact solver, and ${x.rows} samples have ` +
          "an approximate one",
      );
    }
    const options = { ...this.#settings, kernel: this.#kernel(gamma), random: this.#random };
    return exactSolver(x, options, mlSvmMachine(await loadMlSvm(), options));
  }

  #kernel(gamma: number): Kernel {
    return this.#settings.kernel === "linear" ? { type: "linear" } : { type: "rbf", gamma };
  }

  /** What the machines of a task give for every sample, [samples][machines]. */
  *#outputs(fitted: FittedTensors, split: Split, task: string): Generator<Float64Array> {
    const [means, deviations] = [fitted.get("means")!, fitted.get("deviations")!];
    const pooled = pooledFeatures(split, this.#modalities, this.#settings.textPooling);
    if (pooled.columns !== means.length) {
      throw new DataError(
        `Cannot predict split "${split.name}": its features have width ${pooled.columns}, ` +
          `the run was trained on width ${means.length}`,
      );
    }
    const x = applyScaling(pooled, { means, deviations });
    const coefficients = Float64Array.from(fitted.get(`${task}.coefficients`)!);
    const biases = fitted.get(`${task}.bias`)!;
    const kernel = this.#kernel(fitted.get("gamma")![0]!);
    const support = supportOf(fitted, x.columns);
    const columns = coefficients.length / Math.max(1, biases.length);
    for (let start = 0; start < x.rows; start += PART) {
      const rows = Math.min(PART, x.rows - start);
      const from = start * x.columns;
      const values = x.values.subarray(from, from + rows * x.columns);
      const part = { rows, columns: x.columns, values };
      const similar = support === null ? part : kernelMatrix(part, support, kernel);
      for (let i = 0; i < rows; i++) {
        yield Float64Array.from(biases, (bias, machine) => {
          let sum = bias;
          for (let j = 0; j < columns; j++) {
            sum += coefficients[machine * columns + j]! * similar.values[i * columns + j]!;
          }
          return sum;
        });
      }
    }
  }
}

/** The rows that the coefficients belong to; null where they belong to the features. */
function supportOf(fitted: FittedTensors, columns: number): Matrix | null {
  const values = fitted.get("support");
  if (values === undefined) return null;
  return { rows: values.length / columns, columns, values: Float64Array.from(values) };
}

/** Support vector machines, as `--model svm`. */
export const svm: RegressorDefinition<typeof settings> = {
  name: "svm",
  summary: "support vector machines on time-averaged features: SVR for the score, SVC for classes",
  kind: "regressor",
  year: null,
  needs: [],
  fitsClasses: true,
  isSeedless: ({ solver, exactLimit }, samples) =>
    solver === "exact" || (solver === "auto" && samples <= Number(exactLimit)),
  card: {
    source: "Support vector machines on features averaged over time, a usual baseline",
    reading:
      "Our reading. Classifiers, one for each metric of classes, give the class. metrics; data with " +
      "classes and no scores have one classifier",
    limits:
      "Exact up to 4,000 samples, approximate beyond. Nothing in it is random: seeds differ " +
      "in nothing, and intervals over them say nothing",
  },
  settings,
  create: (context) => new Svm(context),
};
