import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { basename, join } from "node:path";
import {
  concatFrames,
  historyFrame,
  labelDiagnosisFrame,
  makeFrame,
  meansFrame,
  predictionsFrame,
  runsFrame,
  unimodalLabelsFrame,
  writeFrame,
} from "../../../lib/analysis/mod.ts";
import { readRuns } from "../../../lib/studies/mod.ts";
import { DataError, UsageError } from "../../../lib/core/errors.ts";
import { loadPackage } from "../../../lib/core/packages.ts";
import { writeHistory } from "../../../lib/training/history.ts";
import { withFolder } from "../../training/small.ts";
import { madeHistory } from "../figures/made_figures.ts";
import { makeRun } from "../made_runs.ts";

Deno.test("runsFrame() has a row a run and its metrics by split", async () => {
  await withFolder(async (out) => {
    makeRun(join(out, "table", "all"), { model: "svm", seed: 2 });
    makeRun(out, { model: "cnn", dataset: "sims", protocol: "sims", seed: 1 });
    const { runs } = readRuns([out]);
    const frame = await runsFrame(runs);
    assertEquals(frame.shape[0], 2);
    assertEquals(frame.column("model").values, runs.map(({ model }) => model));
    assertEquals(frame.column("test.mae").values, runs.map(({ test }) => test["mae"]!));
    for (const key of ["rmse", "ccc"]) {
      assertEquals(frame.column(`test.${key}`).values, runs.map(({ test }) => test[key]!));
    }
    const sims = runs.findIndex(({ protocol }) => protocol === "sims");
    // A metric that the other protocol does not have.
    assertEquals(Number.isNaN(frame.column("test.acc7").values[sims] as number), true);
    assertEquals(frame.column("setting").values[1 - sims], "all");
    assertEquals(frame.describe().shape[0], 7);
  });
});

Deno.test("meansFrame() averages no two configurations, and no two datasets of one name", async () => {
  await withFolder(async (out) => {
    for (const seed of [1, 2]) {
      makeRun(out, { model: "net", seed, config: { H: 3 } });
      makeRun(out, { model: "net", seed, config: { H: 1 }, variant: "H=1" });
      makeRun(join(out, "b"), { model: "net", seed, sha256: "0123456789", started: "2026-02-02" });
    }
    const frame = await meansFrame(readRuns([out]).runs);
    const rows = frame.column("metric").values.flatMap((metric, i) =>
      metric === "mae"
        ? [["dataset", "setting", "runs"].map((name) => frame.column(name).values[i]!)]
        : []
    );
    const base = basename(out);
    assertEquals(rows.sort(), [
      ["mosi", base, 2],
      ["mosi", `${base}~H=1`, 2],
      ["mosi-01234567", "b", 2],
    ]);
  });
});

Deno.test("historyFrame() and labelDiagnosisFrame() have a row an epoch", async () => {
  await withFolder(async (out) => {
    const path = makeRun(out, { model: "self-mm", seed: 1 });
    const history = madeHistory(1, 3, 0.5);
    writeHistory(join(path, "history.jsonl"), history);
    const { runs } = readRuns([out]);
    const frame = await historyFrame(runs);
    assertEquals(frame.column("epoch").values, [1, 2, 3]);
    assertEquals(frame.column("valid.mae").values, history.map(({ valid }) => valid["mae"]!));
    const labels = await labelDiagnosisFrame(runs);
    assertEquals(labels.shape[0], 9);
    assertEquals(labels.column("modality").values.slice(0, 3), ["text", "audio", "vision"]);
    const text = labels.query(labels.column("modality").eq("text"));
    assertEquals(
      text.column("human.corr").values,
      history.map(({ unimodalLabels }) => unimodalLabels!.text!.human!.corr),
    );
    Deno.writeTextFileSync(join(path, "history.jsonl"), '{"epoch": 1');
    await assertRejects(async () => await historyFrame(runs), DataError, "one line of JSON");
  });
});

Deno.test("predictionsFrame() has a row a sample, labels that are not known as NaN", async () => {
  await withFolder(async (out) => {
    for (const seed of [1, 2]) {
      makeRun(out, { model: "svm", seed, samples: 3 });
    }
    const blank = makeRun(out, { model: "svm", seed: 3, samples: 3 });
    Deno.writeTextFileSync(
      join(blank, "predictions.csv"),
      'split,id,label,prediction\ntest,"a,b",,0.5\n',
    );
    const frame = await predictionsFrame(readRuns([out]).runs);
    assertEquals(frame.shape, [13, 8]);
    assertEquals(frame.values[12]!.slice(3, 6), [3, "test", "a,b"]);
    assertEquals(frame.values[12]!.slice(6), [NaN, 0.5]);
    assertEquals(frame.query(frame.column("seed").eq(2)).shape[0], 6);
  });
});

Deno.test("unimodalLabelsFrame() has a row a train sample, a modality without labels as NaN", async () => {
  await withFolder(async (out) => {
    const path = makeRun(out, { model: "self-mm", seed: 1 });
    const file = join(path, "labels.csv");
    Deno.writeTextFileSync(file, "id,label,text,audio,vision\na,1,0.5,,-2\nb,0,0,,3\n");
    const frame = await unimodalLabelsFrame(readRuns([out]).runs);
    assertEquals(frame.values.map((row) => row.slice(4)), [
      ["a", 1, 0.5, NaN, -2],
      ["b", 0, 0, NaN, 3],
    ]);
    Deno.writeTextFileSync(file, "id,label,text,audio,vision\na,1,x,,-2\n");
    const read = async () => await unimodalLabelsFrame(readRuns([out]).runs);
    await assertRejects(read, DataError, 'the text of row 1 is "x"');
    Deno.writeTextFileSync(file, "id,label\n");
    await assertRejects(read, DataError, "its columns are");
    Deno.removeSync(file);
    await assertRejects(read, DataError, "expected generated labels");
  });
});

Deno.test("concatFrames() leaves its inputs alone and fills what one of them lacks", async () => {
  const a = await makeFrame({ model: ["svm"], mae: [1] });
  const b = await makeFrame({ model: ["cnn"], corr: [0.5], note: ["x"] });
  const both = await concatFrames([a, b]);
  assertEquals(both.columns, ["model", "mae", "corr", "note"]);
  assertEquals(both.values, [["svm", 1, NaN, ""], ["cnn", NaN, 0.5, "x"]]);
  assertEquals([a.values, a.shape, b.values], [[["svm", 1]], [1, 2], [["cnn", 0.5, "x"]]]);
});

Deno.test("makeFrame() refuses columns of different lengths, and none at all", async () => {
  await assertRejects(() => makeFrame({ a: [1, 2], b: [1] }), TypeError, 'column "b" has 1 values');
  await assertRejects(() => makeFrame({}), TypeError, "there are no columns");
});

Deno.test("a notebook shows a frame as HTML, escaped and shortened, and as text", async () => {
  const names = Array.from({ length: 30 }, (_, i) => i === 0 ? "<b>&" : `row ${i}`);
  const frame = await makeFrame({ name: names, mae: names.map((_, i) => i / 3) });
  // deno-lint-ignore no-explicit-any -- the display is no part of danfojs' types
  const shown = (frame as any)[Symbol.for("Jupyter.display")]();
  assertEquals(Object.keys(shown), ["text/html", "text/plain"]);
  const html: string = shown["text/html"];
  assert(html.includes("<td>&lt;b>&amp;</td>"));
  assert(html.includes("<td>0.333</td>") && html.includes("row 29") && !html.includes("row 15"));
  assertMatch(html, /<p>30 rows × 2 columns<\/p>$/);
  assertMatch(shown["text/plain"], /row 1 /);
});

Deno.test("writeFrame() writes Parquet that another reader reads, and CSV; no other format", async () => {
  await withFolder(async (out) => {
    const frame = await makeFrame({ id: ["a", "ü,€"], mae: [0.1 + 0.2, NaN] });
    await writeFrame(join(out, "x.parquet"), frame);
    const { parquetReadObjects } = await loadPackage<{
      parquetReadObjects(source: { file: ArrayBuffer }): Promise<unknown[]>;
    }>("npm:hyparquet@1.31.5");
    const { buffer: file } = Deno.readFileSync(join(out, "x.parquet"));
    assertEquals(await parquetReadObjects({ file }), [
      { id: "a", mae: 0.1 + 0.2 },
      { id: "ü,€", mae: NaN },
    ]);
    await writeFrame(join(out, "x.csv"), frame);
    assertEquals(
      Deno.readTextFileSync(join(out, "x.csv")),
      'id,mae\na,0.30000000000000004\n"ü,€",\n',
    );
    await assertRejects(() => writeFrame(join(out, "x.xlsx"), frame), UsageError, ".parquet");
  });
});

Deno.test("loadPackage() names a package that it cannot load", async () => {
  await assertRejects(() => loadPackage("no-such-package"), DataError, "no-such-package");
});
