import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { DataError } from "../../lib/core/errors.ts";
import { exists } from "../../lib/core/files.ts";
import { loadDataset } from "../../lib/data/mod.ts";
import { extractText, type TextModel } from "../../lib/features/mod.ts";
import { makeDataset, TestFolder } from "../data/mmsa_file.ts";
import { lastJson, ROOT } from "../tasks/run_task.ts";

const TINY = join(ROOT, "tests", "golden", "bert_tiny");

/** States are the token's id and its place; counts the sentences that it computes. */
function fakeModel(sha256 = "fake"): TextModel & { sentences: number } {
  const model = {
    sentences: 0,
    sha256,
    tokenizer: { encode: (text: string) => [1, ...Array.from(text, () => 7), 2], padding: 0 },
    extractor: {
      width: 2,
      positions: 12,
      run: (tokens: Int32Array, batch: number) => {
        model.sentences += batch;
        const time = tokens.length / (3 * batch);
        const states = new Float32Array(batch * time * 2);
        for (let i = 0; i < batch * time; i++) {
          const [row, place] = [Math.floor(i / time), i % time];
          const seen = tokens[(3 * row + 1) * time + place]!;
          states[2 * i] = seen * tokens[3 * row * time + place]!;
          states[2 * i + 1] = seen * place;
        }
        return Promise.resolve(states);
      },
    },
  };
  return model;
}

/** A file of a few samples with raw text. */
function file(folder: TestFolder): string {
  return folder.pickle(makeDataset(), "mosi.pkl");
}

Deno.test("extractText() writes a store whose text is the model's states", async () => {
  using folder = new TestFolder();
  const path = file(folder);
  const done: number[] = [];
  const { written } = await extractText(path, fakeModel(), folder.at("store"), {
    batchSize: 3,
    onProgress: (count, all) => done.push(count / all),
  });
  assert(written);
  assertEquals(done.map((part) => Math.round(17 * part)), [3, 6, 8, 11, 12, 15, 17]);
  using store = loadDataset(folder.at("store"));
  using original = loadDataset(path);
  const [split, before] = [store.splits.valid!, original.splits.valid!];
  assertEquals([split.ids, split.labels, split.rawText], [
    before.ids,
    before.labels,
    before.rawText,
  ]);
  const { steps, width, lengths } = split.features.text!;
  assertEquals([steps, width, [...lengths]], [12, 2, [12, 12, 12, 12]]);
  const row = new Float32Array(24);
  split.features.text!.read([3], row);
  // [CLS], letters, [SEP] in the last place.
  assertEquals([...row.slice(0, 4)], [1, 0, 7, 1]);
  assertEquals([...row.slice(-2)], [2, 11]);
  const audio = (column: typeof split) => {
    const values = new Float32Array(10);
    column.features.audio!.read([2], values);
    return values;
  };
  assertEquals(audio(split), audio(before));
});

Deno.test("extractText() of kind cls keeps the first state alone", async () => {
  using folder = new TestFolder();
  await extractText(file(folder), fakeModel(), folder.at("store"), { kind: "cls" });
  using store = loadDataset(folder.at("store"));
  const { steps, width, lengths } = store.splits.test!.features.text!;
  assertEquals([steps, width, [...lengths]], [1, 2, [1, 1, 1, 1, 1]]);
});

Deno.test("extractText() goes on where it was stopped, to the same bytes", async () => {
  using folder = new TestFolder();
  const path = file(folder);
  const whole = fakeModel();
  await extractText(path, whole, folder.at("whole"), { batchSize: 3 });
  assertEquals(whole.sentences, 17);
  const controller = new AbortController();
  const parts = fakeModel();
  const stopped = {
    batchSize: 3,
    signal: controller.signal,
    onProgress: (count: number) => count >= 11 && controller.abort(new Error("stop")),
  };
  await assertRejects(() => extractText(path, parts, folder.at("parts"), stopped), Error, "stop");
  assertEquals([parts.sentences, exists(folder.at("parts"))], [11, false]);
  // What a killed process may have left of a row.
  Deno.writeFileSync(folder.at(".parts.text/valid.f32"), Uint8Array.of(1), { append: true });
  await extractText(path, parts, folder.at("parts"), { batchSize: 3 });
  // The three sentences of valid that were done are sorted with the others again.
  assertEquals(parts.sentences, 17 + 3);
  for (const name of ["meta.json", "train.safetensors", "valid.safetensors"]) {
    const [a, b] = ["whole", "parts"].map((out) => Deno.readFileSync(folder.at(`${out}/${name}`)));
    assertEquals(a, b, name);
  }
  assertEquals(exists(folder.at(".parts.text")), false);
});

Deno.test("extractText() computes sentences of like length together, and keeps their order", async () => {
  using folder = new TestFolder();
  const texts = Array.from({ length: 8 }, (_, i) => "x".repeat(1 + (7 * i) % 10));
  const path = folder.pickle(
    makeDataset((splits) => splits.train["raw_text"] = texts),
    "mosi.pkl",
  );
  const model = fakeModel(), batches: number[][] = [];
  const { run } = model.extractor;
  model.extractor.run = (tokens, batch) => {
    const time = tokens.length / (3 * batch);
    const counts = Array.from(
      { length: batch },
      (_, i) => tokens.subarray((3 * i + 1) * time, (3 * i + 2) * time).reduce((a, b) => a + b, 0),
    );
    assertEquals(time, Math.max(...counts), "no more places than tokens");
    batches.push(counts);
    return run(tokens, batch);
  };
  await extractText(path, model, folder.at("store"), { batchSize: 2 });
  const padding = batches.slice(0, 4).flat().reduce((sum, count) => sum - count, 0) +
    batches.slice(0, 4).reduce((sum, counts) => sum + counts.length * Math.max(...counts), 0);
  assert(padding <= 6, `${padding} places of padding are computed`);
  using store = loadDataset(folder.at("store"));
  const column = store.splits.train!.features.text!;
  texts.forEach((text, i) => {
    const row = new Float32Array(2 * column.steps);
    column.read([i], row);
    assertEquals(row.filter((value, at) => at % 2 === 0 && value === 7).length, text.length);
    assertEquals(column.lengths[i], text.length + 2);
  });
});

Deno.test("extractText() does nothing twice, and starts anew for another model", async () => {
  using folder = new TestFolder();
  const path = file(folder);
  const model = fakeModel();
  await extractText(path, model, folder.at("store"));
  const { written } = await extractText(path, model, folder.at("store"));
  assertEquals([written, model.sentences], [false, 17]);
  const other = fakeModel("another");
  await assertRejects(
    () => extractText(path, other, folder.at("store")),
    DataError,
    "it holds other data, expected a new folder",
  );
  const signal = AbortSignal.abort(new Error("stop"));
  await assertRejects(() => extractText(path, model, folder.at("new"), { signal }), Error, "stop");
  // What the first model began there is of no use to another.
  await extractText(path, other, folder.at("new"));
  assertEquals([model.sentences, other.sentences], [17 + 8, 17]);
  using store = loadDataset(folder.at("new"));
  assertEquals(store.splits.train!.samples, 8);
});

Deno.test("features:text gives the recorded [CLS] of bert_tiny within 1e-5", async () => {
  using folder = new TestFolder();
  const { sentences } = JSON.parse(Deno.readTextFileSync(join(TINY, "expected.json"))) as {
    sentences: { text: string; cls: number[] }[];
  };
  const path = folder.pickle(
    makeDataset((splits) => {
      const texts = splits.train["raw_text"] as string[];
      sentences.slice(0, 8).forEach(({ text }, i) => texts[i] = text);
    }),
    "mosi.pkl",
  );
  const flags = ["--data", path, "--bert", TINY, "--out", folder.at("store"), "--json"];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--lock=deno.full.lock"],
      ...["--allow-read", "--allow-write", "--allow-env", "--allow-sys", "--allow-ffi"],
      join(ROOT, "tasks", "features_text.ts"),
      ...flags,
    ],
    cwd: ROOT,
    stdin: "null",
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  const said = lastJson(new TextDecoder().decode(stdout));
  assertEquals([said["written"], said["kind"]], [true, "tokens"]);
  using store = loadDataset(folder.at("store"));
  const { text } = store.splits.train!.features;
  const first = new Float32Array(32);
  sentences.slice(0, 8).forEach(({ cls }, i) => {
    text!.read([i], first, 1);
    cls.forEach((value, j) => assertAlmostEquals(first[j]!, value, 1e-5));
  });
});
