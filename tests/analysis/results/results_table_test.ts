import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "node:path";
import {
  bestRows,
  resultsGrid,
  resultsTable,
} from "../../../lib/analysis/results/results_table.ts";
import { UsageError } from "../../../lib/core/errors.ts";
import { groupRuns } from "../../../lib/analysis/comparison/mod.ts";
import { learningCurves } from "../../../lib/analysis/mod.ts";
import { spreadText } from "../../../lib/analysis/spread.ts";
import { studyGrids } from "../../../lib/analysis/results/study_grid.ts";
import { readRuns, readStudy, studyTable, writeStudy } from "../../../lib/studies/mod.ts";
import { parseDefinition } from "../../../lib/studies/study/mod.ts";
import { mean, standardDeviation } from "../../../lib/statistics/mod.ts";
import { parseCsv } from "../../../lib/core/csv.ts";
import { withFolder } from "../../training/small.ts";
import { makeRun, makeRuns } from "../made_runs.ts";

Deno.test("resultsTable() has a row a model and dataset, datasets together, the best of each marked", async () => {
  await withFolder((out) => {
    for (const dataset of ["one", "two"]) {
      makeRuns(out, 3, { model: "good", dataset, noise: 0.2 });
      makeRuns(out, 3, { model: "bad", dataset, noise: 1.5 });
    }
    const { runs } = readRuns([out]);
    const grid = resultsGrid(groupRuns(runs), { metrics: ["mae", "acc7"] });
    assertEquals(grid.header, ["model", "dataset", "seeds", "MAE", "Acc-7"]);
    const rows = grid!.rows.map(([model, dataset, seeds, mae, acc7]) => [
      ...[model, dataset, seeds],
      ...[mae, acc7].map((cell) => typeof cell !== "string"),
    ]);
    assertEquals(rows, [
      ["bad", "one", "3", false, false],
      ["good", "one", "3", true, true],
      ["bad", "two", "3", false, false],
      ["good", "two", "3", true, true],
    ]);
    assertEquals(grid.best, "the best of each dataset");
  });
});

Deno.test("resultsTable() gives programs unrounded means and deviations", async () => {
  await withFolder((out) => {
    makeRuns(out, 3, { model: "svm" });
    makeRun(out, { model: "one", seed: 1 });
    const { runs } = readRuns([out]);
    const { header, rows } = parseCsv(resultsTable(runs, { metrics: ["mae"] }).toCsv());
    assertEquals(header, ["model", "dataset", "seeds", "split", "mae", "mae_sd"]);
    const values = runs.filter(({ model }) => model === "svm").map(({ test }) => test["mae"]!);
    const wanted = [mean(values), standardDeviation(values)].map(String);
    assertEquals(rows[1], ["svm", "mosi", "3", "test", ...wanted]);
    assertEquals(rows[0]!.at(-1), "", "one seed has no deviation");
  });
});

Deno.test("resultsTable() takes what train returned, and metrics on valid where there is no test", async () => {
  await withFolder((out) => {
    makeRuns(out, 2, { model: "svm" });
    const { runs } = readRuns([out]);
    const sealed = runs.map((run) => ({ ...run, test: {} }));
    const table = resultsTable([{ entries: () => sealed }]);
    assertMatch(table.toText(), /^Results on valid/);
    assertStringIncludes(table.toText(), "Acc-2 (neg/pos)");
    assert(!table.toText().includes("RMSE"), "the metrics of the field's tables");
    assertEquals(resultsGrid([]).rows, []);
  });
});

Deno.test("bestRows() marks what is printed alike, by the metric's direction, and never one alone", () => {
  const rows = [["d", [0.5004]], ["d", [0.5001]], ["d", [0.6]], ["d", []], ["e", [0.1]]] as const;
  assertEquals([...bestRows("mae", rows)], [0, 1]);
  assertEquals([...bestRows("acc7", rows)], [2]);
  assertEquals([...bestRows("my own metric", rows)], []);
});

Deno.test("spreadText() tells no deviation of one seed, nor of seeds that are all the same", () => {
  assertEquals(spreadText([0.5, 0.7]), "0.600 ± 0.141");
  assertEquals([spreadText([0.5]), spreadText([0.5, 0.5]), spreadText([])], ["0.500", "0.500", ""]);
  assertEquals(spreadText([-0.0001]), "0.000");
});

Deno.test("studyGrid() has ours, its interval as an aside, and what is published with its mark", async () => {
  await withFolder((out) => {
    const cells = [
      { model: "svm", slug: "a", published: [{ label: "paper", values: { mae: 99 } }] },
      { model: "svm", slug: "b" },
    ];
    writeStudy(out, parseDefinition({ cells, seeds: [1, 2, 3], metrics: ["mae"] }, "two"));
    for (const [slug, noise] of [["a", 0.2], ["b", 1]] as const) {
      for (const seed of [1, 2, 3]) makeRun(join(out, slug), { model: "svm", seed, noise });
    }
    const [grid] = studyGrids({
      table: studyTable(readStudy(out)),
      source: "the paper",
      claims: ["It holds"],
    });
    assertEquals(grid!.rows.map(([name, seeds]) => [name, seeds]), [
      ["a", "3"],
      ["  interval", ""],
      ["  paper", ""],
      ["b", "3"],
      ["  interval", ""],
    ]);
    assertEquals([grid!.asides, grid!.rows[2]![2]], [[1, 4], "99.000 -"]);
    assertEquals(grid!.rows.map((row) => typeof row[2] !== "string").indexOf(true), 0);
    assertEquals(grid!.notes.slice(0, 2), [
      "Published: the paper",
      "Published: + inside, - outside our 95 % interval over seeds",
    ]);
    assertEquals(grid!.records.map(({ source, seeds }) => [source, seeds]), [
      ["ours", 3],
      ["paper", undefined],
      ["ours", 3],
    ]);
  });
});

Deno.test("runs that are given one by one are refused with the list that is meant", () => {
  for (const take of [resultsTable, learningCurves]) {
    const untyped = take as unknown as (...items: unknown[]) => unknown;
    assertThrows(() => untyped({ entries: () => [] }, {}), UsageError, "such as [first, second]");
  }
});
