import { assert, assertEquals } from "@std/assert";
import { lstm, tf } from "../../lib/engine/mod.ts";
import { OPERATORS } from "../../lib/export/operators/mod.ts";
import { type Score, tryFormula } from "./try_network.ts";

/** [batch, …] → [batch], with a weight of its own for each number, so that none is lost. */
function summed(x: tf.Tensor): tf.Tensor1D {
  const rows = tf.reshape(tf.cast(x, "float32"), [x.shape[0]!, -1]);
  const weights = tf.cos(tf.range(1, rows.shape[1]! + 1));
  return tf.sum(tf.mul(rows, weights), 1);
}

function above(x: tf.Tensor, value = 0): tf.Tensor {
  return tf.greater(x, value);
}

/** int32 [batch, 4, 3] from -2 to 2 */
function whole(x: tf.Tensor): tf.Tensor {
  return tf.cast(tf.round(tf.mul(x, 2)), "int32");
}

/** [4, 3] of numbers, none of which is another. */
function table(): tf.Tensor {
  return tf.sin(tf.reshape(tf.range(0, 12), [4, 3]));
}

/** By kernel what makes it; every operator that there is. */
const FORMULAS: Readonly<Record<string, readonly Score[]>> = {
  Abs: [(x) => tf.abs(x), (x) => tf.abs(whole(x))],
  Add: [(x) => tf.add(x, table()), (x) => tf.add(whole(x), tf.scalar(2, "int32"))],
  AddN: [(x) => tf.addN([x, x, tf.mul(x, 3)])],
  All: [(x) => tf.all(above(x), 1), (x) => tf.all(above(x, -0.5), [1, 2])],
  Any: [(x) => tf.any(above(x, 0.5), 1, true)],
  ArgMax: [(x) => tf.argMax(x, 1), (x) => tf.argMax(x, -1)],
  ArgMin: [(x) => tf.argMin(x, 1)],
  Atan: [(x) => tf.atan(x)],
  BatchMatMul: [
    (x) => tf.matMul(x, x, false, true),
    (x) => tf.matMul(x, x, true),
    (x) => tf.matMul(tf.reshape(x, [-1, 3]), table(), false, true),
    (x) => tf.reshape(tf.matMul(tf.reshape(x, [-1, 3]), table(), false, true), [-1, 16]),
    (x) => tf.matMul(x, tf.reshape(table(), [1, 3, 4])),
  ],
  Cast: [(x) => tf.cast(x, "int32"), (x) => tf.cast(x, "bool"), (x) => tf.cast(above(x), "int32")],
  Ceil: [(x) => tf.ceil(tf.mul(x, 3))],
  ClipByValue: [(x) => tf.clipByValue(x, -0.3, 0.2)],
  Concat: [(x) => tf.concat([x, tf.mul(x, 2), tf.ones([x.shape[0]!, 1, 3])], 1)],
  Cos: [(x) => tf.cos(x)],
  Cumsum: [(x) => tf.cumsum(x, 1), (x) => tf.cumsum(x, 2, true, true)],
  Einsum: [(x) => tf.einsum("bti,ti->bt", x, table())],
  Elu: [(x) => tf.elu(x)],
  Equal: [(x) => tf.equal(whole(x), tf.scalar(1, "int32"))],
  Erf: [(x) => tf.erf(x)],
  Exp: [(x) => tf.exp(x)],
  ExpandDims: [(x) => tf.expandDims(x, 2)],
  Expm1: [(x) => tf.expm1(x)],
  Floor: [(x) => tf.floor(tf.mul(x, 3))],
  FloorDiv: [(x) => tf.floorDiv(whole(x), tf.scalar(2, "int32"))],
  GatherNd: [(x, lengths) => {
    const last = tf.sub(lengths, tf.scalar(1, "int32"));
    return tf.gatherND(x, tf.stack([tf.range(0, x.shape[0], 1, "int32"), last], 1));
  }],
  GatherV2: [
    (x) => tf.reshape(tf.gather(table(), tf.reshape(tf.abs(whole(x)), [-1])), [-1, 36]),
    (x) => tf.gather(x, tf.tensor1d([2, 0, 0, 3], "int32"), 1),
    (x, lengths) => tf.gather(x, tf.reshape(tf.sub(lengths, tf.scalar(1, "int32")), [-1, 1]), 1, 1),
    (x) => tf.gather(x, tf.reshape(tf.abs(whole(x)), [x.shape[0]!, 12]), 2, 1),
  ],
  Greater: [(x) => above(x)],
  GreaterEqual: [(x) => tf.greaterEqual(whole(x), tf.scalar(1, "int32"))],
  Identity: [(x) => tf.clone(x)],
  IsFinite: [(x) => tf.isFinite(tf.log(x))],
  IsNan: [(x) => tf.isNaN(tf.log(x))],
  LeakyRelu: [(x) => tf.leakyRelu(x, 0.3)],
  Less: [(x) => tf.less(whole(x), tf.scalar(1, "int32"))],
  LessEqual: [(x) => tf.lessEqual(x, table())],
  Log: [(x) => tf.log(tf.add(x, 2))],
  Log1p: [(x) => tf.log1p(tf.abs(x))],
  LogSoftmax: [(x) => tf.logSoftmax(x)],
  LogicalAnd: [(x) => tf.logicalAnd(above(x), above(table()))],
  LogicalNot: [(x) => tf.logicalNot(above(x))],
  LogicalOr: [(x) => tf.logicalOr(above(x), above(table()))],
  Max: [(x) => tf.max(x, 1), (x) => tf.max(whole(x), [1, 2])],
  Maximum: [(x) => tf.maximum(x, table()), (x) => tf.maximum(whole(x), tf.scalar(1, "int32"))],
  Mean: [
    (x) => tf.mean(x, 1),
    (x) => tf.add(tf.mean(x, [0, 1]), x),
    (x) => tf.mean(whole(x), 1, true),
  ],
  Min: [(x) => tf.min(x, 1)],
  Minimum: [(x) => tf.minimum(x, table())],
  MirrorPad: [(x) => tf.mirrorPad(x, [[0, 0], [1, 2], [0, 1]], "reflect")],
  Multiply: [(x) => tf.mul(x, table()), (x) => tf.mul(whole(x), whole(x))],
  Neg: [(x) => tf.neg(x)],
  NotEqual: [(x) => tf.notEqual(x, 0)],
  OneHot: [(x) => tf.oneHot(tf.abs(whole(x)) as tf.Tensor3D, 3, 5, -1)],
  OnesLike: [(x) => tf.add(x, tf.onesLike(x))],
  Pack: [(x) => tf.stack([x, tf.neg(x)], 2)],
  PadV2: [
    (x) => tf.pad(x, [[0, 0], [1, 2], [0, 1]], 0.5),
    (x) => tf.pad(whole(x), [[0, 0], [1, 0], [0, 0]]),
  ],
  Pow: [(x) => tf.pow(tf.abs(x), 1.5)],
  Prelu: [(x) => tf.prelu(x as tf.Tensor, tf.tensor1d([0.1, 0.2, 0.3]))],
  Prod: [(x) => tf.prod(x, 1)],
  RealDiv: [(x) => tf.div(x, tf.add(table(), 3))],
  Reciprocal: [(x) => tf.reciprocal(tf.add(x, 2))],
  Relu: [(x) => tf.relu(x)],
  Relu6: [(x) => tf.relu6(tf.mul(x, 10))],
  Reshape: [
    (x) => tf.reshape(tf.reshape(x, [2, -1, 6]), [-1, 4, 3]),
    (x) => tf.reshape(x, [x.shape[0]!, 2, 6]),
  ],
  Reverse: [(x) => tf.reverse(x, [1]), (x) => tf.reverse(x, [1, 2])],
  Round: [(x) => tf.round(tf.mul(x, 4))],
  Rsqrt: [(x) => tf.rsqrt(tf.add(x, 2))],
  Select: [
    (x) => tf.where(above(x), x, table()),
    (x) => tf.where(above(x), whole(x), tf.zerosLike(whole(x))),
  ],
  Selu: [(x) => tf.selu(x)],
  Sigmoid: [(x) => tf.sigmoid(x)],
  Sign: [(x) => tf.sign(x)],
  Sin: [(x) => tf.sin(x)],
  Slice: [
    (x) => tf.slice(x, [0, 1, 0], [x.shape[0], 2, 3]),
    (x) => tf.add(x, tf.sum(tf.slice(x, [0, 0, 1], [x.shape[0], 2, 1]))),
  ],
  Softmax: [(x) => tf.softmax(x), (x) => tf.softmax(tf.mul(x, 9), 2)],
  Softplus: [(x) => tf.softplus(x)],
  SplitV: [
    (x) => tf.mul(...tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor]),
    (x) => tf.split(x, [1, 3], 1)[1]!,
  ],
  Sqrt: [(x) => tf.sqrt(tf.abs(x))],
  Square: [(x) => tf.square(x)],
  SquaredDifference: [(x) => tf.squaredDifference(x, table())],
  Sub: [(x) => tf.sub(table(), x)],
  Sum: [(x) => tf.sum(x, 1), (x) => tf.sum(above(x), 2, true), (x) => tf.add(tf.sum(x), x)],
  Tan: [(x) => tf.tan(x)],
  Tanh: [(x) => tf.tanh(x)],
  Tile: [
    (x) => tf.tile(x, [1, 2, 3]),
    (x) => tf.add(x, tf.tile(tf.expandDims(table(), 0), [x.shape[0], 1, 1])),
  ],
  Transpose: [(x) => tf.transpose(x, [0, 2, 1])],
  Unpack: [(x) => tf.mul(...tf.unstack(x, 1).slice(1, 3) as [tf.Tensor, tf.Tensor])],
  ZerosLike: [(x) => tf.add(x, tf.zerosLike(x))],
  _FusedMatMul: ["linear", "relu", "sigmoid"].map((activation): Score => (x) => {
    const [a, b, bias] = [
      tf.reshape(x, [-1, 12]),
      tf.reshape(table(), [12, 1]),
      tf.tensor1d([0.5]),
    ];
    return tf.fused.matMul({ a, b, bias, activation: activation as "relu" });
  }),
  FusedLstm: (["final", "sequence", "states", "cell"] as const).flatMap((output) =>
    [false, true].flatMap((reverse) =>
      [false, true].map((timeMajor): Score => (x, lengths) => {
        const weight = (rows: number, columns: number, start: number) =>
          tf.reshape(tf.sin(tf.range(start, start + rows * columns)), [
            rows,
            columns,
          ]) as tf.Tensor2D;
        const weights = {
          weightIh: weight(8, 3, 1),
          weightHh: weight(8, 2, 2),
          bias: tf.sin(tf.range(0, 8)),
        };
        const sequence = timeMajor ? tf.transpose(x, [1, 0, 2]) : x;
        const y: tf.Tensor = lstm(sequence, lengths, weights, { output, reverse, timeMajor });
        return timeMajor && y.rank === 3 ? tf.transpose(y, [1, 0, 2]) : y;
      })
    )
  ),
};

Deno.test("there is a formula for every operator", () => {
  assertEquals(Object.keys(FORMULAS).sort(), Object.keys(OPERATORS).sort());
});

for (const [kernel, scores] of Object.entries(FORMULAS)) {
  Deno.test(`${kernel} is the same in onnxruntime`, async () => {
    for (const score of scores) {
      try {
        const { difference } = await tryFormula((x, lengths) => summed(score(x, lengths)));
        assert(difference <= 1e-5);
      } catch (error) {
        throw new Error(`${score}`, { cause: error });
      }
    }
  });
}
