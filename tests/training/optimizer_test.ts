import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { compileEager } from "../../lib/engine/compile.ts";
import { Adam, type StepCorrection } from "../../lib/training/optimizer.ts";
import { forEachEngine } from "../engine/engines.ts";
import { WEBGPU } from "../engine/webgpu.ts";

const GOLDEN = JSON.parse(
  Deno.readTextFileSync(new URL("../golden/methods.json", import.meta.url)),
).adam;

function groupOf(learningRate: number, weightDecay: number, parameters: string[]) {
  return [{ name: "all", learningRate, weightDecay, parameters }];
}

/** Takes one step with these gradients. */
function step(adam: Adam, t: number, gradients: Record<string, number[]>): void {
  tf.tidy(() => {
    const tensors = Object.fromEntries(
      Object.entries(gradients).map(([name, values]) => [name, tf.tensor1d(values)]),
    );
    const [first, second] = adam.correction(t);
    adam.apply(tensors, { first: tf.scalar(first), second: tf.scalar(second) });
  });
}

for (const [decay, key] of [["l2", "adam_L2_in_grad"], ["decoupled", "adamw_decoupled"]] as const) {
  for (const isCompiled of [false, true]) {
    const how = isCompiled ? "compiled" : "op by op";
    forEachEngine(`Adam with ${decay} decay takes the steps of PyTorch, ${how}`, async (engine) => {
      const w = tf.variable(tf.tensor1d(GOLDEN.w0));
      // A rate that halves what it multiplies: the steps are the same.
      const adam = new Adam([["w", w]], groupOf(2 * GOLDEN.lr, GOLDEN.wd, ["w"]), { decay });
      const take = isCompiled ? engine.compile : compileEager;
      const step = take(({ gradient, first, second, rate }) => {
        adam.apply({ w: gradient! }, { first, second, rate } as unknown as StepCorrection);
        return {};
      }, { state: { w, ...Object.fromEntries(adam.slots) } });
      for (const [i, expected] of (GOLDEN[key] as number[][]).entries()) {
        const [first, second] = adam.correction(i + 1);
        const inputs = {
          gradient: tf.tensor1d(GOLDEN.grads[i]),
          first: tf.scalar(first),
          second: tf.scalar(second),
          rate: tf.scalar(0.5),
        };
        // What holds the value before the step keeps it.
        const before = await w.data(), held = w.clone();
        step(inputs);
        assertEquals(await held.data(), before);
        tf.dispose([held, inputs]);
        const actual = await w.data();
        expected.forEach((value, j) => assertAlmostEquals(actual[j]!, value, 1e-6));
      }
      step.dispose();
      adam.dispose();
      w.dispose();
    }, WEBGPU);
  }
}

forEachEngine("Adam scales all gradients down to the norm it clips at", async () => {
  const group = groupOf(0.1, 0, ["a", "b"]);
  const first: Record<string, number[][]> = {};
  // A gradient of norm 5 is clipped to 1, or stays below 6; Adam's moments tell the scale.
  for (const clipNorm of [0, 1, 6]) {
    const a = tf.variable(tf.tensor1d([1, 2])), b = tf.variable(tf.tensor1d([3]));
    const adam = new Adam([["a", a], ["b", b]], group, { decay: "l2", clipNorm });
    step(adam, 1, { a: [3, 0], b: [-4] });
    const moment = async (name: string) => [...await adam.slots.get(`first.${name}`)!.data()];
    first[clipNorm] = [await moment("a"), await moment("b")];
    adam.dispose();
    tf.dispose([a, b]);
  }
  assertEquals(first[6], first[0]);
  for (const [i, values] of first[0]!.entries()) {
    values.forEach((value, j) => assertAlmostEquals(first[1]![i]![j]!, value / 5, 1e-6));
  }
});

forEachEngine("Adam starts anew with other rates", async () => {
  const steps: number[] = [];
  const a = tf.variable(tf.tensor1d([1]));
  const adam = new Adam([["a", a]], groupOf(0.1, 0, ["a"]), { decay: "l2" });
  for (const rate of [0.1, 0.01]) {
    if (steps.length > 0) adam.restart(groupOf(rate, 0, ["a"]));
    const before = (await a.data())[0]!;
    step(adam, 1, { a: [7] });
    steps.push(before - (await a.data())[0]!);
  }
  assertAlmostEquals(steps[0]!, 0.1, 1e-6);
  assertAlmostEquals(steps[1]!, 0.01, 1e-6);
  adam.dispose();
  a.dispose();
});

forEachEngine(
  "Adam leaves a parameter without gradient, and decays one of gradient 0",
  async () => {
    const [a, b] = [tf.variable(tf.tensor1d([1])), tf.variable(tf.tensor1d([1]))];
    const adam = new Adam([["a", a], ["b", b]], groupOf(0.1, 0.01, ["a", "b"]), { decay: "l2" });
    step(adam, 1, { b: [0] });
    assertEquals([...await a.data()], [1]);
    // Adam normalises the decay term: the first step is as long as the learning rate.
    assertAlmostEquals((await b.data())[0]!, 0.9, 1e-6);
    adam.dispose();
    tf.dispose([a, b]);
  },
);

forEachEngine("Adam gives each group its own learning rate", async () => {
  const [a, b] = [tf.variable(tf.tensor1d([0])), tf.variable(tf.tensor1d([0]))];
  const groups = [...groupOf(0.1, 0, ["a"]), ...groupOf(0.01, 0, ["b"])];
  const adam = new Adam([["a", a], ["b", b]], groups, { decay: "l2" });
  step(adam, 1, { a: [3], b: [3] });
  assertAlmostEquals((await a.data())[0]!, -0.1, 1e-6);
  assertAlmostEquals((await b.data())[0]!, -0.01, 1e-6);
  adam.dispose();
  tf.dispose([a, b]);
});

forEachEngine("Adam refuses a parameter that is unknown or in two groups", () => {
  const a = tf.variable(tf.tensor1d([0]));
  const make = (names: string[]) => () =>
    new Adam([["a", a]], groupOf(0.1, 0, names), { decay: "l2" });
  assertThrows(make(["b"]), Error, 'parameter "b" of group "all": it does not exist');
  assertThrows(make(["a", "a"]), Error, "is in another group too");
  a.dispose();
});
