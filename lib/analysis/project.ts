/** Vectors in two dimensions, by libraries that are loaded when they are wanted. @module */

import { UsageError } from "../core/errors.ts";
import { loadPackage } from "../core/packages.ts";
import { unknownName } from "../core/suggest.ts";
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

/** Projects rows, three or more, which are not all the same. */
export type Projector = (rows: number[][], random: RandomStream) => Projection;

/** Loads what projects. One whose library cannot be loaded says so, with a DataError, when it is used. */
export async function loadProjectors(): Promise<Readonly<Record<ProjectionName, Projector>>> {
  const [pca, umap] = await Promise.all([
    projectorOf<PcaPackage>("ml-pca", ({ PCA }) => (rows) => byPca(PCA, rows)),
    projectorOf<UmapPackage>("umap-js", ({ UMAP }) => (rows, random) => byUmap(UMAP, rows, random)),
  ]);
  return { pca, umap };
}

async function projectorOf<T>(name: string, use: (library: T) => Projector): Promise<Projector> {
  try {
    return use(await loadPackage<T>(name));
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** Neighbours of UMAP, as its authors have it by default. */
const NEIGHBOURS = 15;

/**
 * Vectors in two dimensions: the same for the same vectors and stream. The axes of `pca` point to
 * where the farthest sample lies; those of `umap` mean nothing.
 *
 * @throws {UsageError} there are fewer than three vectors, or no such method
 * @throws {DataError} its library could not be loaded
 */
export function project(
  { width, values }: Vectors,
  method: ProjectionName,
  { projectors, random }: {
    readonly projectors: Readonly<Record<ProjectionName, Projector>>;
    readonly random: RandomStream;
  },
): Projection {
  if (!Object.hasOwn(projectors, method)) {
    throw new UsageError(unknownName("projection", method, Object.keys(projectors)));
  }
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
  return projectors[method](rows, random);
}

function byPca(PCA: PcaPackage["PCA"], rows: number[][]): Projection {
  const pca = new PCA(rows, { method: "SVD" });
  const found = pca.predict(rows, { nComponents: Math.min(2, rows[0]!.length) }).to2DArray();
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

function byUmap(
  UMAP: UmapPackage["UMAP"],
  rows: number[][],
  random: RandomStream,
): Projection {
  const nNeighbors = Math.min(NEIGHBOURS, rows.length - 1);
  const found = new UMAP({ nNeighbors, random: () => random.uniform() }).fit(rows);
  return { points: found.map(([x, y]) => [x!, y!]) };
}
