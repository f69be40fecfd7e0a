import { assertEquals, assertMatch } from "@std/assert";
import { exists } from "../../lib/core/files.ts";
import { floatsIn, makeDataset, TestFolder } from "../data/mmsa_file.ts";
import { lastJson, runTask } from "./run_task.ts";

Deno.test("data:convert writes a store that data:check takes", async () => {
  using folder = new TestFolder();
  const path = folder.pickle(makeDataset(), "mosi.pkl");
  const { code, stdout } = await runTask("data_convert", path, folder.at("store"));
  assertEquals(code, 0);
  assertMatch(stdout, /store" holds "mosi": 8 train, 4 valid, 5 test samples/);
  const check = await runTask("data_check", folder.at("store"), "--json");
  assertEquals([check.code, lastJson(check.stdout).format], [0, "store"]);
  const again = await runTask("data_convert", path, folder.at("store"));
  assertEquals(again.code, 0);
  assertMatch(again.stdout, /store" already holds "mosi"/);
});

Deno.test("data:convert --json ends with one object, warnings go to stderr", async () => {
  using folder = new TestFolder();
  const path = folder.pickle(
    makeDataset(({ train }) => floatsIn(train.audio)[0] = NaN),
    "mosi.pkl",
  );
  const { stdout, stderr } = await runTask("data_convert", path, folder.at("store"), "--json");
  const { written, name, protocol, splits, problems } = lastJson(stdout);
  assertEquals([written, name, protocol], [true, "mosi", "mosi"]);
  assertEquals(splits, { train: { samples: 8 }, valid: { samples: 4 }, test: { samples: 5 } });
  assertEquals((problems as unknown[]).length, 1);
  assertMatch(stderr, /^warning: audio column 0 is NaN in 1 of 8 rows/);
});

Deno.test("data:convert exits with 1 and leaves everything as it was when it cannot", async () => {
  using folder = new TestFolder();
  Deno.mkdirSync(folder.at("mine"));
  Deno.writeTextFileSync(folder.at("mine/notes.txt"), "keep");
  const path = folder.pickle(makeDataset());
  const taken = await runTask("data_convert", path, folder.at("mine"));
  assertEquals([taken.code, taken.stdout], [1, ""]);
  assertMatch(taken.stderr, /^error: Cannot convert .* it exists and is not a store/);
  assertEquals(Deno.readTextFileSync(folder.at("mine/notes.txt")), "keep");
  const missing = await runTask("data_convert", folder.at("no.pkl"), folder.at("store"));
  assertEquals([missing.code, exists(folder.at("store"))], [1, false]);
  assertMatch(missing.stderr, /there is no such file/);
});

Deno.test("data:convert exits with 2 for wrong arguments", async () => {
  const missing = await runTask("data_convert", "x.pkl");
  assertEquals(missing.code, 2);
  assertMatch(missing.stderr, /Missing FOLDER/);
  const flag = await runTask("data_convert", "x.pkl", "y", "--protcol", "mosi");
  assertEquals(flag.code, 2);
  assertMatch(flag.stderr, /did you mean "--protocol"\?/);
});
