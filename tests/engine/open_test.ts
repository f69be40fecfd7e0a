import { assert, assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { EngineError, UsageError } from "../../lib/core/errors.ts";
import { type EngineOptions, openEngine, STEPS, type Steps } from "../../lib/engine/mod.ts";
import { forEachEngine, HAS_LIBRARY, HAS_TENSORFLOW } from "./engines.ts";

forEachEngine("openEngine() gives the same engine a second time", async (engine) => {
  assertEquals(await openEngine({ engine: engine.name }), engine);
  assertEquals(tf.getBackend(), engine.name);
});

forEachEngine("openEngine() names its device, its devices and its library", (engine) => {
  assert(engine.devices.includes("CPU:0"));
  assert(engine.device === "cpu" || engine.devices.includes("GPU:0"));
  assertEquals(engine.library === null, engine.name === "cpu");
  assert(/^\d+\.\d+\.\d+/.test(engine.version));
});

Deno.test({
  name: "openEngine() switches engines, and tensors move when they are used",
  ignore: !HAS_TENSORFLOW,
  fn: async () => {
    await openEngine({ engine: "cpu" });
    const a = tf.tensor2d([[1, 2], [3, 4]]);
    await openEngine({ engine: "tensorflow" });
    const b = tf.matMul(a, a);
    await openEngine({ engine: "cpu" });
    const c = tf.matMul(a, b);
    assertEquals([...c.dataSync()], [37, 54, 81, 118]);
    tf.dispose([a, b, c]);
  },
});

Deno.test("openEngine() refuses names it does not know", async () => {
  const cases: [unknown, string][] = [
    [{ engine: "tensorflo" }, `Unknown engine "tensorflo": did you mean "tensorflow"?`],
    [{ engine: "cpu", device: "cuda" }, `Unknown device "cuda"`],
    [{ engine: "cpu", threads: 0 }, "Cannot use 0 threads"],
    [{ engine: "cpu", threads: 1.5 }, "Cannot use 1.5 threads"],
  ];
  for (const [options, message] of cases) {
    await assertRejects(() => openEngine(options as EngineOptions), UsageError, message);
  }
});

for (const engine of HAS_TENSORFLOW ? ["cpu", "tensorflow"] as const : ["cpu"] as const) {
  Deno.test(`openEngine() of ${engine} runs steps op by op or checked when asked to`, async () => {
    const doubled = async (steps: Steps, factor: () => number) => {
      const { compile } = await openEngine({ engine, steps });
      const step = compile(({ x }) => ({ y: tf.mul(x!, factor()) }), { state: {} });
      const x = tf.tensor1d([3]);
      const values = [1, 2].map(() => step({ x })["y"]!.dataSync()[0]);
      step.dispose();
      return values;
    };
    for (const steps of STEPS) assertEquals(await doubled(steps, () => 2), [6, 6]);
    // A number that changes is what a compiled step takes as constant, and a checked one reports.
    let calls = 0;
    assertEquals(await doubled("eager", () => ++calls), [3, 6]);
    if (engine === "cpu") return;
    await assertRejects(() => doubled("checked", () => ++calls), EngineError, "has to be an input");
  });
}

Deno.test("openEngine() does not fall back when a GPU is asked for and there is none", async () => {
  const message = `Cannot use a GPU with the engine "cpu"`;
  await assertRejects(() => openEngine({ engine: "cpu", device: "gpu" }), EngineError, message);
});

const tensorflow = HAS_TENSORFLOW ? await openEngine({ engine: "tensorflow" }) : null;

Deno.test({
  name: "openEngine() with a GPU asked for names the devices that TensorFlow has",
  ignore: tensorflow?.device !== "cpu",
  fn: async () => {
    const message = `Cannot use a GPU with the engine "tensorflow": it has CPU:0`;
    await assertRejects(
      () => openEngine({ engine: "tensorflow", device: "gpu" }),
      EngineError,
      message,
    );
    await assertRejects(() => openEngine({ device: "gpu", log: () => {} }), EngineError, message);
  },
});

Deno.test({
  name: "openEngine() cannot change the threads of a TensorFlow that runs",
  ignore: !HAS_TENSORFLOW,
  fn: async () => {
    await assertRejects(
      () => openEngine({ engine: "tensorflow", threads: 3 }),
      EngineError,
      "it already runs with all threads in this process",
    );
  },
});

Deno.test({
  name: "openEngine() says in one line what auto chose",
  // It would open the library that test:fast does without.
  ignore: HAS_LIBRARY && !HAS_TENSORFLOW,
  fn: async () => {
    const lines: string[] = [];
    const engine = await openEngine({ log: (line) => lines.push(line) });
    assertEquals(engine.name, HAS_TENSORFLOW ? "tensorflow" : "cpu");
    assertEquals(lines.length, 1);
    assert(lines[0]!.includes(HAS_TENSORFLOW ? engine.library! : "deno task engine:install"));
  },
});

Deno.test("openEngine() says nothing when an engine is asked for by name", async () => {
  const lines: string[] = [];
  await openEngine({ engine: "cpu", log: (line) => lines.push(line) });
  assertEquals(lines, []);
});
