/** The matrix product as a kernel. @module */

import type { BatchMatMulAttrs, KernelFunc, TensorInfo } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { newArray, newZeros } from "./arrays.ts";
import { asColumns, asRows, putPanels, take } from "./matrix.ts";
import {
  multiplyAdd,
  reserve,
  rowMajor,
  TILE_COLUMNS,
  TILE_ROWS,
  tileColumns,
  tileRows,
  transposed,
} from "./product_module.ts";
import { sizeOf } from "./strided.ts";

/** Rows, or inner indices of what is transposed, that are copied and multiplied at a time. */
const CHUNK = 256;

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

/** The products of `count` pairs of matrices; where one side has one only, it is for all. */
function multiplyAll(
  out: Float32Array,
  x: Float32Array,
  y: Float32Array,
  count: number,
  { m, n, k, transposeA, transposeB }: Product,
): void {
  const width = tileColumns(n);
  // What is copied at a time lies in one piece, and in the processor's cache afterwards.
  const height = transposeA ? m : Math.min(m, CHUNK);
  const inner = transposeA ? Math.min(k, CHUNK) : k;
  const { a, b, c } = reserve({
    a: transposeA ? inner * tileRows(m) : tileRows(height) * k,
    b: inner * width,
    c: tileRows(height) * width,
  });
  const left = transposeA ? transposed(a, inner) : rowMajor(a, k);
  const xStep = x.length > m * k ? m * k : 0, yStep = y.length > k * n ? k * n : 0;
  for (let i = 0; i < count; i++) {
    for (let q = 0; q < k; q += inner) {
      const depth = Math.min(inner, k - q);
      const at = i * yStep;
      const view = transposeB ? asColumns(k, at + q) : asRows(n, at + q * n);
      if (i === 0 || yStep > 0 || inner < k) {
        putPanels(b, TILE_COLUMNS, inner, y, view, depth, n);
      }
      for (let r = 0; r < m; r += height) {
        const rows = Math.min(height, m - r);
        const from = i * xStep + (transposeA ? q * m : r * k);
        if (transposeA) putPanels(a, TILE_ROWS, inner, x, asRows(m, from), depth, m);
        else a.set(x.subarray(from, from + rows * depth));
        if (q === 0) c.fill(0);
        multiplyAdd(c, width, left, b, inner, [rows, n, depth]);
        if (q + depth === k) take(out, asRows(n, (i * m + r) * n), c, width, rows, n);
      }
    }
  }
}

/** Batch axes of the product; null where this file does not know it. */
function batchShape(a: TensorInfo, b: TensorInfo): readonly number[] | null {
  if (a.dtype !== "float32" || b.dtype !== "float32") return null;
  if (a.shape.length !== b.shape.length) return null;
  const [x, y] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  if (sizeOf(y) === 1) return x;
  return sizeOf(x) === 1 || x.every((n, i) => n === y[i]) ? y : null;
}
