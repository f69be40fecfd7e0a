import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { makeRuns } from "../analysis/made_runs.ts";
import { withFolder } from "../training/small.ts";
import { assertFails, lastJson, runTask } from "./run_task.ts";

Deno.test("report writes one HTML file and says where", async () => {
  await withFolder(async (out) => {
    makeRuns(join(out, "runs"), 2, { model: "svm" });
    const file = join(out, "report.html");
    const { code, stdout, stderr } = await runTask(
      "report",
      join(out, "runs"),
      "--out",
      file,
      "--json",
    );
    assertEquals(code, 0, stderr);
    const html = Deno.readTextFileSync(file);
    const { size } = Deno.statSync(file);
    assertEquals(lastJson(stdout), { report: file, bytes: size });
    assertMatch(html, /^<!doctype html>[^]*<\/html>\n$/);
  });
});

Deno.test("report fails without a finished run, and of a metric that there is not", async () => {
  await withFolder(async (out) => {
    const report = (...args: string[]) =>
      runTask("report", ...args, "--out", join(out, "report.html"));
    assertFails(await report(join(out, "gone")), 1, /there is no finished run in it/);
    makeRuns(join(out, "runs"), 1, { model: "svm" });
    makeRuns(join(out, "runs"), 1, { model: "cnn" });
    assertFails(await report(join(out, "runs"), "--metric", "mea"), 2, /did you mean "mae"/);
    const margin = ["--equivalence", "corr=0.1"];
    assertFails(await report(join(out, "runs"), ...margin), 2, /by "corr": expected a metric of/);
    assertFails(await report(), 2, /STUDY/);
  });
});
