/** That a replay can fail: each mistake has to be told. */

import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { openEngine } from "../../lib/engine/mod.ts";
import { type Quantity, TOLERANCE } from "../../lib/parity/deviations.ts";
import { replay, type ReplayChanges } from "../../lib/parity/replay.ts";
import { readWeights, writeWeights } from "../../lib/training/weights.ts";
import { forEachEngine } from "../engine/engines.ts";
import { withFolder } from "../training/small.ts";

const RECORDING = join(import.meta.dirname!, "..", "golden", "self_mm_features");
const QUANTITIES = Object.keys(TOLERANCE) as Quantity[];

/** Runs `test` with a copy of the recording. */
async function withCopy(test: (path: string) => Promise<void>): Promise<void> {
  await withFolder(async (path) => {
    for (const { name } of Deno.readDirSync(RECORDING)) {
      Deno.copyFileSync(join(RECORDING, name), join(path, name));
    }
    await test(path);
  });
}

/** Changes `config.json` of a copy. */
function editConfig(path: string, change: (config: Record<string, unknown>) => void): void {
  const file = join(path, "config.json");
  const config = JSON.parse(Deno.readTextFileSync(file));
  change(config);
  Deno.writeTextFileSync(file, JSON.stringify(config));
}

/** Mistakes in the method, and how far generated labels are then off, at least. */
const MISTAKES: [string, ReplayChanges, number][] = [
  ["squared distances", { settings: { distance: "squared" } }, 0.5],
  ["zero labels in the positive class", { settings: { excludeZero: false } }, 1],
  ["the trailing group applied", { applyTrailingGroup: true }, 0.3],
  ["the bounded ratio", { settings: { mode: "robust" } }, 0.1],
  ["another label range", { settings: { H: 2 } }, 0.01],
];

for (const [mistake, changes, least] of MISTAKES) {
  forEachEngine(`replay() reports ${mistake} as not within tolerance`, async (engine) => {
    const report = await replay(RECORDING, engine, changes);
    assertEquals(report.ok, false);
    assert(report.labels! > least, `labels: ${report.labels}`);
    assert(report.loss! > TOLERANCE.loss && report.weights! > TOLERANCE.weights);
  });
}

interface Group {
  params: string[];
  weight_decay: number;
}

/** Mistakes in the optimizer, as another configuration of it. */
const OPTIMIZER_MISTAKES: [string, (config: Record<string, unknown>) => void][] = [
  ["decoupled decay", (config) => config["optimizer"] = { type: "adamw" }],
  ["Adam's eps of 1e-7", (config) => config["optimizer"] = { type: "adam", eps: 1e-7 }],
  ["another beta", (config) => config["optimizer"] = { type: "adam_l2", betas: [0.9, 0.99] }],
  ["no accumulation", (config) => config["update_epochs"] = 1],
  ["no decay", (config) => {
    for (const group of config["parameter_groups"] as Group[]) group.weight_decay = 0;
  }],
  ["biases without decay", (config) => {
    const groups = config["parameter_groups"] as Group[];
    for (const group of [...groups]) {
      const biases = group.params.filter((name) => name.includes("bias"));
      group.params = group.params.filter((name) => !name.includes("bias"));
      groups.push({ ...group, params: biases, weight_decay: 0 });
    }
  }],
];

for (const [mistake, change] of OPTIMIZER_MISTAKES) {
  forEachEngine(`replay() reports ${mistake} as not within tolerance`, async (engine) => {
    await withCopy(async (path) => {
      editConfig(path, change);
      const report = await replay(path, engine);
      assertEquals(report.ok, false);
      assert(report.labels! > TOLERANCE.labels && report.weights! > TOLERANCE.weights);
      assert(report.grads! > TOLERANCE.grads, "the late gradients");
    });
  });
}

// deno-lint-ignore no-explicit-any -- whatever a recording has there
type Line = any;

/** Changes the last line of a file of JSON lines, or a JSON file. */
function nudge(file: string, edit: (line: Line) => void): void {
  const text = Deno.readTextFileSync(file);
  const lines = file.endsWith(".jsonl") ? text.trimEnd().split("\n") : [text];
  const line = JSON.parse(lines.at(-1)!);
  edit(line);
  lines[lines.length - 1] = JSON.stringify(line);
  Deno.writeTextFileSync(file, lines.join("\n"));
}

/** Adds to one number of a tensor of a file. */
function nudgeTensor(file: string, name: string, by: number): void {
  const { weights } = readWeights(file);
  weights.get(name)!.values[0]! += by;
  writeWeights(file, weights);
}

/** Numbers that are off by a little too much, in rounds: the quantity, the file, the number. */
const NUDGES: [Quantity, string, (line: Line) => void][][] = [
  [
    ["loss", "steps.jsonl", (line) => line.loss += 2e-4],
    ["outputs", "epochs.jsonl", (line) => line.valid_M[3] += 2e-5],
    ["metrics", "epochs.jsonl", (line) => line.valid.MAE += 2e-4],
    ["test", "test.json", (line) => line.best.M[2] += 2e-5],
  ],
  [
    ["loss", "epochs.jsonl", (line) => line.train_loss += 2e-4],
    ["outputs", "steps.jsonl", (line) => line.A[0] += 2e-5],
    ["labels", "epochs.jsonl", (line) => line.labels.vision[7] += 6e-4],
    ["metrics", "epochs.jsonl", (line) => line.valid.Loss += 2e-4],
  ],
  [
    ["centers", "epochs.jsonl", (line) => line.centers.text.neg[1] += 2e-5],
    ["test", "test.json", (line) => line.final.M.pop()],
    ["metrics", "test.json", (line) => line.final.metrics.Mult_acc_7 += 0.01],
  ],
];

/** The same for tensors. */
const TENSOR_NUDGES: [Quantity, string, string, number][][] = [
  [["grads", "grads_first_step.safetensors", "audio_model.rnn.bias_hh_l0", 1e-3]],
  [
    ["grads", "grads_first_step.safetensors", "post_text_layer_1.bias", 2e-6],
    ["weights", "final.safetensors", "post_video_layer_1.weight", 1e-4],
  ],
  [["grads", "grads_late.safetensors", "post_text_layer_3.bias", 1e-3]],
];

Deno.test("replay() reports recorded numbers that are off, and no others", async () => {
  const engine = await openEngine({ engine: "cpu" });
  for (const [round, nudges] of NUDGES.entries()) {
    const tensorNudges = TENSOR_NUDGES[round]!;
    await withCopy(async (path) => {
      for (const [, name, edit] of nudges) nudge(join(path, name), edit);
      for (const [, name, tensor, by] of tensorNudges) nudgeTensor(join(path, name), tensor, by);
      const report = await replay(path, engine);
      const beyond = QUANTITIES.filter((name) => report[name]! > TOLERANCE[name]);
      const changed = [...nudges, ...tensorNudges].map(([quantity]) => quantity);
      assertEquals(beyond, QUANTITIES.filter((name) => changed.includes(name)));
      assertEquals(report.ok, false);
    });
  }
});
