/**
 * Answers of scikit-learn, recorded by `tests/golden/svm/record.py`: 90 samples of 6 features, C and
 * kernels as listed in the cases, solved to a tolerance of 1e-10.
 */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { RandomStream } from "../../../lib/core/random.ts";
import { type Kernel, kernelMatrix, scaleGamma } from "../../../lib/models/svm/kernel.ts";
import { type Matrix, selectRows } from "../../../lib/models/svm/matrix.ts";
import { fitClassifier, vote } from "../../../lib/models/svm/multiclass.ts";
import { regressionProblem, type Solution } from "../../../lib/models/svm/problem.ts";
import { exactSolver, linearSolver, type Solver } from "../../../lib/models/svm/solver.ts";

interface Case {
  task: "svr" | "svc";
  kernel: "rbf" | "linear";
  C: number;
  gamma?: number;
  epsilon: number;
  scores: number[];
  bias: number;
  support: number;
  predicted: number[];
  decisions: number[][];
  known: number[];
}

const GOLDEN = JSON.parse(
  Deno.readTextFileSync(new URL("../../golden/svm/sklearn.json", import.meta.url)),
) as { x: number[][]; y: number[]; classes: number[]; train: number; cases: Case[] };

/** LIBSVM keeps kernel values as float32, so more digits of its answers are noise. */
const TOLERANCE = 1e-5;

const ALL: Matrix = {
  rows: GOLDEN.x.length,
  columns: GOLDEN.x[0]!.length,
  values: Float64Array.from(GOLDEN.x.flat()),
};
const ROWS = Uint32Array.from({ length: ALL.rows }, (_, i) => i);
const TRAIN = selectRows(ALL, ROWS.subarray(0, GOLDEN.train));
const TEST = selectRows(ALL, ROWS.subarray(GOLDEN.train));

function kernelOf({ kernel, gamma }: Case): Kernel {
  return kernel === "linear" ? { type: "linear" } : {
    type: "rbf",
    gamma: gamma ?? scaleGamma(TRAIN),
  };
}

function solverOf(test: Case, isExact: boolean): Solver {
  const options = {
    kernel: kernelOf(test),
    tolerance: isExact ? 1e-10 : 1e-6,
    landmarks: GOLDEN.train,
    passes: 20000,
    random: RandomStream.fromSeed(1),
  };
  return isExact ? exactSolver(TRAIN, options) : linearSolver(TRAIN, options);
}

/** What a machine gives for the test rows. */
function outputs(test: Case, solver: Solver, { coefficients, bias }: Solution): Float64Array {
  const { support } = solver;
  const similar = support === null ? TEST : kernelMatrix(TEST, support, kernelOf(test));
  return Float64Array.from({ length: TEST.rows }, (_, i) => {
    const row = similar.values.subarray(i * similar.columns, (i + 1) * similar.columns);
    return row.reduce((sum, value, j) => sum + value * coefficients[j]!, bias);
  });
}

function nameOf({ task, kernel, C, gamma, epsilon }: Case): string {
  const more = gamma === undefined ? "" : `, gamma ${gamma}`;
  return `${task} with a ${kernel} kernel, C ${C}${more}${task === "svr" ? `, ε ${epsilon}` : ""}`;
}

for (const test of GOLDEN.cases.filter(({ task }) => task === "svr")) {
  Deno.test(`exactSolver() gives scikit-learn's ${nameOf(test)}`, () => {
    const solver = solverOf(test, true);
    const problem = regressionProblem(GOLDEN.y.slice(0, GOLDEN.train), test.C, test.epsilon);
    const solution = solver.solve(ROWS.subarray(0, GOLDEN.train), problem);
    assertAlmostEquals(solution.bias, test.bias, TOLERANCE);
    outputs(test, solver, solution).forEach((score, i) =>
      assertAlmostEquals(score, test.scores[i]!, TOLERANCE)
    );
    if (test.kernel === "linear") return;
    assertEquals(solution.coefficients.filter((c) => c !== 0).length, test.support);
  });
}

for (const test of GOLDEN.cases.filter(({ task }) => task === "svc")) {
  Deno.test(`fitClassifier() gives scikit-learn's ${nameOf(test)}`, () => {
    const solver = solverOf(test, true);
    const machines = fitClassifier(solver, GOLDEN.classes.slice(0, GOLDEN.train), test.C);
    assertEquals(machines.classes, test.known);
    const columns = machines.coefficients.map((coefficients, i) =>
      outputs(test, solver, { coefficients, bias: machines.biases[i]! })
    );
    for (let i = 0; i < TEST.rows; i++) {
      const row = columns.map((column) => column[i]!);
      row.forEach((value, j) => assertAlmostEquals(value, test.decisions[i]![j]!, TOLERANCE));
      assertEquals(vote(machines.classes, row), test.predicted[i]);
    }
  });
}

for (const test of GOLDEN.cases.filter(({ C }) => C === 1)) {
  Deno.test(`linearSolver() is near scikit-learn's ${nameOf(test)}`, () => {
    // All samples are landmarks: what differs is the bias, which coordinate descent keeps small
    // (with a C of 0.01 it would differ much).
    const solver = solverOf(test, false);
    if (test.task === "svr") {
      const labels = GOLDEN.y.slice(0, GOLDEN.train);
      const mean = labels.reduce((sum, label) => sum + label, 0) / labels.length;
      const problem = regressionProblem(labels.map((y) => y - mean), test.C, test.epsilon);
      const solution = solver.solve(ROWS.subarray(0, GOLDEN.train), problem);
      const scores = outputs(test, solver, solution);
      const worst = Math.max(...test.scores.map((s, i) => Math.abs(scores[i]! + mean - s)));
      assert(worst < 0.1, `${worst}`);
      return;
    }
    const machines = fitClassifier(solver, GOLDEN.classes.slice(0, GOLDEN.train), test.C);
    const columns = machines.coefficients.map((coefficients, i) =>
      outputs(test, solver, { coefficients, bias: machines.biases[i]! })
    );
    const wrong = test.predicted.filter((expected, i) =>
      vote(machines.classes, columns.map((column) => column[i]!)) !== expected
    );
    assert(wrong.length <= 3, `${wrong.length} of ${TEST.rows}`);
  });
}
