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
    assert(
      result.stdout.includes("\ngood has lower MAE than bad on mosi: established\n"),
      result.stdout,
    );
    assert(
      !result.stdout.includes(`${found["sentence"]}\n`),
      "told at length with --details alone",
    );
    assertMatch(result.stderr, /warning: ".*notes" is skipped: it holds no run/);
    assertMatch(Deno.readTextFileSync(file), /\\begin\{tabular\}/);
    const table = lastJson(
      (await runTask("compare", out, "--metric", "mae,acc7", "--json", "--resamples", "99")).stdout,
    );
    assertEquals(Object.keys(table), ["comparisons", "holm", "refused"]);
    assertEquals((table["comparisons"] as unknown[]).length, 2);
  });
});

Deno.test("compare --equivalence takes a margin for all metrics, or one for each", async () => {
  await withFolder(async (out) => {
    for (const model of ["good", "better"]) makeRuns(out, 5, { model, noise: 0.3, samples: 200 });
    const compare = async (...flags: string[]) =>
      (await runTask("compare", out, "--resamples", "199", ...flags)).stdout;
    const found = lastJson(await compare("--equivalence", "0.2", "--json"));
    assertEquals(found["verdict"], "equivalent");
    assertEquals(
      Object.keys(found["equivalence"] as object).join(),
      "margin,low,high,level,seeds,samples,p",
    );
    const metrics = ["--metric", "mae,corr", "--equivalence", "corr=0.5,mae=0.2"];
    assertMatch(await compare(...metrics), /MAE .*±0\.200\n.*Corr .*±0\.500\n/);
    assertMatch(
      await compare(...metrics, "--format", "latex"),
      /\\begin\{table\}[^]*\$\\pm\$0\.200[^]*equivalent \\\\/,
    );
    for (
      const [margin, message] of [
        ["two", /--equivalence "two": expected a margin like 0\.02/],
        ["mae=", /expected a margin like 0\.02/],
        ["mae=1,mae=2", /or one for each metric like/],
        ["acc7=0.1", /by "acc7": expected a metric of the comparison, mae/],
        ["0", /within 0: that is no margin/],
      ] as const
    ) {
      assertFails(await runTask("compare", out, "--equivalence", margin), 2, message);
    }
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
    assertFails(
      await runTask("compare", out, "--out", "x.doc"),
      2,
      /a name that ends in \.txt, \.md, /,
    );
    assertFails(await runTask("compare"), 2, /Missing RUNS…/);
  });
});
