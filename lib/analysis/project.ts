/** Vectors in two dimensions, by libraries that are loaded at the first use. @module */

import { UsageError } from "../core/errors.ts";
import { loadPackage } from "../core/packages.ts";
import type { RandomStream } from "../core/random.ts";
import type { Vectors } from "../training/mod.ts";

/** How vectors are projected: principal components, or UMAP's neighbourhoods. */
export type ProjectionName = "pca" | "umap";

/** Vectors in two dimensions. */
export interface Projection {
  /** [samples] */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Shares of the variance that both axes account for, 0 to 1; of `umap` there are none. */
  readonly explained?: readonly [number, number];
}

/** What is used of ml-pca. */
interface PcaPackage {
  readonly PCA: new (rows: number[][], options: { readonly method: "SVD" }) => {
    getExplainedVariance(): number[];
    predict(rows: number[][], options: { readonly nComponents: number }): {
      to2DArray(): number[][];
    };
  };
}

/** What is used of umap-js. */
interface UmapPackage {
  readonly UMAP: new (
    options: { readonly nNeighbors: number; readonly random: () => number },
  ) => { fit(rows: number[][]): number[][] };
}

/** Neighbours of UMAP, as its authors have it by default. */
const NEIGHBOURS = 15;

/**
 * Vectors in two dimensions: the same for the same vectors and stream. The axes of `pca` point to
 * where the farthest sample lies; those of `umap` mean nothing.
 *
 * @throws {UsageError} there are fewer than three vectors
 * @throws {DataError} the library cannot be loaded
 */
export async function project(
  { width, values }: Vectors,
  method: ProjectionName,
  random: RandomStream,
): Promise<Projection> {
  const samples = values.length / width;
  if (samples < 3) {
    throw new UsageError(`Cannot project ${samples} samples to two dimensions: expected 3 or more`);
  }
  const rows = Array.from(
    { length: samples },
    (_, i) => [...values.subarray(i * width, (i + 1) * width)],
  );
  // Vectors that are all the same have no directions.
  if (rows.every((row) => row.every((value, j) => value === rows[0]![j]))) {
    return { points: rows.map(() => [0, 0]) };
  }
  return method === "pca" ? await byPca(rows, width) : await byUmap(rows, random);
}

async function byPca(rows: number[][], width: number): Promise<Projection> {
  const { PCA } = await loadPackage<PcaPackage>("ml-pca");
  const pca = new PCA(rows, { method: "SVD" });
  const found = pca.predict(rows, { nComponents: Math.min(2, width) }).to2DArray();
  const axes = [0, 1].map((axis) => found.map((row) => row[axis] ?? 0));
  // The sign of a component is free, and not every machine's library chooses the same.
  const signs = axes.map((axis) => {
    const farthest = axis.reduce((most, x) => Math.abs(x) > Math.abs(most) ? x : most, 0);
    return farthest < 0 ? -1 : 1;
  });
  const [first = 0, second = 0] = pca.getExplainedVariance();
  return {
    points: found.map((_, i) => [signs[0]! * axes[0]![i]!, signs[1]! * axes[1]![i]!]),
    explained: [first, second],
  };
}

async function byUmap(rows: number[][], random: RandomStream): Promise<Projection> {
  const { UMAP } = await loadPackage<UmapPackage>("umap-js");
  const nNeighbors = Math.min(NEIGHBOURS, rows.length - 1);
  const found = new UMAP({ nNeighbors, random: () => random.uniform() }).fit(rows);
  return { points: found.map(([x, y]) => [x!, y!]) };
}
