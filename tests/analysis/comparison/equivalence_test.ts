/** Comparisons with a margin: three verdicts, in every form in which a comparison is shown. */

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { join } from "node:path";
import {
  compareRuns,
  comparisonIntervals,
  type ComparisonTable,
  comparisonTables,
  type Margins,
} from "../../../lib/analysis/mod.ts";
import { UsageError } from "../../../lib/core/errors.ts";
import type { PredictionRow } from "../../../lib/evaluation/mod.ts";
import { equivalenceTest } from "../../../lib/statistics/mod.ts";
import { readRuns } from "../../../lib/studies/mod.ts";
import { withFolder } from "../../training/small.ts";
import { makeRuns } from "../made_runs.ts";

/** Rows whose absolute error is about `error`, a little more or less by sample, and by the run. */
function erring(error: number, ofSeeds: number) {
  return (rows: PredictionRow[]) => {
    const own = rows[0]!.prediction - rows[0]!.label!;
    return rows.map((row, i) => ({
      ...row,
      prediction: row.label! + error + ofSeeds * own + 0.002 * (i % 3 - 1),
    }));
  };
}

/** Compares models whose mean absolute errors are made to be what they are. */
async function compared(
  errors: Readonly<Record<string, number>>,
  equivalence: Margins | undefined,
  test: (table: ComparisonTable, out: string) => void | Promise<void>,
  { ofSeeds = 0.01, metrics = ["mae"] } = {},
): Promise<void> {
  await withFolder(async (out) => {
    for (const [model, error] of Object.entries(errors)) {
      makeRuns(out, 8, { model, samples: 60, noise: 1, change: erring(error, ofSeeds) });
    }
    const { runs } = readRuns(Object.keys(errors).map((model) => join(out, model)));
    const options = { resamples: 999, ...(equivalence === undefined ? {} : { equivalence }) };
    await test(compareRuns(runs, metrics, options), out);
  });
}

Deno.test("a difference is better, equivalent within the margin, or not shown either way", async () => {
  await compared({ a: 0.5, b: 0.5 }, 0.05, ({ comparisons: [found], holm }) => {
    assertEquals(found!.verdict, "equivalent");
    const { margin, low, high, level, seeds, samples, p } = found!.equivalence!;
    assertEquals([margin, level, seeds.test], [0.05, 0.9, "Welch t, two one-sided"]);
    assert(-margin < low && low < high && high < margin);
    assertEquals([p, holm.equivalence], [Math.max(seeds.p, samples.p), [p]]);
    assertMatch(
      found!.sentence,
      /: a and b are equivalent within ±0\.050 \(two one-sided tests: Welch t p [<=] [\d.]+ over seeds, two-way bootstrap p = [\d.]+ over seeds and samples; one comparison; 90 % interval -?[\d.]+ to -?[\d.]+\)$/,
    );
  });
  await compared({ a: 0.5, b: 0.7 }, 0.05, ({ comparisons: [found] }) => {
    assertEquals(found!.verdict, "a better");
    assertMatch(
      found!.sentence,
      /the difference is established; that it lies within ±0.050 is not/,
    );
  });
  await compared({ a: 0.5, b: 0.5 }, 0.001, ({ comparisons: [found] }) => {
    assertEquals(found!.verdict, "not established");
    assertMatch(
      found!.sentence,
      /: nothing is shown either way: no difference is established; .*; nor is equivalence within ±0.0010 \(/,
    );
  });
});

Deno.test("a difference that is established stays so within the margin, and both are said", async () => {
  await compared({ a: 0.5, b: 0.55 }, 0.2, ({ comparisons: [found], holm }) => {
    assert(holm.equivalence![0]! <= 0.05);
    assertEquals(found!.verdict, "a better");
    assertMatch(found!.sentence, /: the difference is established, and lies within ±0.200 \(/);
  });
});

Deno.test("p over seeds is that of the runs, and exchanging the models changes nothing", async () => {
  await compared({ a: 0.5, b: 0.51 }, 0.02, ({ comparisons: [found] }, out) => {
    const values = (model: string) =>
      readRuns([join(out, model)]).runs.map(({ test }) => test["mae"]!);
    const { equivalence } = found!;
    const wanted = equivalenceTest(values("a"), values("b"), 0.02);
    assertAlmostEquals(equivalence!.seeds.p, wanted.p, 1e-12);
    const { runs } = readRuns(["b", "a"].map((model) => join(out, model)));
    const [other] = compareRuns(runs, ["mae"], { resamples: 999, equivalence: 0.02 }).comparisons;
    const mirrored = { ...other!.equivalence!, low: -equivalence!.high, high: -equivalence!.low };
    assertEquals(equivalence, { ...mirrored, low: equivalence!.low, high: equivalence!.high });
    assertEquals([other!.equivalence!.low, other!.equivalence!.high], [
      mirrored.low,
      mirrored.high,
    ]);
  });
});

Deno.test("margins are of the metrics that they name, and their p are a family of their own", async () => {
  const models = { a: 0.5, b: 0.5, c: 0.5 };
  await compared(models, { mae: 0.05 }, ({ comparisons, holm }) => {
    assertEquals(comparisons.map(({ metric }) => metric), [
      "mae",
      "corr",
      "mae",
      "corr",
      "mae",
      "corr",
    ]);
    comparisons.forEach(({ metric, equivalence }, i) => {
      assertEquals(equivalence === undefined, metric === "corr");
      assertEquals(holm.equivalence![i] === null, metric === "corr");
    });
    const raw = comparisons.flatMap(({ equivalence }) => equivalence?.p ?? []);
    const least = Math.min(...holm.equivalence!.filter((p) => p !== null));
    assertAlmostEquals(least, Math.min(1, 3 * Math.min(...raw)), 1e-12);
    assertMatch(
      comparisons[0]!.sentence,
      /the larger one is p = [\d.]+ after Holm's correction of 3 comparisons;/,
    );
  }, { metrics: ["mae", "corr"] });
  await compared(models, undefined, ({ comparisons, holm }) => {
    assertEquals(Object.keys(holm), ["seeds", "samples"]);
    assert(comparisons.every(({ equivalence }) => equivalence === undefined));
  });
});

Deno.test("two models without seeds are equivalent by their samples alone", async () => {
  const ofSeeds = 0;
  await compared({ a: 0.5, b: 0.501 }, 0.01, ({ comparisons: [found] }) => {
    const { seeds, samples } = found!.equivalence!;
    assertEquals(seeds, samples);
    assertEquals(found!.verdict, "a better");
    assertMatch(
      found!.sentence,
      /within ±0.010 \(two one-sided tests: two-way bootstrap p = 0.001/,
    );
  }, { ofSeeds });
});

Deno.test("a margin that cannot be meant is refused before a run is read", async () => {
  await compared({ a: 0.5, b: 0.5 }, undefined, (_, out) => {
    const { runs } = readRuns([out]);
    const refused = (equivalence: Margins, text: string, metric = "mae") =>
      assertThrows(() => compareRuns(runs, [metric], { equivalence }), UsageError, text);
    refused(0, "of mae within 0: that is no margin, expected a number above 0");
    refused({ mae: -1 }, "within -1");
    refused(NaN, "within NaN");
    refused({ corr: 0.02 }, 'by "corr": expected a metric of the comparison, mae');
    refused(
      2,
      "acc7 within 2: it lies in [0, 1], where every two are so near, expected less; ",
      "acc7",
    );
    refused(2, "corr within 2", "corr");
    assertThrows(
      () => compareRuns(runs, ["mae"], { equivalence: 0.1, level: 0.4 }),
      UsageError,
      "at a level of 0.4",
    );
  });
});

Deno.test("tables have the margin and its p, in Markdown, LaTeX, HTML and the figure", async () => {
  const errors = { a: 0.5, b: 0.5, c: 0.9 };
  await compared(errors, 0.05, (table) => {
    const markdown = comparisonTables(table).toMarkdown();
    assertMatch(
      markdown,
      /p samples \(Holm of 3\) \| margin \| p equivalent \(Holm of 3\) \| verdict \|\n\| --- .*---: \| --- \|/,
    );
    assertMatch(
      markdown,
      /\n\| a \| b \| \w+ \| MAE \|.*\| ±0.050 \| (< )?0\.\d+ \| equivalent \|\n/,
    );
    assertMatch(markdown, /\n\| a \| c \|.*\| a better \|\n/);
    assertStringIncludes(markdown, "adjusted by Holm's correction of the 3 of them");
    const latex = comparisonTables(table).toLatex();
    assertMatch(
      latex,
      /margin & \\shortstack\[r\]\{p equivalent[^]*\na & b & .*\$\\pm\$0\.050 & .*equivalent \\\\\n/,
    );
    assertMatch(comparisonTables(table).toHtml(), /<td[^>]*>equivalent<\/td>/);
    const figure = comparisonIntervals(table.comparisons);
    assertMatch(figure.description, /filled: established; grey: equivalent within ±0.05, dashed$/);
    const marks = JSON.stringify(figure.spec).match(/"values":\[\{"at":-?0\.05\}\]/g);
    assertEquals(marks?.length, 2);
  });
  await compared({ a: 0.5, b: 0.5 }, 0.0001, (table) => {
    assertMatch(comparisonTables(table).toMarkdown(), /\| not shown either way \|\n/);
  });
  await compared({ a: 0.5, b: 0.5 }, undefined, (table) => {
    assertMatch(
      comparisonTables(table).toMarkdown(),
      /p samples \(one comparison\) \| verdict \|[^]*\| not established \|\n/,
    );
    assert(!comparisonTables(table).toLatex().includes("margin"));
  });
});
