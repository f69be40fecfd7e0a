import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DataError } from "../../lib/core/errors.ts";
import { readSafetensors, writeSafetensors } from "../../lib/data/store/safetensors.ts";
import { tokenize } from "../../lib/features/mod.ts";
import { encoderShapes } from "../../lib/nn/text_encoder.ts";
import { openTextModel } from "../../lib/nn/bert_extractor.ts";
import { BertFolder, copyTokenizer } from "../../lib/nn/bert_folder.ts";
import { hasWeights } from "../../lib/nn/bert_weights.ts";
import { TestFolder } from "../data/mmsa_file.ts";
import { ROOT } from "../tasks/run_task.ts";

const TINY = join(ROOT, "tests", "golden", "bert_tiny");

/** The tiny BERT without its weights. */
function withoutWeights(folder: TestFolder): void {
  Deno.copyFileSync(join(TINY, "config.json"), folder.at("config.json"));
  copyTokenizer(TINY, folder.path);
}

/** All weights of a folder by name. */
function weightsIn(path: string): [string, Float32Array][] {
  using bert = new BertFolder(path);
  return [...encoderShapes(bert.config).keys()].map((name) => [name, bert.values(name)]);
}

Deno.test("BertFolder reads weights in several files, by their index", () => {
  using folder = new TestFolder();
  withoutWeights(folder);
  using whole = readSafetensors(join(TINY, "model.safetensors"));
  const names = [...whole.tensors.keys()];
  const map: Record<string, string> = {};
  for (const part of [0, 1]) {
    const file = `model-0000${part + 1}-of-00002.safetensors`;
    const own = names.filter((_, i) => i % 2 === part);
    writeSafetensors(
      folder.at(file),
      own.map((name) => {
        const { shape } = whole.tensor(name);
        const data = whole.tensor(name).values() as Float32Array;
        map[name] = file;
        return { name, dtype: "F32", shape, data };
      }),
    );
  }
  const index = folder.at("model.safetensors.index.json");
  Deno.writeTextFileSync(index, JSON.stringify({ weight_map: map }));
  assert(hasWeights(folder.path));
  assertEquals(weightsIn(folder.path), weightsIn(TINY));
  using bert = new BertFolder(folder.path);
  assertEquals(bert.sha256().length, 64);
  Deno.writeTextFileSync(index, JSON.stringify({ weight_map: { a: "../../etc/passwd" } }));
  assertThrows(() => new BertFolder(folder.path), DataError, "names no files beside it");
});

Deno.test("BertFolder reads pytorch_model.bin as PyTorch writes it", () => {
  using folder = new TestFolder();
  withoutWeights(folder);
  const written = join(ROOT, "tests", "golden", "torch", "pytorch_model.bin");
  Deno.copyFileSync(written, folder.at("pytorch_model.bin"));
  assertEquals(weightsIn(folder.path), weightsIn(TINY));
});

Deno.test("openTextModel() runs our own BERT without ONNX, and gives 0 for padding", async () => {
  using folder = new TestFolder();
  withoutWeights(folder);
  Deno.copyFileSync(join(TINY, "model.safetensors"), folder.at("model.safetensors"));
  using model = await openTextModel(folder.path, { engine: "cpu" });
  const { values } = tokenize(model.tokenizer, ["a good movie", "boring"], 8);
  const states = await model.extractor.run(values, 2);
  const { width } = model.extractor;
  assertEquals(states.length, 2 * 8 * width);
  const mask = values.subarray(3 * 8 + 8, 3 * 8 + 16);
  for (let t = 0; t < 8; t++) {
    const state = states.subarray((8 + t) * width, (8 + t + 1) * width);
    assertEquals(state.some((value) => value !== 0), mask[t] === 1);
  }
});
