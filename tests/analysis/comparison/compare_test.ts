import { assert, assertAlmostEquals, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { join } from "node:path";
import { compareRuns, type Comparison, comparisonTables } from "../../../lib/analysis/mod.ts";
import { readRuns } from "../../../lib/studies/mod.ts";
import { RunError, UsageError } from "../../../lib/core/errors.ts";
import {
  type Metric,
  metricOf,
  type PredictionRow,
  PROTOCOLS,
} from "../../../lib/evaluation/mod.ts";
import { mean, tInterval } from "../../../lib/statistics/mod.ts";
import { withFolder } from "../../training/small.ts";
import { makeRun, makeRuns } from "../made_runs.ts";

const FAST = { resamples: 499 };

/** Compares the runs below folders, the first named first. */
function compare(paths: string[], metric: string | Metric = "mae"): Comparison {
  const runs = paths.flatMap((path) => readRuns([path]).runs);
  const { comparisons, refused } = compareRuns(runs, [metric], FAST);
  assertEquals([comparisons.length, refused], [1, []]);
  return comparisons[0]!;
}

/** Runs `test` with two models, the first much better, on ten seeds. */
function withModels(
  test: (good: string, bad: string, out: string) => void,
  count = 10,
): Promise<void> {
  return withFolder((out) => {
    makeRuns(out, count, { model: "good", noise: 0.3 });
    makeRuns(out, count, { model: "bad", noise: 1.2 });
    test(join(out, "good"), join(out, "bad"), out);
  });
}

Deno.test("compareRuns() establishes a large difference, by every kind of metric", async () => {
  await withModels((good, bad) => {
    const tests = {
      mae: "approximate randomization",
      corr: "Williams t",
      acc7: "exact McNemar",
      f1WeightedNonNeg: "approximate randomization",
      rmse: "approximate randomization",
      ccc: "approximate randomization",
    };
    for (const [metric, test] of Object.entries(tests)) {
      const found = compare([good, bad], metric);
      assertEquals([found.a, found.b, found.metric], ["good", "bad", metric]);
      assertEquals(found.verdict, "a better", metric);
      assertEquals(found.samples.test, test);
      assertEquals(found.seeds.test, "exact permutation");
      if (metric === "mae") assertAlmostEquals(found.seeds.p, 2 / 184_756, 1e-12);
      const { value, low, high, level, method } = found.difference;
      assert(low < value && value < high && low * high > 0);
      assertEquals([level, method], [0.95, "two-way bootstrap"]);
      assert(found.effect.probImprovement > 0.99);
    }
  });
});

Deno.test("compareRuns() gives the JSON keys that scripts rely on, and no others", async () => {
  await withModels((good, bad) => {
    const found = JSON.parse(JSON.stringify(compare([good, bad])));
    assertEquals(
      Object.keys(found).join(),
      "a,b,dataset,metric,values,difference,seeds,samples,effect,verdict,brief,sentence",
    );
    assertEquals(Object.keys(found.difference).join(), "value,low,high,level,method");
    assertEquals([Object.keys(found.seeds).join(), Object.keys(found.samples).join()], [
      "p,test,leastP,power,detectable",
      "p,test",
    ]);
    assertMatch(
      found.sentence,
      /^good has \d\.\d{3} lower MAE than bad on the 40 test samples of mosi \(95 % interval -.* is established$/,
    );
  });
});

Deno.test("compareRuns() says what so many seeds could have shown, where nothing is established", async () => {
  await withFolder((out) => {
    for (const [model, noise] of [["a", 0.5], ["b", 0.51]] as const) {
      makeRuns(out, 6, { model, noise });
    }
    const found = compare([join(out, "a"), join(out, "b")]);
    const { leastP, power, detectable } = found.seeds;
    assertEquals([found.verdict, leastP, power], ["not established", 2 / 924, 0.8]);
    // In standard deviations of seeds, as scipy's noncentral t has it for 6 and 6.
    const d = found.difference.value / found.effect.cohensD!;
    assertAlmostEquals(detectable / d, 1.796, 1e-3);
    assertMatch(found.sentence, /so many seeds show one of [\d.]+ with a chance of 80 %$/);
    const accuracy = compare([join(out, "a"), join(out, "b")], "acc7");
    assert(accuracy.samples.midP! <= accuracy.samples.p);
    assertMatch(
      accuracy.sentence,
      /exact McNemar p = [\d.]+ \(mid-p [\d.]+\) of one comparison, for/,
    );
  });
});

Deno.test("compareRuns() takes copies of one result for no seeds", async () => {
  await withFolder((out) => {
    const always = (error: number) => (rows: PredictionRow[]) =>
      rows.map((row, i) => ({ ...row, prediction: row.label! + error * Math.cos(i) }));
    for (const count of [5, 10]) {
      makeRuns(join(out, `${count}`), count, { model: "svm", change: always(0.4) });
      makeRuns(join(out, `${count}`), count, { model: "mean", change: always(1.2) });
      makeRuns(join(out, `${count}`), count, { model: "net", noise: 0.5 });
    }
    const at = (count: number, a: string, b: string) =>
      compare([join(out, `${count}`, a), join(out, `${count}`, b)]);
    const [five, ten] = [at(5, "svm", "mean"), at(10, "svm", "mean")];
    assertEquals(five.seeds, {
      ...{ p: five.samples.p, test: "approximate randomization over samples" },
      ...{ leastP: 0, power: 0.8, detectable: 0 },
    });
    assertEquals([ten.seeds, ten.samples, ten.verdict], [five.seeds, five.samples, "a better"]);
    assertMatch(five.sentence, /; neither varies with its seed, so the samples decide: approx/);
    // One mean against one known number: Student's t of a single sample.
    const mixed = at(5, "net", "svm");
    assertEquals([mixed.seeds.test, mixed.seeds.leastP], ["Welch t", 0]);
    const values = readRuns([join(out, "5", "net")]).runs.map(({ test }) => test["mae"]!);
    const known = readRuns([join(out, "5", "svm")]).runs[0]!.test["mae"]!;
    const { low, high } = tInterval(values.map((value) => value - known), 1 - mixed.seeds.p);
    assertAlmostEquals(Math.min(Math.abs(low), Math.abs(high)), 0, 1e-9);
    assertMatch(mixed.sentence, /; 5 seeds each, of which those of svm are all the same: Welch/);
  });
});

Deno.test("compareRuns() says what kept a difference from being established", async () => {
  await withModels((good, bad, out) => {
    makeRuns(out, 4, { model: "worse", noise: 2 });
    const { comparisons } = compareRuns(
      readRuns([good, bad, join(out, "worse")]).runs,
      ["mae"],
      FAST,
    );
    for (const { sentence, seeds } of comparisons) {
      assertMatch(sentence, /smallest p of so few seeds is 0.029 before .* takes 5 seeds each to/);
      assertEquals(seeds.leastP, 2 / 70);
    }
    // At the strictest step of the correction, as scipy's noncentral t has it for 4 and 4.
    const { seeds, difference, effect } = comparisons[0]!;
    assertAlmostEquals(seeds.detectable * effect.cohensD! / difference.value, 3.0376, 1e-3);
  }, 4);
  await withFolder((out) => {
    // Seeds that agree on a small difference, which rests on few samples of different size.
    const shifted = (by: number) => (rows: PredictionRow[]) =>
      rows.map((row, i) => ({
        ...row,
        prediction: row.label! + 1 + by * (4 * (i % 2) - 1.9) +
          1e-3 * (row.prediction - row.label!),
      }));
    makeRuns(out, 6, { model: "a", samples: 8, change: shifted(0.2) });
    makeRuns(out, 6, { model: "b", samples: 8, change: shifted(0) });
    const { sentence, seeds } = compare([join(out, "a"), join(out, "b")]);
    assert(seeds.p < 0.05);
    assertMatch(sentence, /no difference is established; p is small .* interval includes 0$/);
  });
});

Deno.test("compareRuns() of one model names rows by what differs, and sentences in full", async () => {
  await withFolder((out) => {
    for (const [setting, noise] of [["text", 0.3], ["audio", 1.2]] as const) {
      makeRuns(join(out, setting), 5, { model: "svm", noise });
    }
    const table = compareRuns(readRuns([out]).runs, ["mae"], FAST);
    const markdown = comparisonTables(table).toMarkdown();
    assertMatch(markdown, /\n\| audio \| text \| mosi \| MAE \|.*\| text better \|\n/);
    assertMatch(markdown, /- svm \(audio\) has \d\.\d+ higher MAE than svm \(text\) on/);
    makeRuns(out, 5, { model: "cnn" });
    const mixed = comparisonTables(compareRuns(readRuns([out]).runs, ["mae"], FAST)).toMarkdown();
    assertMatch(mixed, /\n\| svm \(audio\) \| svm \(text\) \|/);
  });
});

Deno.test("compareRuns() is mirrored, to the last bit, when the models are exchanged", async () => {
  await withModels((good, bad) => {
    for (const metric of ["mae", "corr", "acc5", "f1WeightedNegPos"]) {
      const [ab, ba] = [compare([good, bad], metric), compare([bad, good], metric)];
      assertEquals([ba.a, ba.b, ba.verdict], [ab.b, ab.a, "b better"]);
      assertEquals(ba.difference, {
        ...ab.difference,
        value: -ab.difference.value,
        low: -ab.difference.high,
        high: -ab.difference.low,
      });
      assertEquals([ba.seeds, ba.samples], [ab.seeds, ab.samples]);
      assertEquals(ba.effect.cliffsDelta, -ab.effect.cliffsDelta);
      assertEquals(ba.effect.hedgesG, -ab.effect.hedgesG!);
    }
  });
});

Deno.test("compareRuns() does not depend on the order of samples, nor on the clock", async () => {
  await withFolder((out) => {
    const reversed = (rows: PredictionRow[]) => rows.toReversed();
    for (const [place, change] of [["x", undefined], ["y", reversed]] as const) {
      const made = change === undefined ? {} : { change };
      makeRuns(join(out, place), 5, { model: "good", noise: 0.3, ...made });
      makeRuns(join(out, place), 5, { model: "bad", noise: 0.5, ...made });
    }
    const at = (place: string) => compare([join(out, place, "good"), join(out, place, "bad")]);
    const { a: _a, b: _b, sentence: _s, ...x } = at("x");
    const { a: _a2, b: _b2, sentence: _s2, ...y } = at("y");
    assertAlmostEquals(x.difference.low, y.difference.low, 1e-12);
    assertEquals([x.seeds, x.samples, x.verdict], [y.seeds, y.samples, y.verdict]);
    assertEquals(at("x"), at("x"));
  });
});

Deno.test("compareRuns() of equal predictions has p = 1 and establishes nothing", async () => {
  await withFolder((out) => {
    const change = (rows: PredictionRow[]) => rows.map((row) => ({ ...row, prediction: 0.5 }));
    makeRuns(join(out, "x"), 5, { model: "constant", change });
    makeRuns(join(out, "y"), 5, { model: "constant", change });
    for (const metric of ["mae", "corr", "acc2NegPos", "f1WeightedNonNeg"]) {
      const found = compare([join(out, "x"), join(out, "y")], metric);
      assertEquals([found.a, found.b], ["constant (x)", "constant (y)"]);
      assertEquals([found.seeds.p, found.samples.p, found.verdict], [1, 1, "not established"]);
      assertEquals([found.difference.low, found.difference.high].map(Math.abs), [0, 0]);
      assertEquals(found.effect.probImprovement, 0.5);
    }
  });
});

for (const { name, metrics } of Object.values(PROTOCOLS)) {
  Deno.test(`compareRuns() tells the difference that metrics.json of ${name} has, by every metric`, async () => {
    await withFolder((out) => {
      for (const [model, noise] of [["good", 0.3], ["bad", 1.2]] as const) {
        makeRuns(out, 5, { model, noise, protocol: name, dataset: name });
      }
      const recorded = (model: string, key: string) =>
        mean([1111, 1112, 1113, 1114, 1115].map((seed) => {
          const path = join(out, model, name, String(seed), "metrics.json");
          return JSON.parse(Deno.readTextFileSync(path)).test[key] as number;
        }));
      for (const { key, higherIsBetter } of metrics) {
        const found = compare([join(out, "good"), join(out, "bad")], key);
        const difference = recorded("good", key) - recorded("bad", key);
        assertAlmostEquals(found.difference.value, difference, 1e-14, key);
        assert(higherIsBetter ? difference > 0 : difference < 0, key);
        assert(found.verdict !== "b better", key);
        assert(found.effect.probImprovement > 0.5, key);
      }
    });
  });
}

Deno.test("compareRuns() takes a metric of one's own, whichever direction is better", async () => {
  /** The mean cubed error, or what it leaves of 10. */
  const errors = (higherIsBetter: boolean): Metric => ({
    key: higherIsBetter ? "calm" : "cubed",
    name: higherIsBetter ? "Calm" : "Cubed error",
    definition: "Mean of the cubed absolute error, or what it leaves of 10",
    higherIsBetter,
    bounds: higherIsBetter ? [-Infinity, 10] : [0, Infinity],
    kind: "sums",
    sums: (p, y) => ({
      samples: y.length,
      columns: [Float64Array.from(p, (score, i) => Math.abs(score - y[i]!) ** 3)],
      finish: ([sum], n) => higherIsBetter ? 10 - sum! / n : sum! / n,
    }),
  });
  await withModels((good, bad) => {
    for (const higherIsBetter of [true, false]) {
      const metric = errors(higherIsBetter);
      for (
        const [paths, better] of [[[good, bad], "a better"], [[bad, good], "b better"]] as const
      ) {
        const found = compare([...paths], metric);
        assertEquals(found.verdict, better);
        assertEquals(found.difference.value > 0, higherIsBetter === (better === "a better"));
        assertEquals(found.effect.probImprovement > 0.99, better === "a better");
        assertMatch(found.sentence, new RegExp(`(higher|lower) ${metric.name} than`));
        assertMatch(found.sentence, new RegExp(`runs of median ${metric.name} on valid`));
        assert(found.samples.p < 0.05);
      }
    }
    // Which run is the median one on valid is told by its predictions, as no record has the metric.
    const copy = { ...metricOf(PROTOCOLS.mosi, "acc7"), key: "copy" };
    assertEquals(compare([good, bad], copy).samples, compare([good, bad], "acc7").samples);
    const taken = { ...errors(true), key: "mae" };
    assertThrows(() => compare([good, bad], taken), UsageError, "expected another key");
  });
});

Deno.test("compareRuns() of one test sample gives finite numbers and establishes nothing on it", async () => {
  await withFolder((out) => {
    for (const [model, noise] of [["a", 0.3], ["b", 1]] as const) {
      makeRuns(out, 4, { model, noise, samples: 1 });
    }
    for (const { key: metric } of PROTOCOLS.mosi.metrics) {
      const found = compare([join(out, "a"), join(out, "b")], metric);
      const { value, low, high } = found.difference;
      assert([value, low, high, found.seeds.p].every(Number.isFinite), metric);
      assertEquals(found.samples.p, 1, metric);
    }
  });
});

Deno.test("compareRuns() refuses other samples or labels, naming one", async () => {
  await withModels((good, _, out) => {
    const other = (change: (row: PredictionRow, i: number) => PredictionRow, name: string) => {
      makeRuns(join(out, name), 5, { model: "m", change: (rows) => rows.map(change) });
      return join(out, name);
    };
    const ids = other((row) => row.id === "test$_$7" ? { ...row, id: "test$_$x" } : row, "ids");
    assertThrows(() => compare([good, ids]), RunError, "the test ids differ (");
    const labels = other((row) => row.id === "test$_$7" ? { ...row, label: 2.9 } : row, "labels");
    assertThrows(() => compare([good, labels]), RunError, 'test sample "test$_$7" differ');
  });
});

Deno.test("compareRuns() refuses too few seeds, and says what they could give", async () => {
  await withModels((good, bad) => {
    const three = "3 and 3 seeds cannot give p ≤ 0.05 with an exact permutation test: " +
      "the smallest possible is 0.1";
    assertThrows(() => compare([good, bad]), RunError, three);
  }, 3);
  await withModels((good, bad) => {
    assertThrows(() => compare([good, bad]), RunError, "one run says nothing about its seed");
  }, 1);
});

Deno.test("compareRuns() refuses runs that selected by test", async () => {
  await withModels((good, bad, out) => {
    makeRuns(join(out, "x"), 5, { model: "m", config: { selectedOn: "test" } });
    const refusal = "test was used for selection";
    assertThrows(() => compare([good, join(out, "x")]), RunError, refusal);
    const leak = (rows: PredictionRow[]) =>
      rows.map((row) => row.id === "valid$_$3" ? { ...row, id: "test$_$3" } : row);
    makeRuns(join(out, "y"), 5, { model: "m", change: leak });
    assertThrows(() => compare([good, join(out, "y")]), RunError, refusal);
    Deno.writeTextFileSync(
      join(bad, "mosi", "1112", "reads.jsonl"),
      '{"at":"2026-01-01T00:00:10.000Z","split":"test"}\n',
    );
    assertThrows(() => compare([good, bad]), RunError, refusal);
  });
});

Deno.test("compareRuns() takes another configuration in a folder for another model", async () => {
  await withModels((good, bad, out) => {
    makeRuns(out, 10, {
      model: "good",
      noise: 1.2,
      config: { batchSize: 3 },
      variant: "batchSize=3",
    });
    const { comparisons } = compareRuns(readRuns([good, bad]).runs, ["mae"], FAST);
    assertEquals(comparisons.map(({ a, b, verdict }) => [a, b, verdict]), [
      ["good", "good (batchSize=3)", "a better"],
      ["good", "bad", "a better"],
      ["good (batchSize=3)", "bad", "not established"],
    ]);
    // The same one twice is no second seed.
    makeRun(out, { model: "good", seed: 1111, noise: 0.3, variant: "x=1" });
    const { refused } = compareRuns(readRuns([good, bad]).runs, ["mae"], FAST);
    assertMatch(refused[0]!.reason, /"good": seed 1111 is there twice, expected independent runs/);
  });
});

Deno.test("compareRuns() says beside each p of how many comparisons it is", async () => {
  await withModels((good, bad) => {
    const table = (metrics: string[]) => compareRuns(readRuns([good, bad]).runs, metrics, FAST);
    const [one, two] = [table(["mae"]), table(["mae", "acc7"])];
    const family =
      /exact permutation p < 0.001 of one comparison; samples: .* of one comparison, for/;
    assertMatch(one.comparisons[0]!.sentence, family);
    assertMatch(
      comparisonTables(one).toMarkdown(),
      /\| p seeds \(one comparison\) \| p samples \(one comparison\) \|/,
    );
    assertMatch(
      two.comparisons[1]!.sentence,
      /p < 0.001 after Holm's correction of 2 comparisons; samples: .* of 2 comparisons, for/,
    );
    for (
      const text of [
        comparisonTables(two).toMarkdown(),
        comparisonTables(two).toLatex(),
        comparisonTables(two).toHtml(),
      ]
    ) {
      assertMatch(text, /p seeds[^&]*\(Holm of 2\)[^]*p samples[^&]*\(Holm of 2\)/);
    }
  });
});

Deno.test("compareRuns() takes all comparisons of a table as one family", async () => {
  await withModels((_good, _bad, out) => {
    makeRuns(out, 10, { model: "third", noise: 1.2 });
    makeRuns(out, 1, { model: "one", noise: 1.2 });
    const table = compareRuns(readRuns([out]).runs, ["mae", "acc7"], FAST);
    assertEquals([table.comparisons.length, table.refused.length], [6, 6]);
    table.comparisons.forEach(({ seeds }, i) => assert(table.holm.seeds[i]! >= seeds.p));
    const least = Math.min(...table.comparisons.map(({ seeds }) => seeds.p));
    assertAlmostEquals(Math.min(...table.holm.seeds), 6 * least, 1e-12);
    assertMatch(table.comparisons[0]!.sentence, /after Holm's correction of 6 comparisons/);
    assertMatch(table.refused[0]!.reason, /and 1 seeds|1 and 10 seeds/);
    const same = table.comparisons.find(({ a, b }) => a === "bad" && b === "third");
    assertEquals(same!.verdict, "not established");
    assertMatch(comparisonTables(table).toMarkdown(), /\n\| a \| b \| dataset \| metric/);
    assertEquals(
      comparisonTables(table).toMarkdown().match(/cannot give|says nothing/g)?.length,
      3,
    );
  });
});

Deno.test("compareRuns() refuses an unknown metric with the nearest, and a single model", async () => {
  await withModels((good, bad) => {
    assertThrows(() => compare([good, bad], "acc6"), UsageError, "did you mean");
    assertThrows(() => compare([good]), RunError, "expected two models on a dataset");
  });
});

Deno.test("toLatex() and toHtml() escape what would break them", async () => {
  await withFolder((out) => {
    makeRuns(out, 5, { model: "a_b", dataset: "x", noise: 0.2 });
    makeRuns(out, 5, { model: "a<c", dataset: "x", noise: 2 });
    const table = compareRuns(readRuns([out]).runs, ["mae"], FAST);
    const latex = comparisonTables(table).toLatex();
    assert(latex.includes("a\\_b") && latex.includes("\\toprule"));
    assertMatch(latex, /a\$<\$c/);
    const html = comparisonTables(table).toHtml();
    assert(html.includes("a&lt;c") && !html.includes("a<c"));
    assert(!/https?:|<script|src=/.test(html), "a request to somewhere");
  });
});
