/** The matrix product as a kernel. @module */

import type { BatchMatMulAttrs, KernelFunc, TensorInfo } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { newArray, newZeros } from "./arrays.ts";
import { hasFloats } from "./memory.ts";
import { asColumns, asRows, putPanels, take } from "./matrix.ts";
import {
  multiplyAdd,
  PRODUCT_COST,
  reserve,
  rowMajor,
  TILE_COLUMNS,
  TILE_ROWS,
  tileColumns,
  tileRows,
  transposed,
} from "./product_module.ts";
import { sizeOf } from "./strided.ts";
import { partSize, share } from "./threads.ts";
import { nameWork } from "./work.ts";

/** Rows, or inner indices of what is transposed, that are copied and multiplied at a time. */
const CHUNK = 256;
/** Nanoseconds, about, of a copy of a number. */
const COPY_COST = 1;

/** How two matrices are multiplied: [m, k] [k, n], of which each may lie transposed. */
interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/**
 * [batch, m, k] [batch, k, n] → [batch, m, n], or one side without batches. Batches that are broadcast
 * within each other go to `old`.
 */
export function matMul(old: KernelFunc): KernelFunc {
  return (args) => {
    const { a, b } = args.inputs as unknown as { a: TensorInfo; b: TensorInfo };
    const { transposeA, transposeB } = args.attrs as unknown as BatchMatMulAttrs;
    const batches = batchShape(a, b);
    if (batches === null) return old(args);
    const backend = args.backend as MathBackendCPU;
    const [rows, columns] = a.shape.slice(-2) as [number, number];
    const [m, k] = transposeA ? [columns, rows] : [rows, columns];
    const n = b.shape.at(transposeB ? -2 : -1)!;
    const count = sizeOf(batches);
    const out = k === 0 ? newZeros(count * m * n) : newArray(count * m * n);
    if (out.length > 0) {
      const [x, y] = [a, b].map(({ dataId }) => backend.data.get(dataId).values as Float32Array);
      multiplyAll(out, x!, y!, count, { m, n, k, transposeA, transposeB });
    }
    return backend.makeTensorInfo([...batches, m, n], "float32", out);
  };
}

/** What a product is cut into parts along. */
type Axis = "batches" | "rows" | "columns";

/** A product as what its parts are told. */
interface Parts extends Product {
  readonly axis: Axis;
  /** Batches, rows or columns of a part. */
  readonly size: number;
  /** Numbers of a batch of x and of y; 0 where one is for all. */
  readonly xStep: number;
  readonly yStep: number;
  /** Rows, and inner indices, that are copied and multiplied at a time. */
  readonly height: number;
  readonly inner: number;
  /** Numbers that each part has of the areas. */
  readonly areas: Readonly<Record<"a" | "b" | "c", number>>;
}

/** The products of `count` pairs of matrices; where one side has one only, it is for all. */
function multiplyAll(
  out: Float32Array,
  x: Float32Array,
  y: Float32Array,
  count: number,
  product: Product,
): void {
  const { m, n, k, transposeA } = product;
  // Each part copies all of the other side for itself, which is to be the smaller one.
  const axis: Axis = count > 1 ? "batches" : m > n ? "rows" : "columns";
  const units = { batches: count, rows: m, columns: n }[axis];
  const how = {
    count: units,
    grain: { batches: 1, rows: TILE_ROWS, columns: TILE_COLUMNS }[axis],
    cost: count * n * k * (m * PRODUCT_COST + COPY_COST) / units,
    partsEach: axis === "batches" || axis === "columns" && !transposeA ? 8 : 2,
  };
  const size = partSize(how);
  const rows = axis === "rows" ? size : m, columns = axis === "columns" ? size : n;
  // What is copied at a time lies in one piece, and in the processor's cache afterwards.
  const height = transposeA ? rows : Math.min(rows, CHUNK);
  const inner = transposeA ? Math.min(k, CHUNK) : k;
  const areas = {
    a: transposeA ? inner * tileRows(rows) : tileRows(height) * k,
    b: inner * tileColumns(columns),
    c: tileRows(height) * tileColumns(columns),
  };
  const parts = Math.ceil(units / size);
  const { a, b, c } = reserve({ a: parts * areas.a, b: parts * areas.b, c: parts * areas.c });
  const xStep = x.length > m * k ? m * k : 0, yStep = y.length > k * n ? k * n : 0;
  const options: Parts = { ...product, axis, size, xStep, yStep, height, inner, areas };
  share(multiplyPart, { out, x, y, a, b, c }, options, how);
}

const multiplyPart = nameWork(
  "matrix product",
  (
    { out, x, y, ...shared }: Readonly<Record<"out" | "x" | "y" | "a" | "b" | "c", Float32Array>>,
    { m, n, k, transposeA, transposeB, axis, size, xStep, yStep, height, inner, areas }: Parts,
    from: number,
    to: number,
  ) => {
    const area = (name: "a" | "b" | "c") =>
      shared[name].subarray(from / size * areas[name], (from / size + 1) * areas[name]);
    const a = area("a"), b = area("b"), c = area("c");
    const [firstBatch, endBatch] = axis === "batches" ? [from, to] : [0, 1];
    const [firstRow, endRow] = axis === "rows" ? [from, to] : [0, m];
    const [firstColumn, endColumn] = axis === "columns" ? [from, to] : [0, n];
    const columns = endColumn - firstColumn, width = tileColumns(columns);
    let left = transposeA ? transposed(a, inner) : rowMajor(a, k);
    // Where x can be read as it lies, with no row beyond it.
    const isInPlace = hasFloats(x) && m % TILE_ROWS === 0;
    for (let i = firstBatch; i < endBatch; i++) {
      for (let q = 0; q < k; q += inner) {
        const depth = Math.min(inner, k - q), at = i * yStep;
        if (i === firstBatch || yStep > 0 || inner < k) {
          const view = transposeB
            ? asColumns(k, at + q + firstColumn * k)
            : asRows(n, at + q * n + firstColumn);
          putPanels(b, TILE_COLUMNS, inner, y, view, depth, columns);
        }
        for (let r = firstRow; r < endRow; r += height) {
          const rows = Math.min(height, endRow - r);
          const start = i * xStep + (transposeA ? q * m + r : r * k);
          if (transposeA) putPanels(a, TILE_ROWS, inner, x, asRows(m, start), depth, rows);
          else if (isInPlace) left = rowMajor(x.subarray(start), k);
          else a.set(x.subarray(start, start + rows * depth));
          if (q === 0) c.fill(0);
          multiplyAdd(c, width, left, b, inner, [rows, columns, depth]);
          if (q + depth < k) continue;
          take(out, asRows(n, (i * m + r) * n + firstColumn), c, width, rows, columns);
        }
      }
    }
  },
);

/** Batch axes of the product; null where this file does not know it. */
function batchShape(a: TensorInfo, b: TensorInfo): readonly number[] | null {
  if (a.dtype !== "float32" || b.dtype !== "float32") return null;
  if (a.shape.length !== b.shape.length) return null;
  const [x, y] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  if (sizeOf(y) === 1) return x;
  return sizeOf(x) === 1 || x.every((n, i) => n === y[i]) ? y : null;
}
