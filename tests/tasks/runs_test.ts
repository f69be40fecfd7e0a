import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { makeRun } from "../analysis/made_runs.ts";
import { withFolder } from "../training/small.ts";
import { assertFails, lastJson, runTask } from "./run_task.ts";

Deno.test("runs lists what is asked for, best first, and reports what it skips", async () => {
  await withFolder(async (out) => {
    makeRun(out, { model: "svm", seed: 1, noise: 1 });
    makeRun(out, { model: "svm", seed: 2, noise: 0.1 });
    makeRun(out, { model: "cnn", seed: 3 });
    Deno.mkdirSync(join(out, "notes"));
    const args = ["--out", out, "--model", "svm", "--sort", "mae", "--json"];
    for (const more of [[], ["--rebuild"]]) {
      const { code, stdout, stderr } = await runTask("runs", ...args, ...more);
      assertEquals(code, 0, stderr);
      const { runs, skipped } = lastJson(stdout) as { runs: { seed: number }[]; skipped: unknown };
      assertEquals(runs.map(({ seed }) => seed), [2, 1]);
      assertEquals(skipped, [{ path: join(out, "notes"), reason: "it holds no run" }]);
      assertMatch(stdout, /^run +epochs +MAE +Corr/);
      assertMatch(stderr, /warning: ".*notes" is skipped/);
    }
  });
});

Deno.test("runs tells where there is no folder, and the nearest name of a wrong one", async () => {
  await withFolder(async (out) => {
    makeRun(out, { model: "svm", seed: 1 });
    assertFails(await runTask("runs", "--out", join(out, "x")), 1, /there is no such folder/);
    assertFails(await runTask("runs", "--out", out, "--model", "svn"), 2, /did you mean "svm"/);
    assertFails(await runTask("runs", "--out", out, "--sort", "mea"), 2, /did you mean "mae"/);
  });
});
