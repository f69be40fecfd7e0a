import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { gelu } from "../../lib/nn/gelu.ts";
import { forEachEngine } from "../engine/engines.ts";

/** Φ by Simpson's rule: an oracle of its own. */
function normalCdf(x: number): number {
  const n = 2000, step = x / n;
  const density = (t: number) => Math.exp(-t * t / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(0) + density(x);
  for (let i = 1; i < n; i++) sum += (i % 2 === 0 ? 2 : 4) * density(i * step);
  return 0.5 + sum * step / 3;
}

const POINTS = [-6, -3, -1.5, -0.75, -0.1, 0, 0.1, 0.75, 1.5, 3, 6];

forEachEngine("gelu() is x Φ(x), and its tanh form within 5e-4 of that", () => {
  tf.tidy(() => {
    const [exact, tanh] = (["exact", "tanh"] as const)
      .map((form) => gelu(tf.tensor1d(POINTS), form).dataSync());
    POINTS.forEach((x, i) => {
      assertAlmostEquals(exact![i]!, x * normalCdf(x), 2e-6);
      assertAlmostEquals(tanh![i]!, x * normalCdf(x), 5e-4);
    });
    assert(tanh!.some((value, i) => Math.abs(value - exact![i]!) > 1e-4), "the forms differ");
  });
});

forEachEngine("gelu() has the gradient of finite differences, times what comes from above", () => {
  tf.tidy(() => {
    for (const form of ["exact", "tanh"] as const) {
      const of = (x: number[]) => gelu(tf.tensor1d(x), form).dataSync();
      const step = 0.01;
      const [up, down] = [step, -step].map((by) => of(POINTS.map((x) => x + by)));
      const gradient = tf.grad((x) => tf.mul(gelu(x, form), 3))(tf.tensor1d(POINTS)).dataSync();
      POINTS.forEach((_, i) =>
        assertAlmostEquals(gradient[i]!, 3 * (up![i]! - down![i]!) / (2 * step), 5e-4)
      );
    }
  });
});

forEachEngine("gelu() keeps the shape and stays finite far out", () => {
  tf.tidy(() => {
    const x = tf.tensor3d([-1e4, 0, 1e4, 1], [1, 2, 2]);
    for (const form of ["exact", "tanh"] as const) {
      const y = gelu(x, form);
      assertEquals(y.shape, [1, 2, 2]);
      assertEquals([...y.dataSync()].slice(0, 3).map((value) => value + 0), [0, 0, 1e4]);
      assert(tf.grad((x) => gelu(x, form))(x).dataSync().every(Number.isFinite));
    }
  });
});
