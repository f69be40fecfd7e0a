import { bandPoint } from "../../../lib/analysis/figures/bands.ts";
import { metricBounds } from "../../../lib/evaluation/protocols.ts";
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { join } from "node:path";
import {
  type Comparison,
  comparisonIntervals,
  confusionMatrix,
  labelHistograms,
  learningCurves,
  modalityAblation,
  predictedAgainstTrue,
  residualsByLabel,
  robustnessCurves,
  searchCoordinates,
  searchSettings,
} from "../../../lib/analysis/mod.ts";
import { readRuns, type RunEntry } from "../../../lib/studies/mod.ts";
import { textWidth } from "../../../lib/analysis/figures/text_width.ts";
import { UsageError } from "../../../lib/core/errors.ts";
import { measure, PROTOCOLS } from "../../../lib/evaluation/mod.ts";
import { madeFigures, madeHistory, madeScores } from "./made_figures.ts";
import { withFolder } from "../../training/small.ts";
import { makeRuns } from "../made_runs.ts";
import { writeHistory } from "../../../lib/training/history.ts";

const SNAPSHOTS = join(import.meta.dirname!, "..", "..", "golden", "figures");

/** `MSA_UPDATE_FIGURES=1` writes the drawings instead of comparing them; look at them then. */
const IS_UPDATE = Deno.env.get("MSA_UPDATE_FIGURES") === "1";

// deno-lint-ignore no-explicit-any -- specifications as a reader of JSON sees them
type Json = any;

for (const [name, figure] of Object.entries(madeFigures())) {
  Deno.test(`the figure ${name} is drawn as its committed drawing, byte by byte`, async () => {
    const svg = await figure.svg() + "\n";
    const path = join(SNAPSHOTS, `${name}.svg`);
    if (IS_UPDATE) Deno.writeTextFileSync(path, svg);
    assertEquals(svg, Deno.readTextFileSync(path));
    assertEquals(svg, await figure.svg() + "\n");
  });
}

Deno.test("every drawing fits a column, has a name, and needs nothing from elsewhere", () => {
  const names = Object.keys(madeFigures());
  assertEquals([...Deno.readDirSync(SNAPSHOTS)].length, names.length);
  for (const name of names) {
    const svg = Deno.readTextFileSync(join(SNAPSHOTS, `${name}.svg`));
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg)!;
    assert(Number(width) >= 300 && Number(width) <= 330, `${name}: ${width}`);
    assert(Number(height) <= 340, `${name}: ${height}`);
    assertMatch(svg, /^<svg role="img" aria-label="[^"]{10,}"/, name);
    assert(
      !/(href|src|url\(|<image|<script|NaN|undefined)/.test(svg.replace(/xmlns\S*/g, "")),
      name,
    );
    // Nothing smaller than 9 pixels, which are 6.4 points in a column.
    for (const [, size] of svg.matchAll(/font-size="([\d.]+)px"/g)) assert(Number(size) >= 9, name);
  }
});

Deno.test("a figure shows itself in a notebook: interactive, drawn, in words", async () => {
  const figure = predictedAgainstTrue(madeScores(5), "mosi");
  const shown = await (figure as Json)[Symbol.for("Jupyter.display")]();
  assertEquals(Object.keys(shown), [
    "application/vnd.vegalite.v5+json",
    "image/svg+xml",
    "text/plain",
  ]);
  const spec = shown["application/vnd.vegalite.v5+json"];
  assertMatch(spec.$schema, /vega-lite\/v5\.json$/);
  assertEquals(structuredClone(spec), JSON.parse(JSON.stringify(spec)), "it is plain JSON");
  assertMatch(shown["image/svg+xml"], /^<svg /);
  assertEquals(shown["text/plain"], `[figure: ${figure.description}]`);
});

/** Every text of a drawing. */
function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<(?:text|tspan)[^>]*>([^<]+)</g)].map((match) => match[1]!);
}

Deno.test("comparisonIntervals() names rows by what differs, whole, however long that is", async () => {
  const sets = ["rate=0.00125", "text+audio+vision", "a-rather-long-setting-of-some-study"];
  const comparisons = [[0, 1], [0, 2], [1, 2]].map(([i, j]) => ({
    a: `self-mm (${sets[i!]})`,
    b: `self-mm (${sets[j!]})`,
    metric: "mae",
    difference: { value: 0.1, low: 0, high: 0.2, level: 0.95, method: "" },
    verdict: "not established",
  })) as unknown as Comparison[];
  const svg = await comparisonIntervals(comparisons).svg();
  const texts = textsOf(svg);
  assertEquals(texts.filter((text) => sets.includes(text)).length, 3);
  assertEquals(texts.filter((text) => text === `− ${sets[2]}`).length, 2);
  assert(!svg.includes("…") && !svg.includes("self-mm ("));
  const width = Number(/ width="(\d+)"/.exec(svg)![1]);
  assert(width >= 190 + textWidth(`− ${sets[2]}`, 10), "no room for the intervals");
});

Deno.test("a legend of many long names is whole, and takes nothing from the curves", async () => {
  const names = Array.from({ length: 9 }, (_, i) => `large-text+audio+vision-${i}`);
  const figure = learningCurves(names.map((name) => ({ name, history: madeHistory(1, 3, 1) })));
  const svg = await figure.svg();
  assertEquals(textsOf(svg).filter((text) => names.includes(text)), names);
  assert((figure.spec as Json).height >= 200 + 4 * 14);
  // The eighth has the colour of the first, but not its dash too.
  const layers = (figure.spec as Json).layer as Json[];
  const { range } = layers.at(-1).encoding.strokeDash.scale;
  assert(JSON.stringify(range[0]) !== JSON.stringify(range[7]));
});

Deno.test("modalityAblation() does not take runs of other settings for seeds", () => {
  const run = (modalities: string, hiddenDim: number, mae: number) =>
    ({ model: "cnn", test: { mae }, config: { modalities, hiddenDim, seed: mae } }) as unknown;
  const runs = ["text", "audio"].flatMap((set) =>
    [16, 64].flatMap((size) => [0, 1].map((seed) => run(set, size, size + seed)))
  );
  const { spec } = modalityAblation(runs as RunEntry[]);
  const means = (spec as Json).layer[1].data.values as Json[];
  assertEquals(means.map(({ model, value }) => [model, value]), [
    ["cnn (hiddenDim 16)", 16.5],
    ["cnn (hiddenDim 16)", 16.5],
    ["cnn (hiddenDim 64)", 64.5],
    ["cnn (hiddenDim 64)", 64.5],
  ]);
});

Deno.test("learningCurves() cuts off first epochs that would flatten the others, and says so", async () => {
  const history = madeHistory(1, 30, 0.3);
  const wild = history.map((record, i) => i > 0 ? record : { ...record, valid: { mae: 40 } });
  const plain = learningCurves([{ name: "cnn", history }]);
  assert(!JSON.stringify(plain.spec).includes('"clip"'));
  const figure = learningCurves([{ name: "cnn", history: wild }]);
  const { encoding, layer } = figure.spec as Json;
  const [low, high] = encoding.y.scale.domain;
  const late = history.slice(3).map(({ valid }) => valid["mae"]!);
  assert(low < Math.min(...late) && Math.max(...late) < high && high < 2, `${low} ${high}`);
  assert(layer.every(({ mark }: Json) => mark.clip === true));
  assertMatch(figure.description, /; the first epochs lie outside of the axis$/);
  assertMatch(await figure.svg(), /clip-path="url/);
});

Deno.test("searchSettings() ranks settings by what they tell of the score, numbers and names", () => {
  const trials = [0.001, 0.002, 0.004, 0.1].flatMap((rate, i) =>
    ["a", "b"].map((name) => ({
      settings: { rate, name, same: 1 },
      score: i + (name === "a" ? 0 : 0.5),
    }))
  );
  const { description, spec } = searchSettings(trials, "mae");
  // Spearman of 8 scores with ties in pairs; the names account for 0.25² of a variance of 1.3125.
  assertMatch(description, /importance: rate \(0\.98\), name \(0\.22\)$/);
  const [rate, name] = (spec as Json).concat;
  assertEquals([rate.encoding.x.scale.type, name.encoding.x.type], ["linear", "nominal"]);
  const small = trials.map(({ settings, score }) => ({
    settings: { rate: settings.rate / 2 },
    score,
  }));
  assertEquals((searchSettings(small, "mae").spec as Json).concat[0].encoding.x.scale.type, "log");
  assertThrows(() => searchSettings(trials.slice(0, 1), "mae"), TypeError, "two trials or more");
});

Deno.test("searchCoordinates() colours the best quarter, whichever way is better", () => {
  const trials = Array.from({ length: 8 }, (_, i) => ({ settings: { rate: i }, score: i }));
  const best = (metric: string) => {
    const { values } = (searchCoordinates(trials, metric).spec as Json).data;
    const found = values.filter(({ group }: Json) => group === "best quarter") as Json[];
    return [...new Set(found.map(({ trial }) => trial))].sort();
  };
  assertEquals([best("mae"), best("corr")], [[0, 1], [6, 7]]);
});

Deno.test("learningCurves() takes what has runs, and names configurations apart", async () => {
  await withFolder((out) => {
    for (const [model, size] of [["cnn", 1], ["cnn", 2], ["svm", 1]] as const) {
      const config = { batchSize: size };
      for (const path of makeRuns(join(out, String(size)), 2, { model, config })) {
        if (model === "cnn") writeHistory(join(path, "history.jsonl"), madeHistory(size, 4, 0.5));
        else removeEpochs(path);
      }
    }
    const { runs } = readRuns([out]);
    const figure = learningCurves([{ entries: () => runs }]);
    assertMatch(
      figure.description,
      /: cnn \(1.*\) \(2 seeds\), cnn \(2.*\) \(2 seeds\); without epochs: svm$/,
    );
  });
});

/** As a regressor leaves its run. */
function removeEpochs(path: string): void {
  const record = JSON.parse(Deno.readTextFileSync(join(path, "run.json")));
  record.summary = { epochs: 0, bestEpoch: 0 };
  Deno.writeTextFileSync(join(path, "run.json"), JSON.stringify(record));
}

Deno.test("a figure leaves colours of text and ground to a notebook, and has its own as a drawing", async () => {
  const figure = learningCurves([{ name: "cnn", history: madeHistory(1, 4, 0.5) }]);
  const shown = await (figure as Json)[Symbol.for("Jupyter.display")]();
  const { config, width } = shown["application/vnd.vegalite.v5+json"];
  assertEquals([width, figure.spec["width"]], [640, 320], "wider in a notebook than in a paper");
  assert(
    !/background|labelColor|titleColor|gridColor|domainColor|tickColor/.test(
      JSON.stringify(config),
    ),
  );
  assertEquals([config.mark.tooltip, config.axis.labelFontSize], [true, 10]);
  assertEquals((figure.spec as Json).config.background, "#ffffff");
});

Deno.test("learningCurves() draws a band only for as long as all seeds trained", () => {
  const curve = (epochs: number) => ({ name: "a", history: madeHistory(epochs, epochs, 1) });
  const { spec } = learningCurves([curve(3), curve(5)], "valid.corr");
  const [seeds, band] = (spec as Json).layer;
  assertEquals(band.data.values.map((point: Json) => point.x), [1, 2, 3]);
  assertEquals(seeds.data.values.length, 8);
  const [first] = band.data.values;
  assertEquals(first.seeds, 2);
  assert(first.low < first.value && first.value < first.high);
  assertThrows(() => learningCurves([curve(3)], "valid.acc9"), UsageError, '"valid.acc9"');
});

Deno.test("confusionMatrix() counts what the metric counts, for each accuracy of each protocol", () => {
  for (const [protocol, range] of [["mosi", 3], ["sims", 1]] as const) {
    const { labels, predictions } = madeScores(500, range);
    for (const metric of PROTOCOLS[protocol].metrics) {
      if (!metric.key.startsWith("acc")) continue;
      const { spec } = confusionMatrix({ labels, predictions }, protocol, metric.key);
      const cells = (spec as Json).data.values as Json[];
      const total = cells.reduce((sum, cell) => sum + cell.samples, 0);
      const right = cells.filter((cell) => cell.truth === cell.predicted)
        .reduce((sum, cell) => sum + cell.samples, 0);
      assertEquals(right / total, measure(metric, predictions, labels), metric.key);
    }
  }
  assertThrows(() => confusionMatrix(madeScores(5), "mosi", "mae"), UsageError, "no classes");
  assertThrows(() => confusionMatrix(madeScores(5), "mosi", "acc8"), UsageError, "acc8");
});

Deno.test("predictedAgainstTrue() and residualsByLabel() lose no sample, however far it is off", () => {
  const scores = { labels: [-3, 0, 3, 3], predictions: [-9, 0.01, 2.99, 3] };
  const layers = (predictedAgainstTrue(scores, "mosi").spec as Json).layer;
  const circles = layers[1].data.values as Json[];
  assertEquals(circles.map(({ x, y, samples }) => [x, y, samples]), [
    [-3, -3, 1],
    [0, 0, 1],
    [3, 3, 2],
  ]);
  const bins = (residualsByLabel(scores, "mosi").spec as Json).data.values as Json[];
  assertEquals(bins.map(({ label, count }) => [label, count]), [[-3, "n=1"], [0, "n=1"], [
    3,
    "n=2",
  ]]);
  assertEquals(bins[0].median, -6);
  assertThrows(() => residualsByLabel({ labels: [], predictions: [] }, "mosi"), TypeError, "some");
  assertThrows(() => predictedAgainstTrue({ labels: [1], predictions: [] }, "mosi"), TypeError);
});

Deno.test("a figure of nothing is refused, not drawn empty", () => {
  assertThrows(() => modalityAblation([]), TypeError, '"mae"');
  assertThrows(() => comparisonIntervals([]), TypeError, "expected comparisons");
  assertThrows(() => robustnessCurves([], "noise"), TypeError, "at least one model");
  assertThrows(() => labelHistograms([]), TypeError, "the history has none");
});

Deno.test("textWidth() grows with the letters and the size, and knows wide from narrow ones", () => {
  assertEquals(textWidth("", 10), 0);
  assert(textWidth("WWW", 10) > textWidth("ooo", 10));
  assert(textWidth("ooo", 10) > textWidth("iii", 10));
  assertEquals(textWidth("oooo", 20), 2 * textWidth("oooo", 10));
});

Deno.test("bandPoint() draws no accuracy above 1 and no error below 0", () => {
  assertEquals(bandPoint("a", 1, [0.9, 1, 0.98], metricBounds("acc7")).high, 1);
  assertEquals(bandPoint("a", 1, [0.01, 0.2], metricBounds("mae")).low, 0);
  assert(bandPoint("a", 1, [0.9, 1, 0.98], metricBounds("trainLoss")).high > 1);
});

Deno.test("learningCurves() takes a metric by its name, and tells what it cannot draw", () => {
  const curve = { name: "cnn", history: madeHistory(1, 4, 1) };
  assertEquals(learningCurves([curve], "corr").spec, learningCurves([curve], "valid.corr").spec);
  const draw = (key: unknown) => () => learningCurves([curve], key as string);
  assertThrows(
    draw("cor"),
    UsageError,
    'Unknown quantity of the history "cor": known are valid.mae, valid.corr, train',
  );
  assertThrows(draw({ metric: "corr" }), UsageError, 'such as "valid.mae"');
  assertThrows(() => learningCurves([]), UsageError, "no run has epochs");
});
