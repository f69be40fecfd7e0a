import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import { makeReport, RunErrors } from "../../../lib/analysis/mod.ts";
import { COLORS, THEME } from "../../../lib/analysis/figures/theme.ts";
import { readRun, searchStudy, writeStudy } from "../../../lib/studies/mod.ts";
import { parseDefinition } from "../../../lib/studies/study/mod.ts";
import { findModel } from "../../../lib/models/mod.ts";
import { DataError, RunError } from "../../../lib/core/errors.ts";
import { writeHistory } from "../../../lib/training/history.ts";
import { escapeXml } from "../../../lib/display/xml.ts";
import { type PredictionRow, PROTOCOLS } from "../../../lib/evaluation/mod.ts";
import { RunFolder } from "../../../lib/training/mod.ts";
import { withFolder } from "../../training/small.ts";
import { madeHistory } from "../figures/made_figures.ts";
import { makeRun, makeRuns } from "../made_runs.ts";

/** Two models on five seeds, one of them trained by epochs. */
function makeModels(out: string): void {
  for (const path of makeRuns(out, 5, { model: "self-mm", noise: 0.3 })) {
    writeHistory(join(path, "history.jsonl"), madeHistory(Number(path.slice(-1)), 4, 0.5));
  }
  makeRuns(out, 5, { model: "svm", noise: 0.9 });
}

/** The headings of a level. */
function sections(html: string, level = 2): string[] {
  const heads = new RegExp(`<h${level} id="[^"]+">(.*?)</h${level}>`, "g");
  return [...html.matchAll(heads)].map((match) => match[1]!);
}

Deno.test("makeReport() gives the same bytes twice, wherever the folder lies", async () => {
  await withFolder(async (out) => {
    makeModels(join(out, "a"));
    const first = await makeReport(join(out, "a"));
    assertEquals(await makeReport(join(out, "a")), first);
    Deno.mkdirSync(join(out, "deep"));
    Deno.renameSync(join(out, "a"), join(out, "deep", "a"));
    assertEquals(await makeReport(join(out, "deep", "a")), first);
  });
});

Deno.test("a report has every part, each figure inside, and asks for nothing from elsewhere", async () => {
  await withFolder(async (out) => {
    makeModels(out);
    const html = await makeReport(out, ["mae", "acc7"]);
    assertEquals(sections(html), ["mosi", "Data", "What was read how often", "Runs"]);
    assertEquals(sections(html, 3), [
      ...["Results", "Comparisons", "Training", "self-mm on mosi", "svm on mosi"],
      "Every run",
    ]);
    for (const { name } of PROTOCOLS.mosi.metrics) {
      assert(html.includes(escapeXml(name).replace(" (", "<br>(")), name);
    }
    // 2 comparisons, 2 curves, 7 figures of scores for each model, 2 of generated labels.
    assertEquals(html.match(/<svg /g)?.length, 2 + 2 + 2 * 7 + 2);
    assert(!/<script|<link(?! rel="icon" href="data:,">)|<img|@import|url\(|src=/.test(html));
    const addresses = html.replaceAll(/xmlns(:xlink)?="[^"]*"/g, "").match(/https?:[^"\s]*/g);
    assertEquals(addresses, null);
    assert(html.includes("self-mm has ") && html.includes("the difference is established"));
    assertEquals(html.match(/NaN|undefined|\[object/g), null);
  });
});

Deno.test("a report with a margin says which models are equivalent", async () => {
  await withFolder(async (out) => {
    for (const model of ["self-mm", "svm"]) makeRuns(out, 5, { model, noise: 0.3, samples: 200 });
    const html = await makeReport(out, ["mae"], { equivalence: 0.2, resamples: 199 });
    assertMatch(
      html,
      /<th[^>]*>p equivalent<br>\(one comparison\)<\/th>[^]*<td[^>]*>equivalent<\/td>/,
    );
    assertMatch(html, /self-mm and svm are equivalent within ±0\.200 \(two one-sided tests/);
    assertMatch(html, /<figcaption>[^<]*grey: equivalent within ±0\.2, dashed<\/figcaption>/);
  });
});

Deno.test("a report tells and passes over what is deleted, half-written or foreign", async () => {
  await withFolder(async (out) => {
    makeModels(out);
    Deno.removeSync(join(out, "svm", "mosi", "1111", "metrics.json"));
    Deno.writeTextFileSync(join(out, "svm", "mosi", "1112", "run.json"), '{"status": "fin');
    Deno.writeTextFileSync(join(out, "self-mm", "mosi", "1111", "history.jsonl"), '{"epoch"');
    Deno.mkdirSync(join(out, "notes <b>"));
    for (const { name } of Deno.readDirSync(join(out, "svm", "mosi"))) {
      if (name > "1112") {
        Deno.writeTextFileSync(join(out, "svm", "mosi", name, "predictions.csv"), "x\n");
      }
    }
    const html = await makeReport(out);
    assertEquals(sections(html).at(-1), "Passed over");
    assert(html.includes("4 folders were passed over"));
    for (const path of ["svm/mosi/1111", "svm/mosi/1112", "self-mm/mosi/1111", "notes &lt;b>"]) {
      assert(html.includes(`<td>${path}</td>`), path);
    }
    // Three runs of svm have metrics, but predictions that nobody can read.
    assertMatch(html, /svm\/mosi\/111[345]\/predictions\.csv/);
    assertEquals(html.split("\n").filter((line) => line.includes(out)), []);
  });
});

Deno.test("a report says that test was read, and that a run selected by it", async () => {
  await withFolder(async (out) => {
    const path = makeRun(out, { model: "svm", seed: 1, config: { selectedOn: "test" } });
    makeRun(out, { model: "svm", seed: 2, config: { selectedOn: "test" } });
    const read = (split: string) =>
      JSON.stringify({ at: "2026-02-01T00:00:00.000Z", split }) + "\n";
    Deno.writeTextFileSync(join(path, "reads.jsonl"), read("test") + read("test") + '{"at"');
    const html = await makeReport(out);
    assertMatch(html, /<td>svm<\/td><td>mosi<\/td><td class="number">2<\/td>.*>0<\/td>.*>2<\/td>/);
    assert(html.includes("Its test metrics are no fair ones"));
  });
});

Deno.test("a report takes each configuration and each content of a dataset's name for its own", async () => {
  await withFolder(async (out) => {
    makeRuns(out, 4, { model: "net", config: { H: 3 } });
    makeRuns(out, 4, { model: "net", config: { H: 1 }, variant: "H=1" });
    const sha256 = "0123456789abcdef";
    makeRuns(join(out, "more"), 4, { model: "net", sha256, started: "2026-02-02" });
    const html = await makeReport(out);
    assertMatch(
      html,
      /2 models?, 2 datasets, 12 finished runs|1 model, 2 datasets, 12 finished runs/,
    );
    for (const name of ["net (H=1)", ">mosi<", ">mosi-01234567<"]) {
      assert(html.includes(name), name);
    }
    assertMatch(html, /p seeds<br>\(one comparison\)/);
  });
});

Deno.test("a report of a study has its title, its table and what is not finished", async () => {
  await withFolder(async (out) => {
    const cells = [{ model: "svm", slug: "all", label: "SVM, all" }, { model: "cnn", slug: "all" }];
    writeStudy(
      out,
      parseDefinition({ title: "Two baselines", cells, seeds: [1, 2] }, "two"),
    );
    for (const seed of [1, 2]) makeRun(join(out, "all"), { model: "svm", seed });
    const html = await makeReport(out);
    assert(html.includes("<h1>Two baselines</h1>") && html.includes("<td>SVM, all</td>"));
    assert(html.includes("Not finished: all/cnn"));
  });
});

Deno.test("a report shows what evaluate found of noise and of missing modalities", async () => {
  await withFolder(async (out) => {
    const tried = (path: string, mae: number, data = "mosi.pkl", split = "test") => {
      const { test } = readRun(path);
      const trial = (noise: object, drop: string[], change: number) => (
        { drop, noise, metrics: { ...test, mae: test["mae"]! + change } }
      );
      new RunFolder(path).noteRead(
        {
          ...{ split, data },
          corruptions: [
            trial({ audio: 0 }, [], 0),
            trial({ audio: 2, text: 0 }, [], 2 * mae),
            trial({ audio: 0.5 }, [], mae),
            trial({ audio: 1 }, ["text"], 3 * mae),
            trial({}, ["text"], 4 * mae),
          ],
        } as Parameters<RunFolder["noteRead"]>[0],
      );
    };
    const [first, second] = makeRuns(out, 3, { model: "svm" });
    makeRuns(out, 3, { model: "cnn" });
    tried(first!, 99);
    tried(first!, 1);
    tried(second!, 2);
    tried(second!, 50, "other.pkl");
    tried(second!, 50, "mosi.pkl", "valid");
    new RunFolder(second!).noteRead({
      ...{ split: "test", data: "mosi.pkl" },
      corruptions: [{ drop: ["vision"], noise: {} }], // of version 0.1, without metrics
    });
    const html = await makeReport(out);
    assert(sections(html, 3).includes("Robustness"));
    const [, part] = /<h3 id="mosi-robustness">Robustness<\/h3>([^]*?)<\/section>/.exec(html)!;
    const rows = [...part!.matchAll(/<tr><td>(.*?)<\/td><\/tr>/g)].map((match) =>
      match[1]!.split(/<\/td><td[^>]*>/)
    );
    // Changes of 1 and 2 have mean 1.5 and deviation √0.5.
    assertEquals(rows.map(([model, what, seeds, , change]) => [model, what, seeds, change]), [
      ["svm", "audio noise 0.5", "2", "1.500 ± 0.707"],
      ["svm", "audio noise 2", "2", "3.000 ± 1.414"],
      ["svm", "no text", "2", "6.000 ± 2.828"],
      ["svm", "audio noise 1, no text", "2", "4.500 ± 2.121"],
    ]);
    assertEquals(part!.match(/<svg /g)?.length, 1);
    assert(part!.includes("MAE by noise on audio (standard deviations): svm"));
  });
});

Deno.test("a report of one model names rows by what differs, in the order of the study", async () => {
  await withFolder(async (out) => {
    const cells = ["text", "audio"].map((slug) => ({ model: "svm", slug }));
    writeStudy(out, parseDefinition({ cells, seeds: [1111, 1112] }, "sets"));
    for (const slug of ["audio", "text"]) makeRuns(join(out, slug), 2, { model: "svm" });
    const html = await makeReport(out);
    assertMatch(
      html,
      /<h2 id="mosi">mosi<\/h2>[^]*?aria-label="svm on test: [^]*?<td>text<\/td>[^]*?<td>audio<\/td>/,
    );
    assertEquals(sections(html, 3).filter((name) => name.startsWith("svm")), [
      "svm (text) on mosi",
      "svm (audio) on mosi",
    ]);
  });
});

Deno.test("a card lists the samples that the median run is most wrong about", async () => {
  await withFolder(async (out) => {
    const change = (rows: PredictionRow[]) =>
      rows.map((row) => row.id === "test$_$7" ? { ...row, prediction: row.label! - 9 } : row);
    makeRuns(out, 1, { model: "svm", noise: 0.1, change });
    const html = await makeReport(out);
    const [, errors] = /<h4>The largest errors on test<\/h4>([^]*?)<\/table>/.exec(html)!;
    const rows = [
      ...errors!.matchAll(/<tr><td>(.*?)<\/td>.*<td class="number">(.*?)<\/td><\/tr>/g),
    ];
    assertEquals(rows.slice(0, 1).map(([, id, error]) => [id, error]), [["test$_$7", "-9.000"]]);
    assertEquals(rows.length, 10);
  });
});

Deno.test("a card shows the errors that evaluate kept, of the run's own data and split", async () => {
  await withFolder(async (out) => {
    const paths = makeRuns(out, 3, { model: "svm" });
    const keep = (path: string, text: string, data = "mosi.pkl", split = "test") => {
      const error = { id: "a$_$1", text, label: 1, prediction: -1, scores: {}, neighbours: [] };
      const found = { data, split, samples: 40, scoredBy: null, errors: [error] };
      new RunErrors(found).save(join(path, "errors.json"));
    };
    keep(paths[0]!, "elsewhere", "other.pkl");
    keep(paths[1]!, "before", "mosi.pkl", "valid");
    assert((await makeReport(out)).includes("The largest errors on test</h4>"));
    keep(paths[2]!, "what <b>was</b> said");
    const html = await makeReport(out);
    assertMatch(html, /The largest errors on test: seed 1113<\/h4>/);
    assertMatch(html, /<details><summary>a\$_\$1: .*\n<blockquote>what &lt;b>was&lt;\/b> said/);
    assert(!html.includes("elsewhere") && !html.includes("before</"));
    Deno.writeTextFileSync(join(paths[0]!, "errors.json"), "{");
    const damaged = await makeReport(out);
    assertMatch(damaged, /errors\.json of seed 1111 is damaged, and not shown/);
    assert(damaged.includes("<figure"), "figures stand without it");
  });
});

Deno.test("a report's drawings have colours for a dark page, for each that their theme has", async () => {
  await withFolder(async (out) => {
    makeRuns(out, 1, { model: "svm" });
    const html = await makeReport(out);
    const [, dark] = /@media screen and \(prefers-color-scheme: dark\) \{\n(figure svg[^]*?)\n\}\n/
      .exec(html)!;
    const theme = JSON.stringify(THEME).match(/#[0-9a-f]{3,6}/g)!;
    for (const color of new Set(theme.filter((color) => !COLORS.includes(color)))) {
      assert(dark!.includes(`[fill="${color}"]`) && dark!.includes(`[stroke="${color}"]`), color);
    }
  });
});

Deno.test("a report has one section a dataset, and links to all its parts", async () => {
  await withFolder(async (out) => {
    for (const dataset of ["one", "two"]) {
      for (const model of ["svm", "cnn"]) makeRuns(out, 4, { model, dataset });
    }
    const html = await makeReport(out);
    assertEquals(sections(html).slice(0, 2), ["one", "two"]);
    const [, contents] = /<nav aria-label="Contents">([^]*?)<\/nav>/.exec(html)!;
    const links = [...contents!.matchAll(/href="#([^"]+)"/g)].map((match) => match[1]!);
    assertEquals(links, [...html.matchAll(/<h[23] id="([^"]+)"/g)].map((match) => match[1]!));
    assertEquals(links.slice(0, 3), ["one", "one-results", "one-comparisons"]);
    assertEquals(new Set(links).size, links.length);
    for (const tag of ["ul", "li"]) {
      assertEquals(contents!.split(`<${tag}>`).length, contents!.split(`</${tag}>`).length);
    }
    assertMatch(html, /<\/nav>\n<main>[^]*<\/main>\n<\/body>/);
    const tables = html.match(/<div class="wide"[^>]*>/g)!;
    assert(tables.every((tag) => /tabindex="0" role="group" aria-label="\w/.test(tag)));
  });
});

Deno.test("a report of a search sorts its trials, with one card, and is small for 40", async () => {
  await withFolder(async (out) => {
    const space = {
      learningRate: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7],
      dropout: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
    };
    const definition = searchStudy({
      ...{ model: findModel("cnn"), space, trials: 40, seed: 1, seeds: [1111] },
      ...{ data: "synthetic", protocol: "mosi", metric: "mae", settings: {} },
    });
    writeStudy(out, definition);
    for (const [i, { slug, settings }] of definition.cells.slice(1).entries()) {
      const made = { model: "cnn", seed: 1111, config: settings, samples: 600 };
      const path = makeRun(join(out, slug), { ...made, noise: 1 + (i * 7 % 40) / 40 });
      writeHistory(join(path, "history.jsonl"), madeHistory(i, 20, 0.5));
    }
    const html = await makeReport(out);
    assert(html.length < 1e6, String(html.length));
    assertEquals(sections(html)[0], "Trials");
    const [, trials] = /<h2 id="trials">([^]*?)<\/section>/.exec(html)!;
    const rows = [...trials!.matchAll(/<tr><td>(trial-\d+)<\/td><td[^>]*>(.*?)<\/td>/g)];
    const scores = rows.map(([, , score]) => Number(score!.replace(/<\/?b>/g, "")));
    assertEquals(scores, scores.toSorted((a, b) => a - b));
    assertEquals([rows.length, rows[0]![1]], [39, "trial-002"]);
    assertMatch(rows[0]![2]!, /^<b>/);
    assertMatch(trials!, /learningRate<\/th>[^]*dropout<\/th>[^]*1 of 40 trials are not finished/);
    assertEquals(sections(html, 3).filter((name) => name.startsWith("cnn")).length, 1);
    assert(!sections(html, 3).includes("Comparisons"));
    assertMatch(html, /<figcaption>MAE on valid by epoch: [^<]*trial-002/);
    assertMatch(html, /<figcaption>MAE .* on valid of 39 trials by their settings/);
    assertMatch(html, /<figcaption>The 39 trials as lines through their settings/);
  });
});

Deno.test("makeReport() refuses a folder without a finished run, and a damaged study", async () => {
  await withFolder(async (out) => {
    await assertRejects(() => makeReport(out), RunError, "there is no finished run in it");
    await assertRejects(() => makeReport(join(out, "gone")), RunError, "no finished run");
    Deno.writeTextFileSync(join(out, "study.json"), "{");
    await assertRejects(() => makeReport(out), DataError, "study.json");
  });
});
