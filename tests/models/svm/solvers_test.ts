import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../lib/core/random.ts";
import { solveLinearly } from "../../../lib/models/svm/coordinate_descent.ts";
import { kernelMatrix, scaleGamma } from "../../../lib/models/svm/kernel.ts";
import { dotProducts, type Matrix, selectRows } from "../../../lib/models/svm/matrix.ts";
import { fitClassifier, vote } from "../../../lib/models/svm/multiclass.ts";
import { cholesky, invertLower, Nystrom } from "../../../lib/models/svm/nystrom.ts";
import { classificationProblem, regressionProblem } from "../../../lib/models/svm/problem.ts";
import { solveExactly } from "../../../lib/models/svm/smo.ts";
import { exactSolver, linearSolver } from "../../../lib/models/svm/solver.ts";

function randomMatrix(rows: number, columns: number, seed = 1): Matrix {
  const values = Float64Array.from(RandomStream.fromSeed(seed).normalArray(rows * columns));
  return { rows, columns, values };
}

function range(n: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: n }, (_, i) => i);
}

function assertClose(actual: Float64Array, expected: ArrayLike<number>, tolerance: number) {
  assertEquals(actual.length, expected.length);
  actual.forEach((value, i) => assertAlmostEquals(value, expected[i]!, tolerance));
}

Deno.test("dotProducts() is plain sums of products, for all sizes around its tiles", () => {
  for (const [n, m] of [[1, 1], [4, 4], [5, 3], [8, 9], [3, 11]] as const) {
    const a = randomMatrix(n, 7), b = randomMatrix(m, 7, 2);
    const expected = Array.from({ length: n * m }, (_, at) => {
      const [i, j] = [Math.floor(at / m), at % m];
      return a.values.subarray(i * 7, i * 7 + 7).reduce(
        (s, v, t) => s + v * b.values[j * 7 + t]!,
        0,
      );
    });
    assertClose(dotProducts(a, b).values, expected, 1e-12);
  }
  const a = randomMatrix(10, 7), copy = selectRows(a, range(10));
  assertClose(dotProducts(a, a).values, dotProducts(a, copy).values, 0);
  assertThrows(() => dotProducts(a, randomMatrix(2, 6)), TypeError, "rows of 7 numbers");
});

Deno.test("kernelMatrix() of an rbf kernel is 1 on the diagonal and lies in [0, 1]", () => {
  const x = randomMatrix(9, 5);
  const { values } = kernelMatrix(x, x, { type: "rbf", gamma: 3 });
  for (let i = 0; i < 9; i++) assertAlmostEquals(values[i * 10]!, 1, 1e-12);
  assert(values.every((value) => value >= 0 && value <= 1));
});

Deno.test("scaleGamma() is scikit-learn's, and 1 for data without variance", () => {
  const x = { rows: 2, columns: 2, values: Float64Array.of(1, 3, 1, 3) };
  assertEquals(scaleGamma(x), 0.5);
  assertEquals(scaleGamma({ ...x, values: new Float64Array(4).fill(7) }), 1);
});

/** How far a solution is from the conditions of an optimum. */
function violation(kernel: Matrix, y: number[], C: number, epsilon: number): number {
  const { coefficients, bias } = solveExactly(kernel, regressionProblem(y, C, epsilon), 1e-9);
  const n = y.length;
  assertAlmostEquals(coefficients.reduce((sum, c) => sum + c, 0), 0, 1e-9);
  let worst = 0;
  for (let i = 0; i < n; i++) {
    const c = coefficients[i]!;
    assert(Math.abs(c) <= C);
    let residual = y[i]! - bias;
    for (let j = 0; j < n; j++) residual -= kernel.values[i * n + j]! * coefficients[j]!;
    const atBound = Math.abs(c) === C;
    const distance = Math.abs(residual) - epsilon;
    if (c === 0) worst = Math.max(worst, distance);
    else if (atBound) {
      worst = Math.max(worst, -distance * (Math.sign(residual) === Math.sign(c) ? 1 : -1));
    } else worst = Math.max(worst, Math.abs(residual - Math.sign(c) * epsilon));
  }
  return worst;
}

Deno.test("solveExactly() meets the optimality conditions, duplicates and ties included", () => {
  const x = randomMatrix(40, 4);
  x.values.copyWithin(0, 4 * 20, 4 * 30);
  const y = Array.from({ length: 40 }, (_, i) => Math.sin(i) + (i % 3));
  for (const type of ["linear", "rbf"] as const) {
    const kernel = kernelMatrix(x, x, type === "rbf" ? { type, gamma: 0.3 } : { type });
    for (const C of [0.1, 1, 10]) {
      for (const epsilon of [0, 0.1, 5]) {
        assert(violation(kernel, y, C, epsilon) < 1e-7, `${type} ${C} ${epsilon}`);
      }
    }
  }
});

Deno.test("solveExactly() takes one sample, equal labels and one class", () => {
  const one = { rows: 1, columns: 1, values: Float64Array.of(1) };
  const single = solveExactly(one, regressionProblem([2.5], 1, 0.1), 1e-3);
  assertAlmostEquals(single.bias, 2.5, 1e-9);
  assertEquals([...single.coefficients], [0]);
  const x = randomMatrix(5, 2);
  const kernel = kernelMatrix(x, x, { type: "rbf", gamma: 1 });
  const flat = solveExactly(kernel, regressionProblem([1, 1, 1, 1, 1], 1, 0.1), 1e-3);
  assertAlmostEquals(flat.bias, 1, 1e-9);
  assertThrows(() => solveExactly(one, regressionProblem([1], 1, 0), 0), RangeError, "tolerance");
});

Deno.test("solveLinearly() reaches the exact optimum where the bias is 0", () => {
  // Points and their mirror images: by symmetry the exact bias is 0, so nothing keeps it small.
  const half = randomMatrix(30, 5);
  const x = {
    rows: 60,
    columns: 5,
    values: Float64Array.from([...half.values, ...half.values.map((v) => -v)]),
  };
  const side = Array.from(
    { length: 30 },
    (_, i) => half.values[i * 5]! + 0.3 * half.values[i * 5 + 1]! ** 3,
  );
  const y = [...side, ...side.map((v) => -v)];
  const options = { tolerance: 1e-8, passes: 50000, random: RandomStream.fromSeed(1) };
  for (
    const problem of [regressionProblem(y, 0.5, 0.1), classificationProblem(y.map(Math.sign), 0.5)]
  ) {
    const { weights, bias, passes } = solveLinearly(x, range(60), problem, options);
    assert(passes < options.passes, `${passes}`);
    const exact = exactSolver(x, {
      ...options,
      tolerance: 1e-9,
      kernel: { type: "linear" },
      landmarks: 1,
    })
      .solve(range(60), problem);
    assertClose(weights, exact.coefficients, 1e-5);
    assertAlmostEquals(bias, 0, 1e-5);
  }
});

Deno.test("solveLinearly() is the same for the same stream, and stops after its passes", () => {
  const x = randomMatrix(50, 4);
  const problem = regressionProblem(Array.from({ length: 50 }, (_, i) => Math.cos(i)), 1, 0.1);
  const run = (passes: number) =>
    solveLinearly(x, range(50), problem, {
      tolerance: 1e-9,
      passes,
      random: RandomStream.fromSeed(3),
    });
  assertEquals(run(5), run(5));
  assertEquals(run(5).passes, 5);
});

Deno.test("Nystrom with all samples as landmarks gives the kernel, and maps weights back", () => {
  const x = randomMatrix(12, 3);
  const kernel = { type: "rbf", gamma: 0.5 } as const;
  const nystrom = new Nystrom(x, kernel);
  const features = nystrom.features(x);
  const exact = kernelMatrix(x, x, kernel);
  assertClose(dotProducts(features, features).values, exact.values, 1e-5);
  const weights = randomMatrix(1, 12, 5).values;
  const coefficients = nystrom.coefficients(weights);
  const byKernel = dotProducts(exact, { rows: 1, columns: 12, values: coefficients });
  const byFeatures = dotProducts(features, { rows: 1, columns: 12, values: weights });
  assertClose(byKernel.values, byFeatures.values, 1e-9);
});

Deno.test("Nystrom stands landmarks that are all the same", () => {
  const x = { rows: 4, columns: 2, values: new Float64Array(8).fill(2) };
  const features = new Nystrom(x, { type: "rbf", gamma: 1 }).features(x);
  assert(features.values.every(Number.isFinite));
});

Deno.test("cholesky() and invertLower() undo each other's work; a bad matrix is refused", () => {
  const x = randomMatrix(6, 9);
  const matrix = dotProducts(x, x);
  const lower = cholesky(matrix);
  assertClose(dotProducts(lower, lower).values, matrix.values, 1e-10);
  const inverse = invertLower(lower);
  const unit = Float64Array.from({ length: 36 }, (_, i) => i % 7 === 0 ? 1 : 0);
  // L⁻¹ M L⁻ᵀ is the unit matrix.
  assertClose(dotProducts(dotProducts(inverse, matrix), inverse).values, unit, 1e-9);
  const bad = { rows: 2, columns: 2, values: Float64Array.of(1, 2, 2, 1) };
  assertThrows(() => cholesky(bad), RangeError, "pivot 1 is -3");
});

Deno.test("linearSolver() comes near the exact machine with a quarter of the landmarks", () => {
  const x = randomMatrix(400, 4);
  const y = Array.from({ length: 400 }, (_, i) => {
    const row = x.values.subarray(4 * i, 4 * i + 4);
    return Math.sin(row[0]!) + 0.5 * row[1]!;
  });
  const options = {
    kernel: { type: "rbf", gamma: 0.25 } as const,
    tolerance: 1e-4,
    landmarks: 100,
    passes: 500,
    random: RandomStream.fromSeed(1),
  };
  const problem = regressionProblem(y, 1, 0.1);
  const scores = [exactSolver(x, options), linearSolver(x, options)].map((solver) => {
    const { coefficients, bias } = solver.solve(range(400), problem);
    const similar = kernelMatrix(x, solver.support!, options.kernel);
    const machine = { rows: 1, columns: coefficients.length, values: coefficients };
    return dotProducts(similar, machine).values.map((value) => value + bias);
  });
  const apart = scores[0]!.map((value, i) => Math.abs(value - scores[1]![i]!));
  const mean = apart.reduce((sum, value) => sum + value, 0) / 400;
  assert(mean < 0.06, `${mean}, where labels spread by 0.9`);
});

Deno.test("fitClassifier() leaves samples out, and has no machine for a single class", () => {
  const x = { rows: 4, columns: 1, values: Float64Array.of(-2, -1, 1, 50) };
  const options = {
    kernel: { type: "linear" } as const,
    tolerance: 1e-6,
    landmarks: 1,
    passes: 1,
    random: RandomStream.fromSeed(1),
  };
  const solver = exactSolver(x, options);
  const { classes, coefficients, biases } = fitClassifier(solver, [0, 0, 1, null], 10);
  assertEquals(classes, [0, 1]);
  // The margin is between −1 and 1, whatever lies at 50; class 0 is the positive side.
  assertAlmostEquals(coefficients[0]![0]!, -1, 1e-6);
  assertAlmostEquals(biases[0]!, 0, 1e-6);
  const single = fitClassifier(solver, [3, 3, 3, 3], 1);
  assertEquals([single.classes, single.coefficients], [[3], []]);
  assertEquals(vote(single.classes, []), 3);
});

Deno.test("vote() takes the class with most votes, of equals the smallest", () => {
  // Pairs (0,1), (0,2), (1,2)
  assertEquals(vote([0, 1, 2], [-1, -1, 1]), 1);
  assertEquals(vote([0, 1, 2], [1, -1, 1]), 0);
  assertEquals(vote([-1, 4], [-0.5]), 4);
  assertEquals(vote([-1, 4], [0]), 4);
});
