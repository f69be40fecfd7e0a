import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { sigmoid, tanh } from "../../lib/engine/cpu/activations.ts";
import {
  multiplyAdd,
  rowMajor,
  transposed,
  transposeToFloat32,
  transposeToFloat64,
} from "../../lib/engine/cpu/matrix.ts";
import { packLengths, rowOf } from "../../lib/engine/cpu/packing.ts";

/** Whole numbers, so that every order of summation gives the same. */
function wholes(size: number, shift: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => (i * 7 + shift) % 11 - 5);
}

Deno.test("multiplyAdd() adds the product for every size and layout", () => {
  for (let m = 1; m <= 9; m++) {
    for (let k = 1; k <= 5; k++) {
      const n = (m * k) % 6 + 1;
      const b = wholes(k * n, 2);
      for (const flip of [false, true]) {
        const a = wholes(m * k + 3, 1);
        const view = flip ? transposed(a, m, 3) : rowMajor(a, k, 3);
        const c = wholes(m * n, 3), expected = c.slice();
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            for (let q = 0; q < k; q++) {
              expected[i * n + j]! += a[3 + (flip ? q * m + i : i * k + q)]! * b[q * n + j]!;
            }
          }
        }
        multiplyAdd(c, view, b, m, n, k);
        assertEquals(c, expected, `${m} x ${k} x ${n}, flip ${flip}`);
      }
    }
  }
});

Deno.test("multiplyAdd() leaves the rows beyond the product alone", () => {
  const c = new Float64Array(6).fill(1);
  multiplyAdd(c, rowMajor(wholes(2, 0), 2), wholes(4, 1), 1, 2, 2);
  assertEquals([...c.subarray(2)], [1, 1, 1, 1]);
});

Deno.test("transposeToFloat64() and transposeToFloat32() undo each other", () => {
  const values = Float32Array.from({ length: 6 }, (_, i) => i);
  const flipped = transposeToFloat64(values, 2, 3);
  assertEquals([...flipped], [0, 3, 1, 4, 2, 5]);
  assertEquals(transposeToFloat32(flipped, 3, 2), values);
});

Deno.test("sigmoid() and tanh() have float32 accuracy everywhere", () => {
  for (let x = -30; x <= 30; x += 0.001) {
    const exact = 1 / (1 + Math.exp(-x));
    assert(Math.abs(sigmoid(x) - exact) <= 3e-8 * exact, `sigmoid(${x})`);
    assert(Math.abs(tanh(x) - Math.tanh(x)) <= 3e-8 * Math.abs(Math.tanh(x)) + 1e-15, `tanh(${x})`);
  }
});

Deno.test("sigmoid() and tanh() end in 0 and 1, and NaN stays NaN", () => {
  for (const x of [61, 1e3, 1e30, Infinity]) {
    assertEquals([sigmoid(x), tanh(x), tanh(-x)], [1, 1, -1]);
    assertAlmostEquals(sigmoid(-x), 0, 1e-25);
  }
  assertEquals([sigmoid(NaN), tanh(NaN), tanh(0)], [NaN, NaN, 0]);
});

Deno.test("packLengths() puts longer samples first and keeps the order of equal ones", () => {
  const packing = packLengths([2, 3, 1, 3], 4);
  assertEquals([...packing.order], [1, 3, 0, 2]);
  assertEquals([...packing.lengths], [3, 3, 2, 1]);
  assertEquals([...packing.starts], [0, 4, 7, 9]);
  assertEquals([packing.rows, packing.steps], [9, 3]);
});

Deno.test("packLengths() refuses lengths that are not in the time axis", () => {
  for (const wrong of [0, -1, 5, NaN]) {
    const message = `the length of sample 1 is ${wrong}, expected a number from 1 to 4`;
    assertThrows(() => packLengths([2, wrong], 4), RangeError, message);
  }
});

Deno.test("rowOf() walks both layouts in both directions", () => {
  const packing = packLengths([2, 3], 5);
  const at = (reverse: boolean, timeMajor: boolean) =>
    [0, 1, 2].map((t) => rowOf(packing, { batch: 2, time: 5, reverse, timeMajor }, 0, t));
  assertEquals(at(false, false), [5, 6, 7]);
  assertEquals(at(true, false), [7, 6, 5]);
  assertEquals(at(false, true), [1, 3, 5]);
  assertEquals(at(true, true), [5, 3, 1]);
});
