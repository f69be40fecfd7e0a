import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { TestFolder } from "../data/mmsa_file.ts";
import { assertFails, ROOT, runDeno, taskArguments, type TaskResult } from "./run_task.ts";

const BERT = join(ROOT, "tests", "golden", "bert_tiny");
const DATA = join(ROOT, "tests", "golden", "self_mm_bert_tiny", "data.pkl");
const CPU = ["--engine", "cpu"];

/** Runs a task with the lock that knows the tokenizer's package. */
function runHeavy(file: string, ...args: string[]): Promise<TaskResult> {
  const [run, ...rest] = taskArguments(file, args);
  return runDeno([run!, "--lock=deno.full.lock", ...rest]);
}

function train(folder: TestFolder, ...args: string[]): Promise<TaskResult> {
  const out = ["--out", folder.at("runs"), "--epochs", "1", "--set", "batchSize=8"];
  return runHeavy(
    "train",
    "--model",
    "self-mm",
    "--data",
    DATA,
    "--protocol",
    "mosi",
    ...CPU,
    ...out,
    ...args,
  );
}

Deno.test("train --text bert makes a run that predict --text can ask", async () => {
  using folder = new TestFolder();
  const bert = ["--text", "bert", "--bert", BERT, "--retokenize", "--modalities", "text"];
  const trained = await train(folder, ...bert);
  assertEquals(trained.code, 0, trained.stderr);
  const run = folder.at("runs/self-mm/data/1111");
  const config = JSON.parse(Deno.readTextFileSync(join(run, "config.json")));
  assertEquals([config.text, config.bert, config.retokenize], ["bert", BERT, true]);
  const ask = (text: string) => runHeavy("predict", run, "--text", text, ...CPU);
  const [good, again, bad] = [
    await ask("I really loved this movie!"),
    await ask("I really loved this movie!"),
    await ask("this movie"),
  ];
  assertMatch(good.stdout, /^id,prediction\r?\ntext,-?\d[\d.e-]*\r?\n$/);
  assertEquals([good.code, again.stdout], [0, good.stdout]);
  assert(bad.stdout !== good.stdout);
  assertFails(await ask(" "), 1, /the raw text of sample "text" is empty, expected words/);
  const both = await runHeavy("predict", run, "--text", "a", "--data", DATA);
  assertFails(both, 2, /Cannot use --text and --data together/);
});

Deno.test("train tells what is wrong with --text, --bert and --retokenize", async () => {
  using folder = new TestFolder();
  assertFails(await train(folder, "--text", "bert"), 2, /--text bert without --bert FOLDER/);
  assertFails(await train(folder, "--bert", BERT), 2, /expected --text bert/);
  const wrong = await train(folder, "--text", "bert", "--bert", folder.path);
  assertFails(wrong, 1, /config.json": there is no such file or folder, expected a Hugging Face/);
  assertFails(await train(folder, "--text", "words"), 2, /words/);
  const deep = await train(folder, "--text", "bert", "--bert", BERT, "--set", "bertFrozenLayers=3");
  assertFails(
    deep,
    2,
    /Cannot set bertFrozenLayers to 3: the BERT in .* has 2 layers, expected 0 to 2/,
  );
  const svm = ["--model", "svm", "--data", DATA, "--text", "bert", "--bert", BERT];
  const fitted = await runHeavy("train", ...svm);
  assertFails(fitted, 2, /Cannot use --text bert with "svm": it is fitted without a gradient/);
});
