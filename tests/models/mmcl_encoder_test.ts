import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { UsageError } from "../../lib/core/errors.ts";
import { RandomStream } from "../../lib/core/random.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { type Config, findModel, type Setting } from "../../lib/models/mod.ts";
import { ModalityEncoder } from "../../lib/models/mmcl/mmcl_encoder.ts";
import type { MmclSettings } from "../../lib/models/mmcl/mmcl_settings.ts";
import { Layers } from "../../lib/nn/layers.ts";
import { resolveConfig } from "../../lib/training/config.ts";
import { forEachEngine } from "../engine/engines.ts";
import { formsOf, NetworkLearner } from "./networks.ts";
import { smallData } from "./small.ts";

const WIDTH = 5, STEPS = 6, LENGTHS = [6, 2, 1];
const MMCL = formsOf("mmcl")[0]!;

function make(changes: Record<string, Setting> = {}) {
  const small = { modelDim: 6, heads: 3, hiddenDim: 7, encoder: "transformer", encoderLayers: 2 };
  const config: Config = resolveConfig(findModel("mmcl"), "mosi", { ...small, ...changes });
  const layers = new Layers(RandomStream.fromSeed(1));
  const encoder = new ModalityEncoder(layers, "audio", WIDTH, config as MmclSettings);
  return { parameters: layers.parameters, encoder };
}

/** Three samples of `steps` steps each; beyond the true lengths all is `junk`. */
function inputs(steps = STEPS, junk = 0): { audio: tf.Tensor3D; audioLengths: tf.Tensor1D } {
  const values = new Float32Array(LENGTHS.length * steps * WIDTH).fill(junk);
  const draw = RandomStream.fromSeed(2).normalArray(LENGTHS.length * STEPS * WIDTH);
  LENGTHS.forEach((length, i) => {
    const from = i * STEPS * WIDTH;
    values.set(draw.slice(from, from + length * WIDTH), i * steps * WIDTH);
  });
  return {
    audio: tf.tensor3d(values, [LENGTHS.length, steps, WIDTH]),
    audioLengths: tf.tensor1d(LENGTHS, "int32"),
  };
}

/** The true steps of all samples, one after the other. */
function trueSteps(x: tf.Tensor3D): number[] {
  return x.arraySync().flatMap((rows, i) => rows.slice(0, LENGTHS[i]).flat());
}

forEachEngine("a transformer encodes a sequence of any width to one of d, with its mask", () => {
  for (const [modelDim, heads] of [[6, 3], [7, 1], [9, 3]] as const) {
    const { parameters, encoder } = make({ modelDim, heads });
    tf.tidy(() => {
      const { x, mask } = encoder.apply(inputs());
      assertEquals(x.shape, [LENGTHS.length, STEPS, modelDim]);
      assertEquals(mask.arraySync(), [[1, 1, 1, 1, 1, 1], [1, 1, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0]]);
    });
    assertEquals(encoder.form, "sequence");
    assertEquals(parameters.names().length, 2 + 2 * 12);
    assert(parameters.names().every((name) => name.startsWith("encoder.audio.")));
    parameters.dispose();
  }
});

forEachEngine("a transformer's true steps are the same whatever padding follows", () => {
  const { parameters, encoder } = make();
  tf.tidy(() => {
    const expected = trueSteps(encoder.apply(inputs()).x);
    for (const [steps, junk] of [[STEPS, 1e3], [STEPS + 9, 0], [STEPS + 9, 1e3]] as const) {
      trueSteps(encoder.apply(inputs(steps, junk)).x)
        .forEach((value, i) => assertAlmostEquals(value, expected[i]!, 1e-6));
    }
  });
  parameters.dispose();
});

forEachEngine("a transformer is told the places of its steps", () => {
  const { parameters, encoder } = make();
  tf.tidy(() => {
    const step = RandomStream.fromSeed(3).normalArray(WIDTH);
    const one = tf.tensor3d(step, [1, 1, WIDTH]);
    const { x } = encoder.apply({
      audio: tf.tile(one, [1, 2, 1]),
      audioLengths: tf.tensor1d([2], "int32"),
    });
    const [first, second] = x.arraySync()[0]!;
    assert(first!.some((value, i) => Math.abs(value - second![i]!) > 0.01));
  });
  parameters.dispose();
});

forEachEngine("every parameter of a transformer's layers has a gradient", () => {
  const { parameters, encoder } = make();
  tf.tidy(() => {
    const { grads } = tf.variableGrads(() =>
      tf.sum(tf.square(encoder.apply(inputs()).x)) as tf.Scalar
    );
    for (const [name, variable] of parameters) {
      const values = grads[variable.name]!.dataSync();
      assert(values.every(Number.isFinite) && values.some((value) => value !== 0), name);
    }
  });
  parameters.dispose();
});

Deno.test("mmcl learns 8 samples from audio and vision with either encoder [cpu]", async () => {
  const engine = await openEngine({ engine: "cpu" });
  const dataset = smallData({ n: 8, noise: 1 });
  for (const encoder of ["biLstm", "transformer"]) {
    const settings = { ...MMCL, batchSize: 8, dropout: 0, encoder };
    using learner = new NetworkLearner(engine, "mmcl", dataset, settings, ["audio", "vision"]);
    let error = Infinity;
    for (let epoch = 1; epoch <= 150 && error >= 0.15; epoch++) {
      error = (await learner.epoch(dataset, epoch))[0]!.parts["fusion"]!;
    }
    assert(error < 0.15, `${encoder}: ${error}`);
  }
});

forEachEngine("mmcl says which widths its encoder takes", (engine) => {
  const dataset = smallData();
  const made = (settings: Record<string, Setting>) =>
    new NetworkLearner(engine, "mmcl", dataset, { ...MMCL, ...settings });
  for (
    const [settings, wanted] of [
      [{ modelDim: 10, heads: 4, encoder: "transformer" }, "a multiple of the 4 heads"],
      [{ modelDim: 9, heads: 3, blocks: "transformer" }, "an even multiple of the 3 heads"],
      [{ modelDim: 7 }, "an even number"],
    ] as const
  ) {
    const message = `Cannot set modelDim to ${settings.modelDim}: expected ${wanted}`;
    assertThrows(() => made(settings), UsageError, message);
  }
  assertThrows(() => made({ encoderLayers: 0 }), UsageError, "Cannot set encoderLayers to 0");
  assertThrows(() => made({ encoder: "lstm" }), UsageError, "expected one of biLstm, transformer");
  using odd = made({ modelDim: 9, heads: 3, encoder: "transformer" });
  assertEquals(odd.network.reads.audio, "sequence");
});
