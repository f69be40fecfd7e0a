import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { exists } from "../../lib/core/files.ts";
import { floatsIn, makeDataset, TestFolder } from "../data/mmsa_file.ts";
import { assertFails, lastJson, ROOT, runTask } from "./run_task.ts";

const SHARED = join(ROOT, "..", "shared", "data");
const hasShared = exists(SHARED);

Deno.test("data:check prints a report and exits with 0 where nothing is an error", async () => {
  using folder = new TestFolder();
  const path = folder.pickle(
    makeDataset(({ train }) => floatsIn(train.audio)[0] = -Infinity),
    "mosi.pkl",
  );
  const { code, stdout, stderr } = await runTask("data_check", path);
  assertEquals([code, stderr], [0, ""]);
  assert(stdout.startsWith(path));
  assertMatch(stdout, /audio column 0 is -inf in 1 of 8 rows of split "train"/);
});

Deno.test("data:check --json says the layout and how the file is read", async () => {
  const path = join(ROOT, "tests", "golden", "layouts", "among_others.pkl");
  const { code, stdout } = await runTask("data_check", path, "--protocol", "mosi", "--json");
  const { layout, renamed, padding, textPooling, standardize } = lastJson(stdout);
  assertEquals(code, 0);
  assertEquals(layout, "splits with other names (LMF, MFN)");
  assert((renamed as string[]).includes("tgt → regression_labels"));
  assertEquals(padding, { text: "end", audio: "end", vision: "end" });
  // Numbers of a formula say the same in every step.
  assertEquals([textPooling, standardize], ["lstm", "none"]);
});

Deno.test("data:check --json ends with one object and exits with 1 for an error", async () => {
  using folder = new TestFolder();
  const path = folder.pickle(
    makeDataset(({ test }) => floatsIn(test.regression_labels)[2] = NaN),
    "mosi.pkl",
  );
  const { code, stdout } = await runTask("data_check", path, "--json");
  const { ok, format, recognized, splits, problems } = lastJson(stdout);
  assertEquals([code, ok, format, recognized], [1, false, "mmsa-pickle", null]);
  assertEquals(Object.keys(splits as object), ["train", "valid", "test"]);
  assertEquals(problems, [{
    severity: "error",
    code: "nonfinite-label",
    split: "test",
    modality: null,
    count: 1,
    ids: ["test$_$2"],
    message: 'split "test" label 2 ("test$_$2") is NaN, expected a number in [-3, 3]',
  }]);
});

Deno.test("data:check exits with 1 and says why for what is no dataset", async () => {
  using folder = new TestFolder();
  Deno.writeTextFileSync(folder.at("labels.csv"), "video_id,clip_id,label\n");
  const { code, stdout } = await runTask("data_check", folder.at("labels.csv"));
  assertEquals(code, 1);
  assertMatch(stdout, /not a dataset[^]*it is a table that begins with "video_id,clip_id,label"/);
  const missing = await runTask("data_check", folder.at("no.pkl"), "--json");
  assertEquals([missing.code, lastJson(missing.stdout).ok], [1, false]);
});

Deno.test("data:check takes the protocol that is given", async () => {
  using folder = new TestFolder();
  const path = folder.pickle(makeDataset());
  const { code, stdout } = await runTask("data_check", path, "--protocol", "sims", "--json");
  assertEquals([code, lastJson(stdout).protocol], [1, "sims"]);
});

Deno.test("data:check exits with 2 and the nearest name for wrong flags", async () => {
  const flag = await runTask("data_check", "x.pkl", "--jason");
  assertEquals([flag.code, flag.stdout], [2, ""]);
  assertMatch(flag.stderr, /Unknown flag "--jason": did you mean "--json"\?/);
  const protocol = await runTask("data_check", "x.pkl", "--protocol", "mosy");
  assertEquals(protocol.code, 2);
  assertMatch(protocol.stderr, /did you mean "mosi"\?/);
  const nothing = await runTask("data_check");
  assertEquals(nothing.code, 2);
  assertMatch(nothing.stderr, /Missing PATH/);
});

Deno.test("data:check --help names its flags and the exit status", async () => {
  const { code, stdout } = await runTask("data_check", "--help");
  assertEquals(code, 0);
  assertMatch(stdout, /deno task data:check PATH/);
  assertMatch(stdout, /--json[^]*Exit status 1/);
});

Deno.test("data:check takes a store and synthetic data as it takes a pickle", async () => {
  using folder = new TestFolder();
  const path = folder.pickle(makeDataset(), "mosi.pkl");
  await runTask("data_convert", path, folder.at("store"));
  const formats = {
    [path]: "mmsa-pickle",
    [folder.at("store")]: "store",
    "synthetic": "synthetic",
  };
  for (const [data, format] of Object.entries(formats)) {
    const { code, stdout } = await runTask("data_check", data, "--json");
    const { ok, format: found, protocol } = lastJson(stdout);
    assertEquals([code, ok, found, protocol], [0, true, format, "mosi"]);
  }
  assertFails(await runTask("data_check", "synthetic:m=3"), 2, /did you mean "n"\?/);
});

Deno.test({
  name: "data:check reports on every real file" +
    (hasShared ? "" : " (skipped: ../shared is absent)"),
  ignore: !hasShared,
  fn: async () => {
    const table: [string, number, RegExp][] = [
      ["mosei_video.pkl", 0, /audio column 7 is -inf in 359 of 505 rows of split "train"/],
      ["mosi_text_audio.pkl", 0, /protocol +mosi[^]*train +1284/],
      ["mosi_glove50_train.pkl", 1, /missing-labels: split "train" has no labels/],
      ["mosi_glove50_valid_test.pkl", 1, /missing-split: has no split "train"/],
      ["sims_scalar.pkl", 0, /protocol +sims[^]*No problems found/],
      ["youtube.pkl", 0, /43 of 64 samples whose audio is all 0/],
      ["mosi_label.csv", 1, /it is a table that begins with "video_id,clip_id/],
      ["vocab", 1, /it is a folder without meta.json/],
    ];
    for (const [name, status, message] of table) {
      const { code, stdout, stderr } = await runTask("data_check", join(SHARED, name));
      assertEquals([code, stderr], [status, ""], name);
      assertMatch(stdout, message);
    }
  },
});
