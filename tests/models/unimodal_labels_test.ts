import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import {
  disagreement,
  type UnimodalLabelOptions,
  UnimodalLabels,
} from "../../lib/models/unimodal_labels.ts";
import type { Task } from "../../lib/models/network_types.ts";
import { forEachEngine } from "../engine/engines.ts";
import { WEBGPU } from "../engine/webgpu.ts";

const GOLDEN = JSON.parse(
  Deno.readTextFileSync(new URL("../golden/methods.json", import.meta.url)),
).ulgm;

const OPTIONS: UnimodalLabelOptions = {
  labelRange: 3,
  excludeZero: true,
  distance: "euclidean",
  bounded: false,
};

/** Features of the tasks as tensors, and the index of all samples. */
function tensors(features: Partial<Record<Task, number[][]>>): {
  rows: Partial<Record<Task, tf.Tensor2D>>;
  index: tf.Tensor1D;
} {
  const entries = Object.entries(features).map(([task, rows]) => [task, tf.tensor2d(rows)]);
  const samples = Object.values(features)[0]!.length;
  return {
    rows: Object.fromEntries(entries),
    index: tf.tensor1d(Int32Array.from({ length: samples }, (_, i) => i), "int32"),
  };
}

/** Labels after the features were remembered and labels generated once, in epoch 2. */
async function generate(
  labels: number[],
  features: Partial<Record<Task, number[][]>>,
  options: Partial<UnimodalLabelOptions> = {},
): Promise<{ ulgm: UnimodalLabels; text: Float32Array }> {
  const widths = Object.fromEntries(
    Object.entries(features).map(([task, rows]) => [task, rows[0]!.length]),
  );
  const ulgm = new UnimodalLabels(Float32Array.from(labels), widths, { ...OPTIONS, ...options });
  const { rows, index } = tensors(features);
  ulgm.remember(rows, index);
  ulgm.relabel(rows, index, tf.scalar(2));
  const text = Float32Array.from(await ulgm.labels("text").data());
  tf.dispose([rows as tf.TensorContainer, index]);
  return { ulgm, text };
}

async function values(tensor: tf.Tensor): Promise<number[]> {
  const data = [...await tensor.data()];
  tensor.dispose();
  return data;
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number) {
  assertEquals(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    assertAlmostEquals(actual[i]!, expected[i]!, tolerance);
  }
}

for (const [form, distance] of [["code", "euclidean"], ["paper", "squared"]] as const) {
  forEachEngine(`UnimodalLabels gives the labels of the ${form}'s distance`, async () => {
    const expected = GOLDEN.expected[form];
    const features = { fusion: GOLDEN.F_m, text: GOLDEN.F_t, audio: GOLDEN.F_a };
    const { ulgm, text } = await generate(GOLDEN.y_m, features, { distance });
    assertClose(text, expected.t.label_after_epoch2, 1e-4);
    const index = tf.tensor1d([0, 1, 2, 3, 4, 5], "int32");
    assertClose(await values(ulgm.of("audio", index)), expected.a.label_after_epoch2, 1e-4);
    assertClose(
      await values(disagreement(ulgm.of("text", index), ulgm.of("fusion", index))),
      expected.t.loss_weight,
      1e-4,
    );
    const center = ulgm.memory.get("center.fusion")!;
    const { center_f_pos, center_f_neg } = expected;
    assertClose(await center.data(), [...center_f_pos, ...center_f_neg], 1e-6);
    assertClose(await ulgm.labels("fusion").data(), GOLDEN.y_m, 1e-6);
    index.dispose();
    ulgm.dispose();
  }, WEBGPU);
}

forEachEngine("UnimodalLabels counts zero labels as positive without excludeZero", async () => {
  const features = { fusion: [[1], [3], [-1]], text: [[1], [3], [-1]] };
  for (const [excludeZero, center] of [[true, 1], [false, 2]] as const) {
    const { ulgm } = await generate([1, 0, -1], features, { excludeZero });
    assertClose(await ulgm.memory.get("center.fusion")!.data(), [center, -1], 1e-6);
    ulgm.dispose();
  }
});

forEachEngine("UnimodalLabels keeps the labels where a class is empty, and counts it", async () => {
  const features = { fusion: [[1, 0], [2, 1]], text: [[1, 0], [0, 1]] };
  const { ulgm, text } = await generate([1, 2], features);
  assertClose(text, [1, 2], 0);
  assertEquals([...await ulgm.memory.get("skipped.text")!.data()], [1]);
  ulgm.dispose();
});

forEachEngine("UnimodalLabels keeps the labels of a modality whose features are dead", async () => {
  const features = {
    fusion: [[1, 0], [0, 1], [0.5, 0.2]],
    text: [[0, 0], [0, 0], [0, 0]],
    audio: [[1, 0], [0, 1], [0.4, 0.4]],
  };
  const { ulgm, text } = await generate([2, -2, 1], features);
  assertClose(text, [2, -2, 1], 0);
  const audio = await ulgm.labels("audio").data();
  assert(audio.some((label, i) => label !== [2, -2, 1][i]), "audio is not dead");
  ulgm.dispose();
});

forEachEngine("UnimodalLabels clips to the label range and stays finite", async () => {
  // The fusion feature of sample 2 lies as far from both centres: its α is 0, the ratio ±1e7.
  const features = {
    fusion: [[1], [-1], [0]],
    text: [[1], [-1], [0.5]],
  };
  const { ulgm, text } = await generate([2, -2, 0], features, { labelRange: 1 });
  for (const label of text) assert(Math.abs(label) <= 2 && Number.isFinite(label), `${label}`);
  ulgm.dispose();
});

forEachEngine("UnimodalLabels in bounded form keeps |α| ≤ 1, so labels near y_m", async () => {
  const features = { fusion: GOLDEN.F_m, text: GOLDEN.F_t };
  const { ulgm, text } = await generate(GOLDEN.y_m, features, { bounded: true, labelRange: 100 });
  // With |α| ≤ 1 and |α_m| ≥ 0.05 the ratio is at most 20.
  for (const [i, label] of text.entries()) {
    assert(Math.abs(label) <= Math.abs(GOLDEN.y_m[i]) * 11 + 1, `${label}`);
  }
  ulgm.dispose();
});

forEachEngine("recount() gives the centres that the running sums have", async () => {
  const features = { fusion: GOLDEN.F_m, text: GOLDEN.F_t };
  const { ulgm } = await generate(GOLDEN.y_m, features);
  const { rows, index } = tensors({ fusion: GOLDEN.F_m, text: GOLDEN.F_t });
  ulgm.remember(rows, index);
  const sum = Float32Array.from(await ulgm.memory.get("class_sum.text")!.data());
  const count = Float32Array.from(await ulgm.memory.get("class_count.text")!.data());
  ulgm.recount();
  assertClose(await ulgm.memory.get("class_sum.text")!.data(), sum, 1e-6);
  assertClose(await ulgm.memory.get("class_count.text")!.data(), count, 0);
  tf.dispose([rows as tf.TensorContainer, index]);
  ulgm.dispose();
});

forEachEngine("UnimodalLabels leaks no tensors", async () => {
  const before = tf.memory().numTensors;
  const { ulgm } = await generate(GOLDEN.y_m, { fusion: GOLDEN.F_m, text: GOLDEN.F_t });
  ulgm.dispose();
  assertEquals(tf.memory().numTensors - before, 1, "only the epoch's scalar of the test is left");
});
