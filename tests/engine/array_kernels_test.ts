/** Ops whose kernels an engine may replace, against plain loops. */

import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { forEachEngine } from "./engines.ts";

/** Numbers without any generator, in [-1, 1], none near 0. */
function waves(size: number, shift: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => {
    const value = Math.sin(i * i + shift);
    return value + Math.sign(value) * 0.1;
  });
}

function onEachEngine(name: string, test: () => void): void {
  forEachEngine(name, () => tf.tidy(test));
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** A tensor of waves, and its entry at an index of a shape that it is broadcast to. */
function operand(shape: number[], shift: number): [tf.Tensor, (index: number[]) => number] {
  const values = waves(sizeOf(shape), shift);
  const at = (index: number[]) => {
    const own = index.slice(index.length - shape.length);
    return values[own.reduce((sum, n, i) => sum * shape[i]! + (shape[i] === 1 ? 0 : n), 0)]!;
  };
  return [tf.tensor(values, shape), at];
}

/** All indices of a shape, the last axis fastest. */
function* indices(shape: readonly number[]): Generator<number[]> {
  for (let i = 0; i < sizeOf(shape); i++) {
    let rest = i;
    yield shape.toReversed().map((n) => {
      const own = rest % n;
      rest = Math.floor(rest / n);
      return own;
    }).reverse();
  }
}

function assertNear(got: tf.Tensor, shape: number[], expected: Iterable<number>) {
  assertEquals(got.shape, shape);
  const values = got.dataSync();
  let i = 0;
  for (const value of expected) assertAlmostEquals(values[i++]!, value, 1e-5);
  assertEquals(i, values.length);
}

const BROADCASTS: [a: number[], b: number[], out: number[]][] = [
  [[2, 3, 4], [2, 3, 4], [2, 3, 4]],
  [[2, 3, 4], [], [2, 3, 4]],
  [[1, 1], [3], [1, 3]],
  [[2, 3, 4], [4], [2, 3, 4]],
  [[2, 3, 1], [2, 3, 4], [2, 3, 4]],
  [[3, 1], [2, 1, 4], [2, 3, 4]],
  [[2, 1, 3, 1], [4, 1, 5], [2, 4, 3, 5]],
  // Rows that a kernel may take in pieces, with what is left of them.
  [[3, 131], [3, 131], [3, 131]],
  [[3, 67], [], [3, 67]],
  [[], [3, 67], [3, 67]],
  [[3, 131], [131], [3, 131]],
  [[3, 1], [3, 131], [3, 131]],
  [[3, 65], [3, 1], [3, 65]],
];

onEachEngine("arithmetic broadcasts any two shapes", () => {
  for (const [aShape, bShape, shape] of BROADCASTS) {
    const [a, aAt] = operand(aShape, 1), [b, bAt] = operand(bShape, 2);
    const expect = (f: (x: number, y: number) => number) =>
      indices(shape).map((index) => f(aAt(index), bAt(index)));
    assertNear(tf.add(a, b), shape, expect((x, y) => x + y));
    assertNear(tf.sub(a, b), shape, expect((x, y) => x - y));
    assertNear(tf.mul(a, b), shape, expect((x, y) => x * y));
    assertNear(tf.div(a, b), shape, expect((x, y) => x / y));
  }
});

onEachEngine("comparisons broadcast any two shapes, and are false of NaN", () => {
  for (const [aShape, bShape, shape] of BROADCASTS) {
    const [a, aAt] = operand(aShape, 1), [b, bAt] = operand(bShape, 2);
    const expect = (f: (x: number, y: number) => boolean) =>
      indices(shape).map((index) => Number(f(aAt(index), bAt(index))));
    assertNear(tf.greaterEqual(a, b), shape, expect((x, y) => x >= y));
    assertNear(tf.greater(a, b), shape, expect((x, y) => x > y));
    assertNear(tf.less(a, b), shape, expect((x, y) => x < y));
  }
  const [x, y] = [tf.tensor1d([NaN, 1, 1, -0]), tf.tensor1d([1, NaN, 1, 0])];
  const compared = [tf.greaterEqual(x, y), tf.greater(x, y), tf.less(x, y)];
  assertEquals(compared.map((all) => [all.dtype, ...all.dataSync()]), [
    ["bool", 0, 0, 1, 1],
    ["bool", 0, 0, 0, 0],
    ["bool", 0, 0, 0, 0],
  ]);
});

onEachEngine("where() takes entries, NaN and infinities as they are", () => {
  const which = tf.tensor2d([1, 0, 1, 0], [2, 2], "bool");
  const [t, e] = [tf.tensor2d([[1, NaN], [Infinity, 4]]), tf.tensor2d([[NaN, 6], [7, -Infinity]])];
  assertEquals([...tf.where(which, t, e).dataSync()], [1, 6, Infinity, -Infinity]);
  // A condition of fewer axes chooses rows or is broadcast.
  const rows = tf.where(tf.tensor1d([1, 0], "bool"), tf.ones([2, 2]), tf.zeros([2, 2]));
  assertEquals(rows.shape, [2, 2]);
});

const FUNCTIONS: [apply: (x: tf.Tensor) => tf.Tensor, exact: (x: number) => number][] = [
  [tf.relu, (x) => x < 0 ? 0 : x],
  [(x) => tf.step(x, 0.5), (x) => Number.isNaN(x) ? x : x > 0 ? 1 : 0.5],
  [tf.square, (x) => x * x],
  [tf.abs, Math.abs],
  [tf.neg, (x) => -x],
  [tf.exp, Math.exp],
  [tf.sigmoid, (x) => 1 / (1 + Math.exp(-x))],
  [tf.tanh, Math.tanh],
];

onEachEngine("functions of entries have float32 accuracy", () => {
  const x = waves(403, 1).map((value) => 6 * value);
  for (const [apply, exact] of FUNCTIONS) {
    const got = apply(tf.tensor1d(x)).dataSync();
    x.forEach((value, i) =>
      assertAlmostEquals(got[i]!, exact(value), 4e-7 * (1 + Math.abs(exact(value))))
    );
    assertEquals(apply(tf.zeros([0, 3])).shape, [0, 3]);
  }
});

forEachEngine("functions of entries keep NaN, infinities and zeros [cpu]", ({ name }) => {
  if (name !== "cpu") return;
  tf.tidy(() => {
    const x = [NaN, Infinity, -Infinity, 0, 200, -200, 3e38];
    // Few of them, and many.
    for (const values of [x, Array.from({ length: 207 }, (_, i) => x[i % 7]!)]) {
      for (const [apply, exact] of FUNCTIONS) {
        const got = [...apply(tf.tensor1d(values)).dataSync()];
        assertEquals(got, values.map((value) => Math.fround(exact(value))), `${exact}`);
      }
    }
  });
});

onEachEngine("concat() and slice() take long pieces as they are", () => {
  const [x, at] = operand([2, 150], 3), [y, yAt] = operand([2, 70], 9);
  const both = tf.concat([x, y], 1);
  const expected = (from: number) => ([i, j]: number[]) =>
    j! + from < 150 ? at([i!, j! + from]) : yAt([i!, j! + from - 150]);
  assertNear(both, [2, 220], indices([2, 220]).map(expected(0)));
  assertNear(tf.slice(both, [0, 31], [2, 151]), [2, 151], indices([2, 151]).map(expected(31)));
});

onEachEngine("pad(), concat() and tile() put entries where they belong", () => {
  const [x, at] = operand([2, 3, 4], 3), [y, yAt] = operand([2, 3, 4], 9);
  for (
    const [before, after] of [[[0, 1, 0], [0, 0, 2]], [[2, 0, 1], [1, 0, 0]], [[0, 0, 0], [
      0,
      0,
      0,
    ]]]
  ) {
    const shape = [2, 3, 4].map((n, i) => before![i]! + n + after![i]!);
    const expected = indices(shape).map((index) => {
      const own = index.map((n, i) => n - before![i]!);
      return own.some((n, i) => n < 0 || n >= [2, 3, 4][i]!) ? 7 : at(own);
    });
    const paddings = before!.map((n, i): [number, number] => [n, after![i]!]);
    assertNear(tf.pad(x, paddings, 7), shape, expected);
  }
  for (const axis of [0, 1, 2, -1]) {
    const own = axis < 0 ? 2 : axis, size = [2, 3, 4][own]!;
    const shape = [2, 3, 4].with(own, 2 * size);
    const expected = indices(shape).map((index) => {
      const n = index[own]!;
      return n < size ? at(index) : yAt(index.with(own, n - size));
    });
    const empty = tf.zeros([2, 3, 4].with(own, 0));
    assertNear(tf.concat([x, empty, y], axis), shape, expected);
  }
  for (const reps of [[1, 1, 1], [2, 1, 3], [1, 2, 1]]) {
    const shape = [2, 3, 4].map((n, i) => n * reps[i]!);
    const expected = indices(shape).map((index) => at(index.map((n, i) => n % [2, 3, 4][i]!)));
    assertNear(tf.tile(x, reps), shape, expected);
  }
  assertEquals(tf.concat([tf.zeros([0, 2]), tf.zeros([0, 2])]).shape, [0, 2]);
});

onEachEngine("arithmetic keeps whole numbers whole, and empty tensors empty", () => {
  const sum = tf.add(tf.tensor1d([1, 2], "int32"), tf.scalar(3, "int32"));
  assertEquals([sum.dtype, ...sum.dataSync()], ["int32", 4, 5]);
  assertEquals(tf.mul(tf.zeros([0, 3]), tf.ones([1, 3])).shape, [0, 3]);
  assertEquals(tf.mul(tf.zeros([2, 0]), tf.ones([2, 1])).shape, [2, 0]);
});

onEachEngine("slice() and split() take any part along any axis", () => {
  const [x, at] = operand([3, 4, 5], 3);
  for (const begin of [[0, 0, 0], [1, 0, 0], [0, 1, 2], [2, 3, 4], [1, 2, 0]]) {
    const shape = [3, 4, 5].map((n, i) => Math.min(2, n - begin[i]!));
    const expected = indices(shape).map((index) => at(index.map((n, i) => n + begin[i]!)));
    assertNear(tf.slice(x, begin, shape), shape, expected);
  }
  for (const axis of [0, 1, 2, -1]) {
    const own = axis < 0 ? 2 : axis;
    const sizes = [[1, 2], [1, 0, 3], [2, 3]][own]!;
    let start = 0;
    for (const [i, part] of tf.split(x, sizes, axis).entries()) {
      const shape = [3, 4, 5].with(own, sizes[i]!), from = start;
      const expected = indices(shape).map((index) => at(index.with(own, index[own]! + from)));
      assertNear(part, shape, expected);
      start += sizes[i]!;
    }
  }
});

onEachEngine("transpose() takes every order of the axes", () => {
  const [x, at] = operand([2, 3, 4], 4);
  for (const order of [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]) {
    const shape = order.map((axis) => [2, 3, 4][axis]!);
    const expected = indices(shape).map((index) =>
      at([0, 1, 2].map((n) => index[order.indexOf(n)]!))
    );
    assertNear(tf.transpose(x, order), shape, expected);
  }
});

onEachEngine("mean() divides the sum over any axes", () => {
  for (const sizes of [[3, 4, 5], [3, 2, 71]]) {
    const [x, at] = operand(sizes, 5);
    for (const axes of [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]]) {
      const shape = sizes.map((n, axis) => axes.includes(axis) ? 1 : n);
      const over = sizes.map((n, axis) => axes.includes(axis) ? n : 1);
      const expected = indices(shape).map((index) => {
        const all = [...indices(over)].map((offset) => at(index.map((n, i) => n + offset[i]!)));
        return all.reduce((a, b) => a + b) / all.length;
      });
      assertNear(tf.mean(x, axes, true), shape, expected);
    }
  }
});

forEachEngine("a row has the same sum among others as alone, to the bit [cpu]", ({ name }) => {
  if (name !== "cpu") return;
  tf.tidy(() => {
    const values = waves(3 * 71, 2), all = tf.sum(tf.tensor2d(values, [3, 71]), 1).dataSync();
    const alone = [0, 1, 2].map((i) =>
      tf.sum(tf.tensor1d(values.slice(71 * i, 71 * (i + 1)))).dataSync()[0]!
    );
    assertEquals([...all], alone);
    assertEquals(tf.sum(tf.tensor1d([...values, NaN])).dataSync()[0], NaN);
  });
});

onEachEngine("softmax() of rows sums to 1, whatever their size", () => {
  const x = tf.tensor2d([[1, 2, 3], [1000, 1000, 1000], [-1e9, 0, -1e9]]);
  const [a, b, c] = [1, 2, 3].map((n) => Math.exp(n) / (Math.exp(1) + Math.exp(2) + Math.exp(3)));
  assertNear(tf.softmax(x), [3, 3], [a!, b!, c!, 1 / 3, 1 / 3, 1 / 3, 0, 1, 0]);
});

onEachEngine("softmax() of a row among others is the exact one, of any size and height", () => {
  for (const width of [1, 2, 151, 200]) {
    for (const height of [0, -30]) {
      const [x, at] = operand([3, width], 4);
      const expected = indices([3, width]).map(([i, j]) => {
        const all = Array.from({ length: width }, (_, n) => Math.exp(4 * at([i!, n])));
        return all[j!]! / all.reduce((a, b) => a + b);
      });
      assertNear(tf.softmax(tf.add(tf.mul(x, 4), height)), [3, width], expected);
    }
  }
});

forEachEngine(
  "softmax() has the same bits in one row as in many, and NaN in its row alone [cpu]",
  ({
    name,
  }) => {
    if (name !== "cpu") return;
    tf.tidy(() => {
      const values = waves(3 * 71, 2).map((value) => 9 * value - 40);
      const rows = [0, 1, 2].map((i) => values.slice(71 * i, 71 * (i + 1)));
      const all = tf.softmax(tf.tensor2d(values, [3, 71])).dataSync();
      const alone = rows.flatMap((row) => [...tf.softmax(tf.tensor1d(row)).dataSync()]);
      assertEquals([...all], alone);
      values[80] = NaN;
      const spoilt = tf.softmax(tf.tensor2d(values, [3, 71])).dataSync();
      assertEquals([...spoilt.subarray(0, 71)], alone.slice(0, 71));
      assertEquals([...spoilt.subarray(71, 142)], new Array(71).fill(NaN));
      assertEquals([...spoilt.subarray(142)], alone.slice(142));
    });
  },
);

onEachEngine("gather() picks rows, and its gradient adds up those picked twice", () => {
  const [x, at] = operand([4, 2, 3], 6);
  const picked = tf.tensor1d([3, 0, 3], "int32");
  const expected = indices([3, 2, 3]).map(([i, ...rest]) => at([[3, 0, 3][i!]!, ...rest]));
  assertNear(tf.gather(x, picked), [3, 2, 3], expected);
  const weight = tf.tensor3d([1, 10, 100], [3, 1, 1]);
  const gradient = tf.grad((x) => tf.sum(tf.mul(tf.gather(x, picked), weight)))(x);
  const times = indices([4, 2, 3]).map(([i]) => [10, 0, 0, 101][i!]!);
  assertNear(gradient, [4, 2, 3], times);
});

onEachEngine("tensorScatterUpdate() puts rows at their numbers, the last of several", () => {
  const [x, at] = operand([5, 2, 3], 6), [rows, rowAt] = operand([3, 2, 3], 9);
  const expected = indices([5, 2, 3]).map(([i, ...rest]) =>
    i === 4 ? rowAt([2, ...rest]) : i === 1 ? rowAt([1, ...rest]) : at([i!, ...rest])
  );
  const numbers = tf.tensor2d([4, 1, 4], [3, 1], "int32");
  assertNear(tf.tensorScatterUpdate(x, numbers, rows), [5, 2, 3], expected);
  const one = tf.tensorScatterUpdate(tf.zeros([2, 2]), [[1, 0]], tf.tensor1d([7]));
  assertEquals([...one.dataSync()], [0, 0, 7, 0]);
});

onEachEngine("whole numbers and truths that are cast are numbers to every kernel", () => {
  const truths = Array.from({ length: 600 }, (_, i) => i % 3 === 0 ? 1 : 0);
  for (const dtype of ["bool", "int32"] as const) {
    const x = tf.cast(tf.tensor2d(truths, [4, 150], dtype), "float32"), y = tf.ones([4, 150]);
    const expect = (f: (x: number) => number) => truths.map(f);
    assertNear(tf.mul(x, 3), [4, 150], expect((x) => 3 * x));
    assertNear(tf.sub(y, x), [4, 150], expect((x) => 1 - x));
    assertNear(tf.exp(x), [4, 150], expect(Math.exp));
    assertNear(tf.sum(x, 1), [4], [50, 50, 50, 50]);
    assertNear(tf.sum(tf.sum(x, 0)), [], [200]);
    assertNear(tf.sum(tf.concat([x, y], 1)), [], [800]);
    const product = tf.matMul(x, tf.ones([150, 9])), own = tf.matMul(y, x, false, true);
    assertNear(product, [4, 9], new Array(36).fill(50));
    assertNear(own, [4, 4], new Array(16).fill(50));
  }
});

onEachEngine("matMul() takes one matrix for a whole batch, on either side", () => {
  const [many, manyAt] = operand([2, 3, 4], 7), [one, oneAt] = operand([1, 4, 5], 8);
  const [square, squareAt] = operand([1, 3, 3], 9);
  const sum = (n: number, term: (q: number) => number) =>
    Array.from({ length: n }, (_, q) => term(q)).reduce((a, b) => a + b);
  const right = indices([2, 3, 5]).map(([i, row, column]) =>
    sum(4, (q) => manyAt([i!, row!, q]) * oneAt([0, q, column!]))
  );
  assertNear(tf.matMul(many, one), [2, 3, 5], right);
  const left = indices([2, 3, 4]).map(([i, row, column]) =>
    sum(3, (q) => squareAt([0, row!, q]) * manyAt([i!, q, column!]))
  );
  assertNear(tf.matMul(square, many), [2, 3, 4], left);
});
