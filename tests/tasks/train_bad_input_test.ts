import { assert, assertEquals, assertMatch } from "@std/assert";
import { exists } from "../../lib/core/files.ts";
import { floatsIn, makeDataset, makeOneSided, makeSplit, TestFolder } from "../data/mmsa_file.ts";
import { assertFails, runTask, taskArguments, type TaskResult } from "./run_task.ts";
import { SHORT, train } from "./short_train.ts";

Deno.test("train refuses bad data with one message and leaves nothing behind", async () => {
  using folder = new TestFolder();
  const labels = (value: number) =>
    makeDataset(({ train }) => floatsIn(train.regression_labels)[1] = value);
  const bytes = Deno.readFileSync(folder.pickle(makeDataset(), "mosi.pkl"));
  Deno.writeFileSync(folder.at("cut_mosi.pkl"), bytes.subarray(0, bytes.length - 1));
  Deno.writeFileSync(folder.at("empty_mosi.pkl"), new Uint8Array());
  const canary = folder.at("canary");
  Deno.writeTextFileSync(folder.at("evil_mosi.pkl"), `cos\nsystem\n(S'touch ${canary}'\ntR.`);
  folder.pickle(labels(NaN), "nan_mosi.pkl");
  folder.pickle(labels(3.2), "range_mosi.pkl");
  folder.pickle(makeDataset(({ train }) => delete train.regression_labels), "unlabelled_mosi.pkl");
  folder.pickle({ Trian: makeDataset().train!, test: makeDataset().test! }, "keys_mosi.pkl");
  folder.pickle(makeDataset(({ test }) => floatsIn(test.audio)[0] = NaN), "feature_mosi.pkl");
  folder.pickle(makeDataset(({ train }) => delete train.vision), "blind_mosi.pkl");
  folder.pickle(makeOneSided(), "unnamed.pkl");
  const table: [string, string[], number, RegExp][] = [
    ["no_mosi.pkl", [], 1, /Cannot load ".*": there is no such file or folder/],
    [".", [], 1, /it is a folder without meta.json, expected a pickle or a store/],
    ["empty_mosi.pkl", [], 1, /it is empty, expected a pickle/],
    ["cut_mosi.pkl", [], 1, /the download may have stopped early/],
    [
      "evil_mosi.pkl",
      [],
      1,
      /names "os.system", which could run code \(nothing of it was called\)/,
    ],
    ["nan_mosi.pkl", [], 1, /label 1 \("train\$_\$1"\) is NaN, expected a number in \[-3, 3\]/],
    ["range_mosi.pkl", [], 1, /label 1 .* is 3.2\d*, expected a number in \[-3, 3\]/],
    ["unlabelled_mosi.pkl", [], 1, /split "train" has no labels, expected samples with labels/],
    ["keys_mosi.pkl", [], 1, /ignores "Trian"[^]*split "train" is missing, expected/],
    ["feature_mosi.pkl", ["--nonfinite", "stop"], 1, /audio column 0 is NaN in 1 of 5 rows/],
    ["blind_mosi.pkl", ["--modalities", "text,vision"], 2, /"train" has text, audio only/],
    ["unnamed.pkl", [], 2, /Cannot tell the protocol .* give --protocol mosi\|mosei\|sims/],
    ["mosi.pkl", ["--protocol", "sims"], 1, /is -1.5, expected a number in \[-1, 1\]/],
  ];
  for (const [name, args, status, message] of table) {
    assertFails(await train(folder, "constant", folder.at(name), ...args), status, message);
  }
  assert(!exists(canary));
  assert(!exists(folder.at("runs")));
});

Deno.test("train tells what is odd about the data and trains all the same", async () => {
  using folder = new TestFolder();
  folder.pickle(
    makeDataset(({ train, test }) => {
      floatsIn(train.audio)[1] = Infinity;
      floatsIn(test.text)[0] = NaN;
    }),
    "feature_mosi.pkl",
  );
  folder.pickle(
    makeDataset(({ train }) => floatsIn(train.regression_labels).fill(1)),
    "sign_mosi.pkl",
  );
  folder.pickle(makeDataset(({ train }) => delete train.vision), "blind_mosi.pkl");
  const { valid } = makeDataset();
  const ones = { train: makeSplit("train", 1), valid: valid!, test: makeSplit("test", 1) };
  folder.pickle(ones, "one_mosi.pkl");
  const data = folder.pickle(makeDataset(), "mosi.pkl");
  const feature = await train(folder, "self-mm", folder.at("feature_mosi.pkl"));
  assertMatch(
    feature.stderr,
    /warning: "feature_mosi.pkl": set to 0: audio column 1 is \+inf in 1/,
  );
  const record = folder.at("runs/self-mm/feature_mosi/1111/run.json");
  const { zeroed } = JSON.parse(Deno.readTextFileSync(record)).data;
  assertEquals(zeroed, { train: { audio: 1 }, test: { text: 1 } });
  const table: [TaskResult, RegExp][] = [
    [feature, /warning/],
    [
      await train(folder, "self-mm", folder.at("sign_mosi.pkl")),
      /warning: .*"train" has 0 negative and 8 positive labels: unimodal labels need at least 2/,
    ],
    [
      await train(folder, "self-mm", folder.at("blind_mosi.pkl")),
      /warning: .*vision is missing in split "train", so it is not used/,
    ],
    [
      await train(folder, "self-mm", folder.at("one_mosi.pkl")),
      /"train" has one sample only[^]*split "test" has one sample only/,
    ],
    [
      await train(folder, "self-mm", data, "--set", "batchSize=9"),
      /warning: batchSize 9 is more than the 8 samples of split "train": every batch holds them all/,
    ],
    [
      await train(folder, "constant", data, "--epochs", "3", "--mode", "robust"),
      /warning: --mode has no effect: "constant" .*\nwarning: --epochs has no effect/,
    ],
  ];
  for (const [{ code, stderr }, message] of table) {
    assertEquals(code, 0, stderr);
    assertMatch(stderr, message);
  }
});

Deno.test("train exits with 2 for wrong flags, before the data are looked for", async () => {
  using folder = new TestFolder();
  Deno.writeTextFileSync(folder.at("list.json"), "[1]");
  Deno.writeTextFileSync(folder.at("half.json"), '{"batchSize":');
  Deno.writeTextFileSync(folder.at("unknown.json"), '{"batchsize":8}');
  Deno.writeTextFileSync(folder.at("type.json"), '{"H":[3]}');
  const missing = folder.at("no.pkl");
  const table: [Parameters<typeof train>[1], string[], RegExp][] = [
    ["self-nm", [], /Unknown model "self-nm": did you mean "self-mm"\? Known are self-mm, /],
    ["self-mm", ["--set", "lerningRateAudio=1"], /did you mean "learningRateAudio"\?/],
    ["self-mm", ["--set", "batchSize"], /Cannot use --set "batchSize": expected KEY=VALUE/],
    [
      "self-mm",
      ["--set", "batchSize=x"],
      /Cannot set batchSize to "x": expected a whole number of 1 or more/,
    ],
    ["self-mm", ["--set", "batchSize=0"], /expected a whole number of 1 or more/],
    ["self-mm", ["--set", "preset=mine"], /Cannot set preset to "mine": expected one of mmsa/],
    ["self-mm", ["--epochs", "0"], /Cannot use --epochs twice, expected it once/],
    ["self-mm", ["--mode", "robustt"], /Cannot use "robustt" for --mode: did you mean "robust"/],
    ["self-mm", ["--engine", "gpu"], /Cannot use "gpu" for --engine: did you mean "cpu"/],
    ["self-mm", ["--seeds", "1,x"], /Cannot use "x" in --seeds/],
    ["self-mm", ["--seed", "1"], /Unknown flag "--seed": did you mean "--seeds"/],
    ["self-mm", ["--modalities", "text,smell"], /Unknown modality "smell"/],
    [
      "self-mm",
      ["--config", folder.at("no.json")],
      /Cannot read --config ".*no.json": there is no/,
    ],
    ["self-mm", ["--config", folder.at("list.json")], /expected a JSON object of settings/],
    ["self-mm", ["--config", folder.at("half.json")], /Cannot read --config ".*half.json"/],
    ["self-mm", ["--config", folder.at("unknown.json")], /did you mean "batchSize"/],
    [
      "self-mm",
      ["--config", folder.at("type.json")],
      /Cannot set H to \[3\]: expected a finite number above 0/,
    ],
    ["constant", ["--set", "value=mode"], /Cannot set value to "mode": expected one of mean/],
  ];
  for (const [model, args, message] of table) {
    const result = await train(folder, model, missing, ...args);
    assertFails(result, 2, message);
    assertMatch(result.stderr, /Run "deno task train --help" for the flags\n$/);
  }
  for (const args of [["--model", "constant"], ["--data", "synthetic"]]) {
    assertFails(await runTask("train", ...args), 2, /error: Missing --(data|model)\n/);
  }
  assert(!exists(folder.at("runs")));
});

Deno.test("train tells where it cannot write", async () => {
  using folder = new TestFolder();
  const data = folder.pickle(makeDataset(), "mosi.pkl");
  Deno.writeTextFileSync(folder.at("runs"), "a file");
  const message = /Cannot lock ".*": part of its path is a file, expected a folder that can be/;
  assertFails(await train(folder, "constant", data), 1, message);
  assertEquals(Deno.readTextFileSync(folder.at("runs")), "a file");
});

Deno.test({
  name: "train tells that the disk is full, and --resume goes on when there is space",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using folder = new TestFolder();
    const data = folder.pickle(makeDataset(), "mosi.pkl");
    const flags = ["--model", "self-mm", "--data", data, "--out", folder.at("runs"), ...SHORT];
    // Files of 4 or 8 KB at most, and an error instead of a signal: settings fit, weights do not.
    const full = 'trap "" XFSZ; ulimit -f 8; exec "$0" "$@"';
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", full, Deno.execPath(), ...taskArguments("train", flags)],
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stderr);
    assertEquals(code, 1, text);
    assertMatch(
      text,
      /^error: Cannot write ".*": File too large \(os error 27\), expected .* space$/m,
    );
    const run = folder.at("runs/self-mm/mosi/1111");
    assertEquals(JSON.parse(Deno.readTextFileSync(`${run}/run.json`)).status, "failed");
    assertEquals([...Deno.readDirSync(`${run}/checkpoint`)], []);
    assertFails(await train(folder, "self-mm", data), 1, /unfinished run \(failed\), .*--resume/);
    assertEquals((await train(folder, "self-mm", data, "--resume")).code, 0);
  },
});
