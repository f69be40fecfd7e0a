import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { sigmoid, tanh } from "../../lib/engine/cpu/activations.ts";
import { lstmBackward } from "../../lib/engine/cpu/lstm_backward.ts";
import { lstmForward } from "../../lib/engine/cpu/lstm_forward.ts";
import { stepForward } from "../../lib/engine/cpu/lstm_module.ts";
import { asColumns, asRows, putPanels, take } from "../../lib/engine/cpu/matrix.ts";
import { packLengths, rowOf } from "../../lib/engine/cpu/packing.ts";
import {
  multiplyAdd,
  reserve,
  rowMajor,
  TILE_COLUMNS,
  TILE_ROWS,
  tileColumns,
  tileRows,
  transposed,
} from "../../lib/engine/cpu/product_module.ts";

/** Whole numbers, so that every order of summation gives the same. */
function wholes(size: number, shift: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => (i * 7 + shift) % 11 - 5);
}

/** A B + C of plain arrays, by the product in reserved memory; A is [k, m] where `flip` is true. */
function productOf(
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  [m, n, k]: readonly [number, number, number],
  flip = false,
): Float32Array {
  const width = tileColumns(n);
  const areas = reserve({ a: tileRows(m) * k, b: k * width, c: tileRows(m) * width });
  // What fills the tiles may be anything.
  for (const area of Object.values(areas)) area.fill(NaN);
  if (flip) putPanels(areas.a, TILE_ROWS, k, a, asRows(m), k, m);
  else areas.a.set(a);
  putPanels(areas.b, TILE_COLUMNS, k, b, asRows(n), k, n);
  for (let i = 0; i < m; i++) areas.c.set(c.subarray(i * n, (i + 1) * n), i * width);
  const left = flip ? transposed(areas.a, k) : rowMajor(areas.a, k);
  multiplyAdd(areas.c, width, left, areas.b, k, [m, n, k]);
  const out = new Float32Array(m * n);
  take(out, asRows(n), areas.c, width, m, n);
  return out;
}

Deno.test("multiplyAdd() adds the product for every size and layout", () => {
  for (const m of [1, 2, 3, 4, 5, 6, 7, 8, 9, 37, 70]) {
    for (const k of [1, 2, 5, 256, 259]) {
      const n = (m * k) % 19 + 1;
      const b = wholes(k * n, 2);
      for (const flip of [false, true]) {
        const a = wholes(m * k, 1);
        const c = wholes(m * n, 3), expected = c.slice();
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            for (let q = 0; q < k; q++) {
              expected[i * n + j]! += a[flip ? q * m + i : i * k + q]! * b[q * n + j]!;
            }
          }
        }
        const got = productOf(a, b, c, [m, n, k], flip);
        assertEquals(got, expected, `${m} x ${k} x ${n}, flip ${flip}`);
      }
    }
  }
});

Deno.test("multiplyAdd() gives a row the same bits wherever it lies, among how many it may be", () => {
  const [m, n, k] = [43, 13, 300];
  const a = Float32Array.from({ length: m * k }, (_, i) => Math.sin(i * i));
  const b = Float32Array.from({ length: k * n }, (_, i) => Math.cos(i * i));
  const whole = productOf(a, b, new Float32Array(m * n), [m, n, k]);
  for (let i = 0; i < m; i++) {
    const row = productOf(a.slice(i * k, (i + 1) * k), b, new Float32Array(n), [1, n, k]);
    assertEquals(row, whole.slice(i * n, (i + 1) * n));
  }
});

Deno.test("multiplyAdd() of no inner index, no row or no column changes nothing", () => {
  assertEquals(productOf(wholes(0, 0), wholes(0, 0), wholes(6, 1), [2, 3, 0]), wholes(6, 1));
  for (const [m, n] of [[0, 2], [2, 0]] as const) {
    assertEquals(productOf(wholes(3 * m, 0), wholes(3 * n, 0), wholes(0, 0), [m, n, 3]).length, 0);
  }
});

Deno.test("reserve() gives arrays that do not overlap, however large", () => {
  const first = reserve({ a: 3, b: 5 });
  first.a.fill(1);
  first.b.fill(2);
  assertEquals([...first.a, ...first.b], [1, 1, 1, 2, 2, 2, 2, 2]);
  const { a, b } = reserve({ a: 100_001, b: 1_000_000 });
  a.fill(1);
  b.fill(2);
  assertEquals([a.length, b.length, a.at(-1), b.at(-1)], [100_001, 1_000_000, 1, 2]);
  assertEquals([a.byteOffset % 16, b.byteOffset % 16], [0, 0]);
});

Deno.test("putPanels() puts columns in panels, from a row on, transposed or not", () => {
  const [depth, first] = [14, 1];
  for (const [rows, columns] of [[2, 9], [4, 8], [7, 21], [13, 3]] as const) {
    const values = Float32Array.from({ length: rows * columns }, (_, i) => i + 1);
    // Where WebAssembly reads and writes, and elsewhere.
    const areas = reserve({ source: values.length, panels: 8 * depth * columns });
    areas.source.set(values);
    for (const size of [4, 8]) {
      for (
        const [view, at] of [
          [asRows(columns), [columns, 1]],
          [asColumns(rows), [1, rows]],
        ] as const
      ) {
        const length = Math.ceil(columns / size) * size * depth;
        const expected = new Float32Array(length).fill(-1);
        for (let i = 0; i < rows; i++) {
          for (let j = 0; j < columns; j++) {
            const to = (j - j % size) * depth + (first + i) * size + j % size;
            expected[to] = values[i * at[0] + j * at[1]]!;
          }
        }
        for (
          const [panels, source] of [
            [new Float32Array(length), values],
            [areas.panels.subarray(0, length), areas.source],
          ] as const
        ) {
          panels.fill(-1);
          putPanels(panels, size, depth, source, view, rows, columns, first);
          assertEquals(panels, expected, `${rows} x ${columns}, ${size}, ${at}`);
        }
      }
    }
  }
});

Deno.test("take() copies rows of any width, transposed or not", () => {
  for (const [columns, width] of [[3, 3], [3, 4], [37, 40], [70, 72]] as const) {
    const rows = wholes(2 * width, 0);
    for (
      const [view, at] of [[asRows(columns), [columns, 1]], [asColumns(2), [1, 2]]] as const
    ) {
      const back = new Float32Array(2 * columns), expected = new Float32Array(2 * columns);
      for (let i = 0; i < 2; i++) {
        for (let j = 0; j < columns; j++) expected[i * at[0] + j * at[1]] = rows[i * width + j]!;
      }
      take(back, view, rows, width, 2, columns);
      assertEquals(back, expected);
    }
  }
});

Deno.test("sigmoid() and tanh() have float32 accuracy everywhere", () => {
  for (let x = -30; x <= 30; x += 0.001) {
    const exact = 1 / (1 + Math.exp(-x));
    assert(Math.abs(sigmoid(x) - exact) <= 3e-8 * exact, `sigmoid(${x})`);
    assert(Math.abs(tanh(x) - Math.tanh(x)) <= 3e-8 * Math.abs(Math.tanh(x)) + 1e-15, `tanh(${x})`);
  }
});

Deno.test("stepForward() has the bits of sigmoid() and tanh(), whatever the number of units", () => {
  const odd = [NaN, Infinity, -Infinity, 0, -0, 1e-40, 88.8, -88.8, 1e30, -1e30, 0.5, -3];
  for (const hidden of [1, 2, 5, 12]) {
    const rows = 3, row = 4 * hidden + 1;
    const lengths = { gates: rows * row, hiddens: rows * hidden, cells: rows * hidden };
    const { gates, hiddens, cells, trace } = reserve({ ...lengths, trace: rows * 7 * hidden + 1 });
    gates.forEach((_, i) => gates[i] = odd[i * 5 % 12]! * (i < row ? 1 : Math.sin(i)));
    hiddens.forEach((_, i) => hiddens[i] = Math.cos(i));
    cells.forEach((_, i) => cells[i] = Math.sin(i * i));
    trace.fill(-7);
    const before = [hiddens.slice(), cells.slice()] as const;
    const [h, c, expected] = [hiddens.slice(), cells.slice(), trace.slice()];
    for (let k = 0; k < rows; k++) {
      for (let j = 0; j < hidden; j++) {
        const gate = (n: number) => gates[k * row + n * hidden + j]!, at = k * hidden + j;
        const [i, f, g, o] = [sigmoid(gate(0)), sigmoid(gate(1)), tanh(gate(2)), sigmoid(gate(3))];
        const cell = f * before[1][at]! + i * g;
        [i, f, g, o, tanh(cell), before[1][at]!, before[0][at]!].forEach((value, part) =>
          expected[(k * 7 + part) * hidden + j] = value
        );
        c[at] = cell;
        h[at] = o * tanh(cell);
      }
    }
    const addresses = [gates, hiddens, cells, trace].map(({ byteOffset }) => byteOffset);
    stepForward()(addresses[0]!, 4 * row, ...addresses.slice(1), 4 * hidden, rows);
    assertEquals([hiddens, cells, trace], [h, c, expected]);
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

Deno.test("lstmBackward() has no denormal gradient, on which a processor is slow, at any step", () => {
  const [time, input, hidden] = [500, 3, 4];
  const spread = (size: number, scale: number) => wholes(size, 0).map((value) => value * scale);
  const arrays = {
    x: spread(time * input, 0.2),
    weightIh: spread(4 * hidden * input, 0.05),
    weightHh: spread(4 * hidden * hidden, 0.05),
    bias: spread(4 * hidden, 0.05),
    lengths: Int32Array.of(time),
  };
  const walk = { batch: 1, time, reverse: false, timeMajor: false };
  const shape = { input, hidden, walk, output: "final" } as const;
  const { trace } = lstmForward(arrays, shape);
  const { x } = lstmBackward(arrays, trace, new Float32Array(hidden).fill(1), shape, true);
  const isDenormal = (value: number) => value !== 0 && Math.abs(value) < 2 ** -126;
  assertEquals(x!.filter(isDenormal).length, 0);
  // They fade to nothing: without a bound some would be denormal on the way.
  assertEquals(x!.slice(0, input), new Float32Array(input));
  assert(x!.slice(-input).every((value) => value !== 0));
});

Deno.test("lstmBackward() adds up the gradients of its samples, over however many rows", () => {
  const [batch, time, input, hidden] = [30, 20, 5, 3];
  const waves = (size: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(i * i));
  const weights = {
    weightIh: waves(4 * hidden * input),
    weightHh: waves(4 * hidden * hidden),
    bias: waves(4 * hidden),
  };
  const x = waves(batch * time * input);
  const lengths = Array.from({ length: batch }, (_, i) => time - i % 4);
  const gradients = (x: Float32Array, lengths: number[]) => {
    const arrays = { x, lengths: Int32Array.from(lengths), ...weights };
    const walk = { batch: lengths.length, time, reverse: false, timeMajor: false };
    const shape = { input, hidden, walk, output: "sequence" } as const;
    const { trace, value } = lstmForward(arrays, shape);
    return lstmBackward(arrays, trace, new Float32Array(value.length).fill(1), shape, true);
  };
  const whole = gradients(x, lengths);
  const sums = [whole.weightIh, whole.weightHh, whole.bias].map((sum) =>
    new Float64Array(sum.length)
  );
  lengths.forEach((length, i) => {
    const at = i * time * input;
    const own = gradients(x.slice(at, at + time * input), [length]);
    [own.weightIh, own.weightHh, own.bias].forEach((part, p) =>
      part.forEach((value, j) => sums[p]![j]! += value)
    );
    own.x!.forEach((value, j) => assertAlmostEquals(whole.x![at + j]!, value, 1e-6));
  });
  [whole.weightIh, whole.weightHh, whole.bias].forEach((part, p) =>
    part.forEach((value, j) => assertAlmostEquals(value, sums[p]![j]!, 1e-4))
  );
});
