/** Trainings and features with each type of text encoder. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { DataError } from "../../lib/core/errors.ts";
import { readSafetensors } from "../../lib/data/mod.ts";
import { BertFolder } from "../../lib/nn/bert_folder.ts";
import { checkVocabulary } from "../../lib/nn/bert_tokens.ts";
import { readWeights } from "../../lib/training/weights.ts";
import { makeDataset, TestFolder } from "../data/mmsa_file.ts";
import { ENCODERS, RECORDINGS } from "../nn/text_encoders/recorded.ts";
import {
  assertFails,
  lastJson,
  runDeno,
  taskArguments,
  type TaskResult,
} from "../tasks/run_task.ts";
import { DATA } from "./small_bert.ts";

const SENTENCES: string[] = JSON.parse(
  Deno.readTextFileSync(join(RECORDINGS, "sentences.json")),
);

function runHeavy(file: string, ...args: string[]): Promise<TaskResult> {
  const [run, ...rest] = taskArguments(file, args);
  return runDeno([run!, "--lock=deno.full.lock", ...rest]);
}

function train(folder: TestFolder, bert: string, data = DATA): Promise<TaskResult> {
  const text = ["--text", "bert", "--bert", bert, "--modalities", "text"];
  const short = ["--epochs", "1", "--set", "batchSize=8", "--set", "weightDecayBert=0"];
  const model = ["--model", "self-mm", "--data", data, "--protocol", "mosi", "--engine", "cpu"];
  return runHeavy("train", ...model, ...text, ...short, "--out", folder.at("runs"));
}

for (const name of ENCODERS) {
  Deno.test(`train --text bert trains ${name}, but not its padding, and predict asks it`, async () => {
    using folder = new TestFolder();
    const bert = join(RECORDINGS, name);
    const trained = await train(folder, bert);
    assertEquals(trained.code, 0, trained.stderr);
    const run = folder.at("runs/self-mm/data/1111");
    const { weights } = readWeights(join(run, "model.safetensors"));
    using start = new BertFolder(bert);
    const word = "embeddings.word_embeddings.weight";
    const { shape: [, width], values } = weights.get(`text_model.model.${word}`)!;
    const moved = new Set<number>();
    start.values(word).forEach((value, i) => {
      if (value !== values[i]) moved.add(Math.floor(i / width!));
    });
    assert(moved.size > 2, `${moved.size}`);
    assert(!moved.has(start.config.padding!));
    const asked = await runHeavy("predict", run, "--text", "so good 😀", "--engine", "cpu");
    assert(/^text,-?\d/m.test(asked.stdout), asked.stderr);
  });

  Deno.test(`features:text of ${name} are its recorded states`, async () => {
    using folder = new TestFolder();
    using file = readSafetensors(join(RECORDINGS, name, "recorded.safetensors"));
    const tensor = (key: string) => {
      const source = file.tensor(key), values = new Float32Array(source.size);
      source.readFloat32(0, values);
      return { shape: source.shape, values };
    };
    // As in record.py; the empty sentence is refused, and those with segments are read without.
    const chosen = [[0, 2], [3, 20], [4, 4]] as const;
    const path = folder.pickle(
      makeDataset((splits) => {
        const texts = splits.train["raw_text"] as string[];
        chosen.forEach(([, sentence], i) => texts[i] = SENTENCES[sentence]!);
      }),
      "mosi.pkl",
    );
    const flags = ["--data", path, "--bert", join(RECORDINGS, name)];
    const { code, stdout, stderr } = await runHeavy(
      "features_text",
      ...flags,
      "--out",
      folder.at("store"),
      "--json",
    );
    assertEquals(code, 0, stderr);
    assertEquals(lastJson(stdout)["written"], true);
    using store = readSafetensors(folder.at("store/train.safetensors"));
    const text = store.tensor("text"), made = new Float32Array(text.size);
    text.readFloat32(0, made);
    const last = tensor("state/2"), mask = tensor("mask").values;
    const [, steps, width] = text.shape as [number, number, number];
    const [, time] = last.shape as [number, number];
    let compared = 0;
    chosen.forEach(([row], i) => {
      const count = mask.subarray(row * time, (row + 1) * time).reduce((a, b) => a + b, 0);
      // A sentence that was cut has other states.
      if (count > steps) return;
      compared++;
      for (let j = 0; j < count * width; j++) {
        const [actual, expected] = [
          made[i * steps * width + j]!,
          last.values[row * time * width + j]!,
        ];
        assert(Math.abs(actual - expected) < 1e-5, `sentence ${i}: ${actual}, ${expected}`);
      }
    });
    assertEquals(compared, 3);
  });
}

Deno.test("train refuses an unknown type, a missing tokenizer and another vocabulary", async () => {
  using folder = new TestFolder();
  const copy = (name: string, change: (fields: Record<string, unknown>) => void, leaveOut = "") => {
    const to = folder.at(name);
    Deno.mkdirSync(to);
    for (const { name: file } of Deno.readDirSync(join(RECORDINGS, "roberta"))) {
      if (file !== leaveOut) Deno.copyFileSync(join(RECORDINGS, "roberta", file), join(to, file));
    }
    const fields = JSON.parse(Deno.readTextFileSync(join(to, "config.json")));
    change(fields);
    Deno.writeTextFileSync(join(to, "config.json"), JSON.stringify(fields));
    return to;
  };
  const unknown = copy("gpt", (fields) => fields["model_type"] = "gpt2");
  assertFails(
    await train(folder, unknown),
    1,
    /model_type is "gpt2", expected one of bert, roberta, xlm-roberta, electra, distilbert, deberta-v2/,
  );
  const bare = copy("bare", () => {}, "tokenizer.json");
  assertFails(await train(folder, bare), 1, /it has no tokenizer.json and no vocab.txt, expected/);
  const other = copy("other", (fields) => fields["vocab_size"] = 400);
  assertFails(await train(folder, other), 1, /has shape \[340, 8\], expected \[400, 8\] as config/);
});

Deno.test("checkVocabulary() refuses a tokenizer with more pieces than there are embeddings", async () => {
  using roberta = new BertFolder(join(RECORDINGS, "roberta"));
  const tokenizer = { encode: () => [], padding: 1, vocabulary: 341 };
  await assertRejects(
    () => Promise.resolve().then(() => checkVocabulary(tokenizer, roberta.config, "there")),
    DataError,
    'Cannot use the tokenizer in "there": it has 341 pieces, expected at most 340, the vocab_size',
  );
  checkVocabulary({ ...tokenizer, vocabulary: 340 }, roberta.config, "there");
});
