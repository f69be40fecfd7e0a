import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import {
  FUSED_ADAM,
  FUSED_GELU,
  FUSED_LAYER_NORM,
  FUSED_LAYER_NORM_GRADIENT,
  runFused,
} from "../../lib/engine/fused.ts";
import { gelu } from "../../lib/nn/gelu.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { forEachEngine } from "./engines.ts";

const X = Float32Array.from({ length: 42 }, (_, i) => 4 * Math.sin(i * i));

forEachEngine("runFused() has gelu and the layer normalization on cpu, and nothing elsewhere", ({
  name,
}) => {
  tf.tidy(() => {
    const x = tf.tensor2d(X, [6, 7]), scale = tf.ones([6, 1]), weight = tf.ones([7]);
    const outputs = [
      runFused(FUSED_GELU, { x }),
      runFused(FUSED_LAYER_NORM, { x, weight, bias: weight }, { epsilon: 0 }),
      runFused(FUSED_LAYER_NORM_GRADIENT, { dy: x, normal: x, scale, weight }),
    ].map((all) => all?.map(({ shape }) => shape) ?? null);
    const onCpu = [[[6, 7], [6, 7]], [[6, 7], [6, 7], [6, 1]], [[6, 7], [7], [7]]];
    assertEquals(outputs, name === "cpu" ? onCpu : [null, null, null]);
    assertEquals(runFused("NoSuchKernel", { x }), null);
  });
});

Deno.test("gelu() has the same bits of few numbers as of many [cpu]", async () => {
  await openEngine({ engine: "cpu" });
  tf.tidy(() => {
    const x = Float32Array.from({ length: 207 }, (_, i) => 6 * Math.sin(i * i));
    x.set([NaN, Infinity, -Infinity, 0, 1e30, -1e30]);
    const valuesOf = (of: Float32Array) =>
      runFused(FUSED_GELU, { x: tf.tensor1d(of) })!.map((tensor) => [...tensor.dataSync()]);
    const [value, slope] = valuesOf(x);
    const few = Array.from({ length: 9 }, (_, i) => valuesOf(x.slice(23 * i, 23 * (i + 1))));
    assertEquals(value, few.flatMap(([value]) => value!));
    assertEquals(slope, few.flatMap(([, slope]) => slope!));
  });
});

Deno.test("gelu() of NaN is NaN, and its derivative too [cpu]", async () => {
  await openEngine({ engine: "cpu" });
  tf.tidy(() => {
    const x = tf.tensor1d([NaN, 1]);
    const [value, slope] = [gelu(x), tf.grad((x) => gelu(x))(x)].map((y) => y.dataSync());
    assert(Number.isNaN(value![0]) && Number.isNaN(slope![0]));
    assert(Number.isFinite(value![1]) && Number.isFinite(slope![1]));
  });
});

Deno.test("Adam is what float64 gives, of any number of entries, wherever they lie [cpu]", async () => {
  await openEngine({ engine: "cpu" });
  const settings = { learningRate: 0.1, l2: 0.3, decoupled: 0.2, beta1: 0.9, beta2: 0.99 };
  const epsilon = 1e-8, tiny = 1e-33;
  for (const count of [1, 2, 7, 1001, 40_001]) {
    tf.tidy(() => {
      const numbers = (shift: number) =>
        Float32Array.from(
          { length: count },
          (_, i) => i % 5 === 4 ? tiny : Math.sin(i * i + shift),
        );
      const [variable, first] = [numbers(1), numbers(2)];
      const second = numbers(3).map(Math.abs), constant = Math.fround(0.3);
      const got = runFused(FUSED_ADAM, {
        ...{ variable: tf.tensor1d(variable), first: tf.tensor1d(first) },
        // A constant is not in the memory of WebAssembly.
        ...{ second: tf.tensor1d(second), gradient: tf.fill([count], constant) },
        ...{ firstCorrection: tf.scalar(0.5), secondCorrection: tf.scalar(0.25) },
        rate: tf.scalar(0.5),
      }, { ...settings, epsilon })!.map((tensor) => tensor.dataSync());
      const expected = Array.from(variable, (w, i) => {
        const g = constant + 0.3 * w;
        const m = first[i]! + (1 - 0.9) * (g - first[i]!);
        const v = second[i]! + (1 - 0.99) * (g * g - second[i]!);
        const step = 0.05 / 0.5 * m / (Math.sqrt(v) * 4 + epsilon);
        return [w - 0.05 * 0.2 * w - step, Math.abs(m) < 1e-30 ? 0 : m, v < 1e-30 ? 0 : v];
      });
      got.forEach((values, n) =>
        assertEquals(values, Float32Array.from(expected, (all) => all[n]!), `${count}: ${n}`)
      );
    });
  }
});

Deno.test("Adam takes moments for 0 that would soon be denormal, and NaN stays NaN [cpu]", async () => {
  await openEngine({ engine: "cpu" });
  tf.tidy(() => {
    const inputs = {
      variable: tf.tensor1d([1, 1, 1]),
      first: tf.tensor1d([1e-31, -1e-31, NaN]),
      second: tf.tensor1d([1e-31, 1e-29, NaN]),
      gradient: tf.tensor1d([0, 0, 1]),
      firstCorrection: tf.scalar(1),
      secondCorrection: tf.scalar(1),
    };
    const settings = { learningRate: 0.1, l2: 0, decoupled: 0, beta1: 0.5, beta2: 0.5 };
    const [, mean, square] = runFused(FUSED_ADAM, inputs, { ...settings, epsilon: 1e-8 })!
      .map((tensor) => [...tensor.dataSync()]);
    assertEquals(mean, [0, 0, NaN]);
    assertEquals(square, [0, Math.fround(5e-30), NaN]);
  });
});
