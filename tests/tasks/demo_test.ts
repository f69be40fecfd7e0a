import { assert, assertEquals, assertMatch } from "@std/assert";
import { TestFolder } from "../data/mmsa_file.ts";
import { assertFails, contentOf, lastJson, runTask } from "./run_task.ts";

interface Result {
  runs: { model: string; seed: number; test: { mae: number } }[];
  unimodalLabels: { modality: string; copied: number; generated: number }[];
}

Deno.test("demo beats the constant and finds unimodal sentiments, and keeps its runs", async () => {
  using folder = new TestFolder();
  const out = ["--out", folder.at("runs"), "--seeds", "1111", "--json"];
  const { code, stdout, stderr } = await runTask("demo", ...out);
  assertEquals(code, 0, stderr);
  const { runs, unimodalLabels } = lastJson(stdout) as unknown as Result;
  assertEquals(runs.map(({ model, seed }) => [model, seed]), [["constant", 1111], [
    "self-mm",
    1111,
  ]]);
  const [constant, selfMm] = runs;
  assert(selfMm!.test.mae <= 0.7 * constant!.test.mae, stdout);
  const gains = unimodalLabels.map(({ generated, copied }) => generated - copied);
  assert(gains.filter((gain) => gain >= 0.3).length >= 2, stdout);
  assertMatch(stdout, /^model +dataset +seeds +MAE +Corr/m);
  assertMatch(stdout, /^self-mm +synthetic +\d +0\.\d{3}/m);
  assertMatch(stdout, /^modality +copy of the label +generated +gain$/m);
  assert(!/valid MAE/.test(stdout), "progress is no result");
  assertMatch(stderr, /^\[2\/2\] self-mm 1111: trained, valid MAE 0\.\d{4}$/m);

  const before = contentOf(folder.at("runs"));
  const again = await runTask("demo", ...out);
  assertEquals([again.code, again.stdout], [0, stdout]);
  assertEquals(again.stderr.match(/: kept as it is, valid MAE /g)?.length, 2);
  assertEquals(contentOf(folder.at("runs")), before);
});

Deno.test("demo exits with 2 for wrong flags", async () => {
  assertFails(await runTask("demo", "--seeds", "one"), 2, /Cannot use "one" in --seeds/);
  assertFails(await runTask("demo", "--data", "x.pkl"), 2, /Unknown flag "--data"/);
});
