import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { type Alignment, alignmentLoss, ALIGNMENTS } from "../../../lib/nn/losses/alignment.ts";
import { forEachEngine } from "../../engine/engines.ts";
import { differences, type Rows, unitRows } from "./reference.ts";

function loss(x: Rows, y: Rows, alignment: Alignment): number {
  return tf.tidy(() => alignmentLoss(tf.tensor2d(x), tf.tensor2d(y), alignment).dataSync()[0]!);
}

function gradient(x: Rows, y: Rows, alignment: Alignment): number[] {
  return tf.tidy(() => {
    const value = (rows: tf.Tensor) =>
      alignmentLoss(rows as tf.Tensor2D, tf.tensor2d(y), alignment);
    return [...tf.grad(value)(tf.tensor2d(x)).dataSync()];
  });
}

/** The losses once more, in float64. */
function reference(x: Rows, y: Rows, alignment: Alignment): number {
  const batch = x.length, width = x[0]!.length;
  const column = (rows: Rows, j: number) => rows.map((row) => row[j]!);
  const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const means = (rows: Rows) => rows[0]!.map((_, j) => mean(column(rows, j)));
  const squares = (values: number[]) => values.reduce((sum, v) => sum + v * v, 0);
  const centered = (rows: Rows) => {
    const center = means(rows);
    return rows.map((row) => row.map((v, j) => v - center[j]!));
  };
  if (alignment === "pairwiseL2") {
    return mean(x.flatMap((row, i) => row.map((v, j) => (v - y[i]![j]!) ** 2)));
  }
  if (alignment === "cmd") {
    const [p, q] = [x, y].map((rows) => rows.map((row) => row.map((v) => 1 / (1 + Math.exp(-v)))));
    const [meanP, meanQ] = [means(p!), means(q!)];
    let total = Math.sqrt(squares(meanP.map((v, j) => v - meanQ[j]!)));
    for (const k of [2, 3, 4, 5]) {
      const moment = (rows: Rows) => means(centered(rows).map((row) => row.map((v) => v ** k)));
      const [a, b] = [moment(p!), moment(q!)];
      total += Math.sqrt(squares(a.map((v, j) => v - b[j]!)));
    }
    return total;
  }
  const covariance = (rows: Rows) => {
    const c = centered(rows);
    return c[0]!.flatMap((_, i) =>
      c[0]!.map((_, j) => c.reduce((sum, row) => sum + row[i]! * row[j]!, 0) / (batch - 1))
    );
  };
  const [cx, cy] = [covariance(x), covariance(y)];
  const coral = squares(cx.map((v, i) => v - cy[i]!)) / (4 * width * width);
  const apart = squares(means(x).map((v, j) => v - means(y)[j]!)) / width;
  return alignment === "coral" ? coral : coral + apart;
}

forEachEngine("alignmentLoss() gives values computed by hand", () => {
  const x = [[0], [2]], y = [[1], [1]];
  assertAlmostEquals(loss(x, y, "coral"), 1, 1e-6);
  assertAlmostEquals(loss(x, [[3], [3]], "coral+mean"), 1 + 4, 1e-6);
  assertAlmostEquals(loss(x, y, "pairwiseL2"), 1, 1e-6);
  // Of the second batch only the even moments of ±h about its mean are not 0.
  const h = (1 / (1 + Math.exp(-2)) - 0.5) / 2;
  const mean = Math.abs(1 / (1 + Math.exp(-1)) - 0.5 - h);
  assertAlmostEquals(loss(x, y, "cmd"), mean + h ** 2 + h ** 4, 1e-5);
});

forEachEngine(
  "alignmentLoss() is symmetric, and all but pairwiseL2 forget who belongs to whom",
  () => {
    const x = unitRows(1, 6, 3), y = unitRows(2, 6, 3);
    const turned = [4, 0, 5, 2, 1, 3].map((i) => y[i]!);
    for (const alignment of ALIGNMENTS) {
      const value = loss(x, y, alignment);
      assertAlmostEquals(loss(y, x, alignment), value, 1e-6);
      const other = loss(x, turned, alignment);
      if (alignment === "pairwiseL2") assert(Math.abs(other - value) > 1e-2);
      else assertAlmostEquals(other, value, 1e-6);
    }
  },
);

forEachEngine(
  "alignmentLoss() of equal and of constant features is 0, with a finite gradient",
  () => {
    const x = unitRows(1, 6, 3), flat = x.map(() => [1, 2, 3]);
    for (const alignment of ALIGNMENTS) {
      for (const rows of [x, flat]) {
        assertAlmostEquals(loss(rows, rows, alignment), 0, 1e-5);
        const slope = gradient(rows, rows, alignment);
        assert(slope.every((value) => Math.abs(value) < 1e-2), `${alignment}: ${slope}`);
      }
    }
    assertEquals(gradient(flat, flat, "coral"), Array(18).fill(0));
  },
);

forEachEngine(
  "alignmentLoss() has the value of plain loops and the gradient of differences",
  () => {
    const x = unitRows(3, 7, 4), y = unitRows(4, 7, 4).map((row) => row.map((v) => 2 * v + 0.3));
    for (const alignment of ALIGNMENTS) {
      assertAlmostEquals(loss(x, y, alignment), reference(x, y, alignment), 1e-5, alignment);
      const expected = differences((rows) => reference(rows, y, alignment), x).flat();
      const actual = gradient(x, y, alignment);
      expected.forEach((value, i) => assertAlmostEquals(actual[i]!, value, 1e-5, alignment));
    }
  },
);
