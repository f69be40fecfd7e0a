import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import {
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

Deno.test("gelu() of NaN is NaN, and its derivative too [cpu]", async () => {
  await openEngine({ engine: "cpu" });
  tf.tidy(() => {
    const x = tf.tensor1d([NaN, 1]);
    const [value, slope] = [gelu(x), tf.grad((x) => gelu(x))(x)].map((y) => y.dataSync());
    assert(Number.isNaN(value![0]) && Number.isNaN(slope![0]));
    assert(Number.isFinite(value![1]) && Number.isFinite(slope![1]));
  });
});
