import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { join } from "node:path";
import { EngineError } from "../../lib/core/errors.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import type { WebGpuBackend, WebGpuProgram } from "../../lib/engine/webgpu/backend_types.ts";
import { checkLayer, isLayerKind, readLayerCases, replay } from "../../lib/parity/mod.ts";
import { probe } from "./probe.ts";
import { onWebGpu } from "./webgpu.ts";

const ROOT = join(import.meta.dirname!, "..", "..");
const GOLDEN = join(ROOT, "tests", "golden");

/** Of the networks in `zoo` those that have its layers between them, and a step that clips a norm. */
const NETWORKS = ["mult", "misa", "tfr_net", "mmim_training"];

/** A shader that gives each number of its one input again, unless `value` is something else. */
function program(shaderKey: string, value = "X[index]"): WebGpuProgram {
  return {
    variableNames: ["X"],
    uniforms: "",
    outputShape: [2],
    workgroupSize: [1, 1, 1],
    dispatch: [2, 1, 1],
    dispatchLayout: { x: [0] },
    shaderKey,
    size: true,
    getUserCode: () => `
      fn main(index : i32) {
        if (index < uniforms.size) { result[index] = ${value}; }
      }`,
  };
}

function runProgram(shader: WebGpuProgram): tf.Tensor {
  return tf.tidy(() => {
    const backend = tf.backend() as unknown as WebGpuBackend;
    const made = backend.runWebGPUProgram(shader, [tf.tensor1d([3, 4])], "float32", []);
    return tf.engine().makeTensorFromTensorInfo(made);
  });
}

onWebGpu(
  "a shader that does not compile is an error at the next read, and only there",
  async () => {
    const good = runProgram(program("good"));
    assertEquals([...await good.data()], [3, 4]);
    const bad = runProgram(program("bad", "Y[index]"));
    const error = await assertRejects(() => bad.data(), EngineError, "Cannot compute on the GPU: ");
    assertEquals(error.message.split("\n").length, 1);
    const next = tf.add(good, 1);
    assertEquals([...await next.data()], [4, 5]);
    tf.dispose([good, bad, next]);
  },
);

onWebGpu("a tensor that the GPU has no room for is an error at the next read", async () => {
  const { device } = tf.backend() as unknown as WebGpuBackend;
  const size = device.limits.maxStorageBufferBindingSize / 4 + 1024;
  const sum = tf.tidy(() => tf.sum(tf.fill([size], 1)));
  await assertRejects(() => sum.data(), EngineError, "Cannot compute on the GPU: ");
  sum.dispose();
});

onWebGpu("cast() to float32 converts, so that every shader can read the result", async () => {
  for (const dtype of ["int32", "bool"] as const) {
    const flipped = tf.tidy(() =>
      tf.transpose(tf.cast(tf.tensor3d([1, 0, 0, 1, 1, 1], [1, 2, 3], dtype), "float32"), [0, 2, 1])
    );
    assertEquals([...await flipped.data()], [1, 1, 0, 1, 0, 1]);
    const back = tf.cast(tf.add(flipped, 0.9), "int32");
    assertEquals([...await back.data()], [1, 1, 0, 1, 0, 1]);
    tf.dispose([flipped, back]);
  }
});

onWebGpu("addN() adds more tensors than a shader may have, and leaves none behind", async () => {
  const tensors = Array.from({ length: 20 }, (_, i) => tf.tensor1d([i, 2 * i, 1]));
  for (const count of [1, 7, 8, 13, 14, 20]) {
    const before = tf.memory().numDataBuffers;
    const sum = tf.addN(tensors.slice(0, count));
    const whole = count * (count - 1) / 2;
    assertEquals([...await sum.data()], [whole, 2 * whole, count]);
    sum.dispose();
    assertEquals(tf.memory().numDataBuffers, before);
  }
  tf.dispose(tensors);
});

onWebGpu("openEngine() names the adapter, and does not take software for a GPU", async () => {
  const engine = await openEngine({ engine: "webgpu" });
  assertEquals([engine.name, engine.library, engine.version], ["webgpu", null, "4.22.0"]);
  assertEquals(engine.devices.length, 1);
  assert(engine.devices[0]!.length > 0);
  assertEquals(await openEngine({ engine: "webgpu", device: engine.device }), engine);
  const device = engine.device === "cpu" ? "gpu" : "cpu";
  await assertRejects(
    () => openEngine({ engine: "webgpu", device }),
    EngineError,
    `Cannot open the engine "webgpu" on a ${device.toUpperCase()}: it already runs on `,
  );
  if (device === "gpu") {
    const { code, error, message } = probe({ engine: "webgpu", device }, {});
    assertEquals([code, error], [1, "EngineError"]);
    assertStringIncludes(message!, `Cannot use a GPU with the engine "webgpu": it has`);
  }
});

onWebGpu("a recorded training is replayed within its tolerances", async () => {
  const engine = await openEngine({ engine: "webgpu" });
  const report = await replay(join(GOLDEN, "self_mm_features"), engine);
  assert(report.ok, JSON.stringify(report));
});

onWebGpu("all layers give what was recorded", async () => {
  const cases = readLayerCases(join(GOLDEN, "layers.json")).filter(({ kind }) => isLayerKind(kind));
  assert(cases.length >= 9, "cases were read");
  for (const layerCase of cases) {
    const result = await checkLayer(layerCase);
    assert(result.ok, JSON.stringify(result));
  }
});

onWebGpu("networks of the zoo give what was recorded", async () => {
  const cases = ["models_a.json", "models_b.json"]
    .flatMap((name) => readLayerCases(join(GOLDEN, "zoo", name)))
    .filter(({ name }) => NETWORKS.includes(name));
  assertEquals(cases.length, NETWORKS.length);
  for (const layerCase of cases) {
    const { ok, name, output, inputGrad, weightGrad } = await checkLayer(layerCase);
    assert(ok, `${name}: ${output}, ${inputGrad}, ${weightGrad}`);
  }
});

Deno.test({
  name: "webgpu asked for where there is no adapter is an error that says how to get one",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    const none = { VK_ICD_FILENAMES: "/dev/null", VK_DRIVER_FILES: "/dev/null" };
    const { code, error, message } = probe({ engine: "webgpu" }, none);
    assertEquals([code, error], [1, "EngineError"]);
    assertStringIncludes(message!, `Cannot open the engine "webgpu": no WebGPU adapter was found`);
    assertStringIncludes(message!, "mesa-vulkan-drivers libvulkan1");
  },
});
