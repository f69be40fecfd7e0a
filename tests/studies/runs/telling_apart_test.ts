import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { groupRuns } from "../../../lib/analysis/mod.ts";
import { readRuns, RunIndex } from "../../../lib/studies/mod.ts";
import { makeRun, makeRuns } from "../../analysis/made_runs.ts";
import { withFolder } from "../../training/small.ts";

const OTHER = "0123456789abcdef";

/** `label dataset: seeds` of each group below folders. */
function groupsOf(...paths: string[]): string[] {
  return groupRuns(readRuns(paths).runs).map(({ label, dataset, runs }) =>
    `${label} ${dataset}: ${runs.map(({ seed }) => seed).join()}`
  ).sort();
}

Deno.test("runs of several configurations in one folder are a model each", async () => {
  await withFolder((out) => {
    makeRuns(out, 2, { model: "net", config: { dropout: 0.1, H: 3 } });
    makeRuns(out, 2, { model: "net", config: { dropout: 0.2, H: 3 }, variant: "dropout=0.2" });
    makeRun(out, { model: "net", seed: 1111, config: { dropout: 0.2, H: 3 }, variant: "named" });
    assertEquals(groupsOf(out), [
      "net (dropout=0.2) mosi: 1111,1112",
      "net (named) mosi: 1111",
      "net mosi: 1111,1112",
    ]);
    using index = new RunIndex();
    index.sync([out]);
    assertEquals(index.query({ sort: "variant" }).map(({ variant }) => variant), [
      ...["", "", "dropout=0.2", "dropout=0.2", "named"],
    ]);
  });
});

Deno.test("what differs is told as it is, whatever the names of folders say", async () => {
  await withFolder((out) => {
    makeRun(out, { model: "net", seed: 1, config: { dropout: 0.1, H: 3 } });
    makeRun(out, { model: "net", seed: 2, config: { dropout: 0.2, H: 3 } });
    makeRun(out, { model: "net", seed: 3, config: { dropout: 0.1, H: 1 }, variant: "dropout=0.2" });
    assertEquals(groupsOf(out), ["net (H=1) mosi: 3", "net (dropout=0.2) mosi: 2", "net mosi: 1"]);
    // Alone, it has nothing to differ from but what its folder says.
    const [third] = groupsOf(join(out, "net", "mosi", "3~dropout=0.2"));
    assertEquals(third, "net (dropout=0.2) mosi: 3");
  });
});

Deno.test("two configurations of one name are two", async () => {
  await withFolder((out) => {
    makeRun(out, { model: "net", seed: 1, config: { H: 3 }, variant: "big" });
    makeRun(out, { model: "net", seed: 2, config: { H: 1 }, variant: "big" });
    const [first, second, ...others] = groupsOf(out);
    assertEquals([first, others], ["net (big) mosi: 1", []]);
    assertMatch(second!, /^net \(config=[0-9a-f]{8}\) mosi: 2$/);
  });
});

Deno.test("a setting that an older run does not know does not make it another model", async () => {
  await withFolder((out) => {
    makeRun(out, { model: "constant", seed: 1 });
    makeRun(out, { model: "constant", seed: 2, config: { value: "mean", checkpointSeconds: 3 } });
    makeRun(out, { model: "constant", seed: 3, config: { value: "median" } });
    assertEquals(groupsOf(out), ["constant (value=median) mosi: 3", "constant mosi: 1,2"]);
  });
});

Deno.test("two datasets of one name are two, in tables and in the index", async () => {
  await withFolder((out) => {
    const one = { model: "svm", seed: 1, dataset: "unaligned_50" };
    makeRun(join(out, "b"), { ...one, started: "2026-01-01" });
    makeRun(join(out, "a"), { ...one, started: "2026-01-02", sha256: OTHER });
    makeRun(join(out, "c"), { ...one, seed: 2, started: "2026-01-03", sha256: OTHER });
    const names = (runs: readonly { readonly dataset: string; readonly path: string }[]) =>
      runs.map(({ path, dataset }) => `${path.slice(out.length + 1, out.length + 2)} ${dataset}`)
        .sort();
    const wanted = ["a unaligned_50-01234567", "b unaligned_50", "c unaligned_50-01234567"];
    assertEquals(names(readRuns([out]).runs), wanted);
    using index = new RunIndex();
    index.sync([out]);
    assertEquals(names(index.query()), wanted);
    assertEquals(index.query({ dataset: "unaligned_50" }).length, 1);
    // Without the first, the name is free again.
    Deno.removeSync(join(out, "b"), { recursive: true });
    index.sync([out]);
    assertEquals(names(index.query()), ["a unaligned_50", "c unaligned_50"]);
    assertMatch(groupsOf(out).join(), /svm \(a\) unaligned_50: 1,svm \(c\) unaligned_50: 2/);
  });
});
