import { assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { RunIndex } from "../../../lib/studies/mod.ts";
import { UsageError } from "../../../lib/core/errors.ts";
import { withFolder } from "../../training/small.ts";
import { makeRun } from "../../analysis/made_runs.ts";

Deno.test("RunIndex follows the folders: new, changed and deleted runs", async () => {
  await withFolder((out) => {
    const first = makeRun(out, { model: "svm", seed: 1 });
    makeRun(out, { model: "svm", seed: 2 });
    using index = new RunIndex(join(out, ".index.sqlite"));
    assertEquals(index.sync([out]), { skipped: [], read: 2 });
    assertEquals(index.sync([out]), { skipped: [], read: 0 });
    Deno.writeTextFileSync(join(first, "metrics.json"), '{"test": {"mae": 0.25}}');
    assertEquals(index.sync([out]).read, 1);
    assertEquals(index.query()[0]!.test["mae"], 0.25);
    Deno.removeSync(first, { recursive: true });
    index.sync([out]);
    assertEquals(index.query().map(({ seed }) => seed), [2]);
    Deno.writeTextFileSync(join(out, "svm", "mosi", "2", "run.json"), "{");
    assertEquals(index.sync([out]).skipped.length, 1);
    assertEquals(index.query(), []);
  });
});

Deno.test("query() filters, and sorts by a metric with the best first", async () => {
  await withFolder((out) => {
    makeRun(out, { model: "svm", seed: 1, noise: 1 });
    makeRun(out, { model: "svm", seed: 2, noise: 0.1 });
    makeRun(out, { model: "cnn", seed: 3, noise: 0.5 });
    makeRun(out, { model: "cnn", dataset: "sims", seed: 4, protocol: "sims", noise: 0.01 });
    using index = new RunIndex();
    index.sync([out]);
    const seeds = (query: Parameters<RunIndex["query"]>[0]) =>
      index.query(query).map(({ seed }) => seed);
    assertEquals(seeds({ model: "svm", sort: "mae" }), [2, 1]);
    assertEquals(seeds({ dataset: "mosi", sort: "corr" }), [2, 3, 1]);
    assertEquals(seeds({ dataset: "mosi", sort: "valid.mae" }), [2, 3, 1]);
    // A run without the metric comes last.
    assertEquals(seeds({ sort: "acc7" }).at(-1), 4);
    assertEquals(seeds({ model: "cnn", dataset: "sims" }), [4]);
    assertEquals(seeds({ model: "svm", sort: "rmse" }), [2, 1]);
    assertEquals(seeds({ model: "svm", sort: "class.acc7" }), [1, 2], "none has any: by path");
  });
});

Deno.test("query() refuses an unknown model, dataset or key with the nearest name", async () => {
  await withFolder((out) => {
    makeRun(out, { model: "self-mm", seed: 1 });
    using index = new RunIndex();
    index.sync([out]);
    assertThrows(() => index.query({ model: "self-nm" }), UsageError, 'did you mean "self-mm"?');
    assertThrows(() => index.query({ dataset: "mosj" }), UsageError, 'did you mean "mosi"?');
    assertThrows(() => index.query({ sort: "mea" }), UsageError, 'did you mean "mae"?');
    assertThrows(() => index.query({ sort: "path; DROP TABLE runs" }), UsageError, "Unknown");
  });
});

Deno.test("RunIndex makes a damaged file, and one of another version, anew", async () => {
  await withFolder((out) => {
    makeRun(out, { model: "svm", seed: 1 });
    const file = join(out, ".index.sqlite");
    Deno.writeTextFileSync(
      file,
      "this is no database, but long enough to be taken for one".repeat(9),
    );
    {
      using index = new RunIndex(file);
      assertEquals(index.sync([out]).read, 1);
    }
    {
      using again = new RunIndex(file);
      assertEquals(again.query().length, 1);
    }
    // Of a version with other metrics, say.
    const database = new DatabaseSync(file);
    database.exec("PRAGMA user_version = 1");
    database.close();
    using other = new RunIndex(file);
    assertEquals(other.query().length, 0);
    assertEquals(other.sync([out]).read, 1);
  });
});
