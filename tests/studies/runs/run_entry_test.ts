import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { join } from "node:path";
import { findRunFolders, readRun, readRuns } from "../../../lib/studies/mod.ts";
import { testSelection } from "../../../lib/studies/runs/run_entry.ts";
import { RunError } from "../../../lib/core/errors.ts";
import { PROTOCOLS, readPredictions, selectSplit } from "../../../lib/evaluation/mod.ts";
import { withFolder } from "../../training/small.ts";
import { makeRun } from "../../analysis/made_runs.ts";

Deno.test("readRuns() makes a row of each finished run below a folder", async () => {
  await withFolder((out) => {
    makeRun(out, { model: "svm", seed: 2 });
    makeRun(out, { model: "cnn", dataset: "mosei", seed: 1, protocol: "mosei" });
    const { runs, skipped } = readRuns([out]);
    assertEquals(skipped, []);
    assertEquals(runs.map(({ model, dataset, seed }) => [model, dataset, seed]), [
      ["cnn", "mosei", 1],
      ["svm", "mosi", 2],
    ]);
    assertEquals([runs[0]!.protocol, runs[0]!.epochs, runs[0]!.bestEpoch], ["mosei", 3, 2]);
    assertEquals(Object.keys(runs[0]!.test).slice(0, 2), ["mae", "corr"]);
    assertEquals(runs[0]!.config["modalities"], "text");
  });
});

Deno.test("readRun() computes metrics that a run of version 0.1 does not have yet", () => {
  for (const model of ["self-mm", "svm"]) {
    const path = join(import.meta.dirname!, "../../golden/v0.1", model, "synthetic", "1111");
    const recorded = JSON.parse(Deno.readTextFileSync(join(path, "metrics.json")));
    const run = readRun(path);
    for (const split of ["valid", "test"] as const) {
      assertEquals(recorded[split].rmse, undefined);
      const { predictions, labels } = selectSplit(
        readPredictions(join(path, "predictions.csv")),
        split,
      );
      const { values } = PROTOCOLS.mosi.evaluate(predictions, labels);
      const { rmse, ccc } = values;
      assertEquals(run[split], { ...recorded[split], rmse, ccc });
    }
  }
});

Deno.test("readRun() leaves the recorded metrics where the predictions are damaged or lack labels", async () => {
  await withFolder((out) => {
    const path = makeRun(out, { model: "svm", seed: 1 });
    const test = { mae: 0.25, "class.acc7": 0.5 };
    Deno.writeTextFileSync(join(path, "metrics.json"), JSON.stringify({ test }));
    const { mae, rmse } = readRun(path).test;
    assertEquals([mae, typeof rmse], [0.25, "number"]);
    const file = join(path, "predictions.csv");
    Deno.writeTextFileSync(file, "split,id,label,prediction\ntest,a,,0.5\ntest,b,1,0.5\n");
    assertEquals(readRun(path).test, test);
    Deno.writeTextFileSync(file, "nothing");
    assertEquals(readRun(path).test, test);
    Deno.removeSync(file);
    assertEquals(readRun(path).test, test);
  });
});

Deno.test("readRuns() reports and skips what is foreign, half-written or deleted", async () => {
  await withFolder((out) => {
    const good = makeRun(out, { model: "svm", seed: 1 });
    Deno.mkdirSync(join(out, "notes", "deep"), { recursive: true });
    Deno.writeTextFileSync(join(out, "notes", "deep", "todo.txt"), "x");
    const half = makeRun(out, { model: "svm", seed: 2 });
    Deno.writeTextFileSync(join(half, "run.json"), '{"status": "fin');
    const noMetrics = makeRun(out, { model: "svm", seed: 3 });
    Deno.removeSync(join(noMetrics, "metrics.json"));
    const running = makeRun(out, { model: "svm", seed: 4 });
    Deno.writeTextFileSync(join(running, "run.json"), '{"status": "running"}');
    const foreign = makeRun(out, { model: "svm", seed: 5 });
    Deno.writeTextFileSync(join(foreign, "config.json"), '{"lr": 1}');
    const wrongMetrics = makeRun(out, { model: "svm", seed: 6 });
    Deno.writeTextFileSync(join(wrongMetrics, "metrics.json"), '{"test": "good"}');
    const { runs, skipped } = readRuns([out, join(out, "gone")]);
    assertEquals(runs.map((run) => run.path), [good]);
    const reasons = Object.fromEntries(skipped.map(({ path, reason }) => [path, reason]));
    assertEquals(Object.keys(reasons).length, 7);
    assertEquals(reasons[join(out, "notes")], "there is no run in it or below");
    assertEquals(reasons[join(out, "gone")], "there is no such file or folder");
    assertMatch(reasons[half]!, /expected JSON$/);
    assertMatch(reasons[noMetrics]!, /metrics\.json/);
    assertMatch(reasons[running]!, /its run is running, expected the folder of a finished run$/);
    assertMatch(reasons[foreign]!, /its protocol is undefined, expected a text$/);
    assertMatch(reasons[wrongMetrics]!, /it holds no metrics/);
  });
});

Deno.test("findRunFolders() takes a run once, by whatever way it is reached, and ends in circles", async () => {
  await withFolder((out) => {
    const run = makeRun(out, { model: "svm", seed: 1 });
    Deno.symlinkSync(out, join(out, "svm", "circle"));
    Deno.symlinkSync(join(out, "nowhere"), join(out, "broken"));
    const { folders, skipped } = findRunFolders([run, out, `${out}/.`]);
    assertEquals(folders.length, 1);
    assertEquals(skipped, []);
  });
});

Deno.test("findRunFolders() keeps the order of its paths, so that compare knows a from b", async () => {
  await withFolder((out) => {
    const [b, a] = ["b", "a"].map((model) => makeRun(out, { model, seed: 1 }));
    assertEquals(findRunFolders([b!, a!]).folders, [b, a]);
    assertEquals(findRunFolders([out]).folders, [a, b]);
  });
});

Deno.test("readRun() tells the setting of a study, or what --out named, from the path", async () => {
  await withFolder((out) => {
    const run = readRun(makeRun(join(out, "table-2", "text-only"), { model: "svm", seed: 1 }));
    assertEquals(run.setting, "text-only");
    assertEquals(readRun(makeRun(join(out, "runs"), { model: "svm", seed: 1 })).setting, "runs");
    assertThrows(() => readRun(join(out, "none")), RunError, "it holds no run");
  });
});

Deno.test("testSelection() sees a read of test before the end of the training only", async () => {
  await withFolder((out) => {
    const path = makeRun(out, { model: "svm", seed: 1 });
    const note = (at: string, split: string) =>
      Deno.writeTextFileSync(join(path, "reads.jsonl"), JSON.stringify({ at, split }) + "\n");
    assertEquals(testSelection(readRun(path)), null);
    note("2026-01-01T00:02:00.000Z", "test");
    assertEquals(testSelection(readRun(path)), null);
    note("2026-01-01T00:00:30.000Z", "valid");
    assertEquals(testSelection(readRun(path)), null);
    note("2026-01-01T00:00:30.000Z", "test");
    assertMatch(testSelection(readRun(path))!, /before its training ended/);
  });
});
