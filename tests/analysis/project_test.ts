import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { loadProjectors, project } from "../../lib/analysis/mod.ts";
import { UsageError } from "../../lib/core/errors.ts";
import { RandomStream } from "../../lib/core/random.ts";

const projectors = await loadProjectors();

function stream(seed = 1): RandomStream {
  return RandomStream.fromSeed(seed).split("test");
}

function by(seed = 1) {
  return { projectors, random: stream(seed) };
}

/** Vectors of samples from rows. */
function vectorsOf(rows: readonly (readonly number[])[]) {
  return { width: rows[0]!.length, values: Float32Array.from(rows.flat()) };
}

Deno.test("project() by pca gives U S of a matrix that is made as U S Vᵀ", () => {
  // Columns of a Hadamard matrix: orthogonal, of mean 0 and length √8.
  const u = [
    [1, 1, 1, 1, -1, -1, -1, -1],
    [1, 1, -1, -1, 1, 1, -1, -1],
    [1, -1, 1, -1, 1, -1, 1, -1],
  ];
  const s = [3, 2, 0.5];
  const v = [[0.6, 0.8, 0, 0], [-0.8, 0.6, 0, 0], [0, 0, 0.6, -0.8]];
  const rows = u[0]!.map((_, i) =>
    v[0]!.map((_, j) => 10 + s.reduce((sum, sk, k) => sum + sk * u[k]![i]! * v[k]![j]!, 0))
  );
  const { points, explained } = project(vectorsOf(rows), "pca", by());
  const [first, second] = [0, 1].map((axis) => points.map((point) => point[axis]!));
  for (const [axis, k] of [[first!, 0], [second!, 1]] as const) {
    const sign = Math.sign(axis[0]! * u[k]![0]!);
    axis.forEach((value, i) => assertAlmostEquals(value, sign * s[k]! * u[k]![i]!, 1e-4));
  }
  const total = 9 + 4 + 0.25;
  assertAlmostEquals(explained![0], 9 / total, 1e-5);
  assertAlmostEquals(explained![1], 4 / total, 1e-5);
});

Deno.test("project() by umap keeps groups apart, the same for the same stream alone", () => {
  const random = stream();
  const rows = Array.from(
    { length: 40 },
    (_, i) => Array.from({ length: 6 }, () => (i % 2) * 10 + random.normal()),
  );
  const { points } = project(vectorsOf(rows), "umap", by());
  assertEquals(project(vectorsOf(rows), "umap", by()), { points });
  const other = project(vectorsOf(rows), "umap", by(2));
  assert(points.some(([x], i) => x !== other.points[i]![0]));
  const distance = (i: number, j: number) =>
    Math.hypot(points[i]![0] - points[j]![0], points[i]![1] - points[j]![1]);
  for (let i = 0; i < 40; i++) {
    const [nearest] = points.map((_, j) => j).filter((j) => j !== i)
      .sort((a, b) => distance(i, a) - distance(i, b));
    assertEquals(nearest! % 2, i % 2);
  }
});

Deno.test("project() takes vectors of one number and equal ones, and refuses two samples", () => {
  const line = project(vectorsOf([[0], [1], [5]]), "pca", by());
  assertEquals(line.points.map(([, y]) => Math.abs(y)), [0, 0, 0]);
  assertAlmostEquals(line.points[2]![0] - line.points[0]![0], 5, 1e-6);
  assertEquals(project(vectorsOf([[2], [2], [2]]), "umap", by()).points[1], [0, 0]);
  assertThrows(
    () => project(vectorsOf([[0], [1]]), "pca", by()),
    UsageError,
    "3 or more",
  );
  assertThrows(
    () => project(vectorsOf([[0], [1], [5]]), "tsne" as "pca", by()),
    UsageError,
    'Unknown projection "tsne": known are pca, umap',
  );
});
