import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { makeRuns } from "../analysis/made_runs.ts";
import { withFolder } from "../training/small.ts";
import { assertFails, lastJson, runTask } from "./run_task.ts";

Deno.test("compare prints a table, the sentence and one JSON object, and writes the table", async () => {
  await withFolder(async (out) => {
    makeRuns(out, 5, { model: "good", noise: 0.3 });
    makeRuns(out, 5, { model: "bad", noise: 1.2 });
    Deno.mkdirSync(join(out, "bad", "notes"));
    const file = join(out, "table.tex");
    const paths = [join(out, "good"), join(out, "bad")];
    const result = await runTask("compare", ...paths, "--json", "--out", file);
    assertEquals(result.code, 0, result.stderr);
    const found = lastJson(result.stdout);
    assertEquals([found["a"], found["b"], found["verdict"]], ["good", "bad", "a better"]);
    assert(result.stdout.includes(`- ${found["sentence"]}`));
    assertMatch(result.stderr, /warning: ".*notes" is skipped: it holds no run/);
    assertMatch(Deno.readTextFileSync(file), /\\begin\{tabular\}/);
    const table = lastJson(
      (await runTask("compare", out, "--metric", "mae,acc7", "--json", "--resamples", "99")).stdout,
    );
    assertEquals(Object.keys(table), ["comparisons", "holm", "refused"]);
    assertEquals((table["comparisons"] as unknown[]).length, 2);
  });
});

Deno.test("compare fails with one message where it refuses, and with 2 for wrong flags", async () => {
  await withFolder(async (out) => {
    makeRuns(out, 3, { model: "good", noise: 0.3 });
    makeRuns(out, 3, { model: "bad", noise: 1.2 });
    assertFails(await runTask("compare", out, "--json"), 1, /the smallest possible is 0\.1/);
    assertFails(await runTask("compare", join(out, "none")), 1, /there is no finished run in/);
    assertFails(await runTask("compare", out, "--metric", "mea"), 2, /did you mean "mae"/);
    assertFails(await runTask("compare", out, "--level", "95"), 2, /a number between 0 and 1/);
    assertFails(await runTask("compare", out, "--out", "x.doc"), 2, /a name that ends in \.md/);
    assertFails(await runTask("compare"), 2, /Missing RUNS…/);
  });
});
