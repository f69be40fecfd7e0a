import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "../../lib/core/random.ts";
import { logDeterminant } from "../../lib/nn/log_determinant.ts";
import { rowNorm } from "../../lib/nn/norm.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import { normalWeights, redraw } from "../../lib/nn/redraw.ts";
import { forEachEngine } from "../engine/engines.ts";

/** A Aᵀ + I, row by row. */
function definite(n: number): number[] {
  const a = RandomStream.fromSeed(1).normalArray(n * n);
  return Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = i === j ? 1 : 0;
    for (let k = 0; k < n; k++) sum += a[i * n + k]! * a[j * n + k]!;
    return sum;
  });
}

forEachEngine(
  "logDeterminant() is ln of the product of a triangle, and its gradient the inverse",
  () => {
    tf.tidy(() => {
      // L Lᵀ of a triangle with 2, 3 and 0.5 on its diagonal
      const triangle = tf.tensor2d([[2, 0, 0], [1, 3, 0], [-1, 0.5, 0.5]]);
      const matrix = tf.matMul(triangle, triangle, false, true) as tf.Tensor2D;
      assertAlmostEquals(logDeterminant(matrix).dataSync()[0]!, 2 * Math.log(3), 1e-5);
      const values = tf.tensor2d(definite(4), [4, 4]);
      const gradient = tf.grad((x) => logDeterminant(x as tf.Tensor2D))(values);
      const product = tf.matMul(gradient as tf.Tensor2D, values).dataSync();
      product.forEach((value, at) => assertAlmostEquals(value, at % 5 === 0 ? 1 : 0, 1e-4));
    });
  },
);

forEachEngine("rowNorm() has a gradient of 0 where a row is 0, and the direction elsewhere", () => {
  tf.tidy(() => {
    const gradient = tf.grad((x) => tf.sum(rowNorm(x)))(tf.tensor2d([[3, -4], [0, 0]]));
    [0.6, -0.8, 0, 0].forEach((value, i) =>
      assertAlmostEquals(gradient.dataSync()[i]!, value, 1e-6)
    );
  });
});

Deno.test("redraw() draws what it is told to, the same for a name, and leaves the rest", () => {
  const make = () => {
    const parameters = new Parameters();
    parameters.add("a", [40, 30], new Float32Array(1200));
    parameters.add("b", [40], new Float32Array(40).fill(1));
    parameters.add("c", [2], Float32Array.of(5, 6));
    redraw(parameters, ["a", "b"], RandomStream.fromSeed(1), normalWeights(0.02));
    return parameters;
  };
  const [first, second] = [make(), make()];
  const [a, b, c] = ["a", "b", "c"].map((name) => [...first.get(name).dataSync()]);
  const deviation = Math.sqrt(a!.reduce((sum, value) => sum + value ** 2, 0) / 1200);
  assertAlmostEquals(deviation, 0.02, 2e-3);
  assertEquals(b, new Array(40).fill(0));
  assertEquals(c, [5, 6]);
  assertEquals([...second.get("a").dataSync()], a);
  first.dispose();
  second.dispose();
});
