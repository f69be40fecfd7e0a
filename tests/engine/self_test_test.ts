import { assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { EngineError } from "../../lib/core/errors.ts";
import { FUSED_LSTM_GRADIENT } from "../../lib/engine/lstm.ts";
import { selfTest } from "../../lib/engine/self_test.ts";
import { PHILOX_UNIFORM } from "../../lib/engine/uniform.ts";
import { forEachEngine } from "./engines.ts";
import { WEBGPU } from "./webgpu.ts";

/** Runs `test` while a kernel's results pass through `spoil`. */
async function withSpoiltKernel(
  kernelName: string,
  spoil: (result: tf.TensorInfo | tf.TensorInfo[]) => tf.TensorInfo | tf.TensorInfo[],
  test: () => Promise<unknown>,
): Promise<void> {
  const backendName = tf.getBackend();
  const config = tf.getKernel(kernelName, backendName);
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ ...config, kernelFunc: (args) => spoil(config.kernelFunc(args)) });
  try {
    await test();
  } finally {
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel(config);
  }
}

forEachEngine("selfTest() passes", async (engine) => {
  await selfTest(engine.name);
}, WEBGPU);

forEachEngine("selfTest() names the op that gives wrong numbers", async (engine) => {
  const cases = [
    [tf.BatchMatMul, "matMul"],
    [tf.Softmax, "softmax"],
    [tf.GatherV2, "gather"],
    [FUSED_LSTM_GRADIENT, "lstm"],
    [PHILOX_UNIFORM, "uniform"],
  ] as const;
  for (const [kernel, op] of cases) {
    const wrong = (info: tf.TensorInfo) =>
      tf.tidy(() => tf.add(tf.engine().makeTensorFromTensorInfo(info), 1e-4));
    await withSpoiltKernel(
      kernel,
      (result) => Array.isArray(result) ? result.map(wrong) : wrong(result),
      () =>
        assertRejects(
          () => selfTest(engine.name),
          EngineError,
          `Cannot use the engine "${engine.name}": its self-test of "${op}" gave`,
        ),
    );
  }
}, WEBGPU);

forEachEngine("selfTest() names the op that fails, with the cause", async (engine) => {
  function fail(): never {
    throw new Error("out of shaders");
  }
  await withSpoiltKernel(tf.Softmax, fail, async () => {
    await assertRejects(
      () => selfTest(engine.name),
      EngineError,
      `its self-test of "softmax" failed: out of shaders`,
    );
  });
}, WEBGPU);

forEachEngine("selfTest() takes numbers that are not finite as wrong", async (engine) => {
  await withSpoiltKernel(tf.Softmax, () => tf.fill([2, 3], NaN), async () => {
    await assertRejects(() => selfTest(engine.name), EngineError, `"softmax" gave NaN`);
  });
}, WEBGPU);
