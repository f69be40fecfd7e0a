/** The studies that come with the toolkit: their definitions, and that each starts and ends. */

import { assert, assertEquals } from "@std/assert";
import { RandomStream } from "../../../lib/core/random.ts";
import { PROTOCOLS } from "../../../lib/evaluation/mod.ts";
import { findModel, MODELS, type Setting } from "../../../lib/models/mod.ts";
import {
  parseDefinition,
  runStudy,
  STUDIES,
  type StudyDefinition,
  studyTable,
  trainable,
  withSettings,
} from "../../../lib/studies/mod.ts";
import { cellKey } from "../../../lib/studies/study/mod.ts";
import { resolveConfig, settingsOf } from "../../../lib/training/config.ts";
import {
  floatsIn,
  makeDataset,
  numpy,
  type SplitEntries,
  TestFolder,
} from "../../data/mmsa_file.ts";
import { withFolder } from "../../training/small.ts";

const DATA = "synthetic:n=12,seed=1,text=4,audio=3,vision=3,textSteps=3,audioSteps=3,visionSteps=3";
const CLAIMS = STUDIES.filter(({ name }) => !name.startsWith("report-table-"));

/** A few clips with people's labels of each modality in [-1, 1], as SIMS has them. */
function simsData(): Record<string, SplitEntries> {
  const random = RandomStream.fromSeed(1);
  return makeDataset((splits) => {
    for (const split of Object.values(splits)) {
      for (const modality of ["text", "audio", "vision"]) {
        floatsIn(split[modality]).forEach((_, i, values) => values[i] = random.normal());
      }
      const labels = floatsIn(split["regression_labels"]).map((label) => label / 3);
      split["regression_labels"] = numpy([labels.length], labels);
      for (const letter of ["T", "A", "V"]) {
        const own = labels.map(() => Math.round(10 * random.uniform() - 5) / 5);
        split[`regression_labels_${letter}`] = numpy([labels.length], own);
      }
    }
  });
}

function named(name: string): StudyDefinition {
  return STUDIES.find((study) => study.name === name)!;
}

/** Settings that make every model of a study small, by the rules of its settings. */
function small({ name, cells }: StudyDefinition): Record<string, Setting> {
  const widths = cells.flatMap(({ model, settings }) =>
    Object.entries(settingsOf(findModel(model)))
      // A model's width may have to be a multiple of its heads.
      .filter(([key, { kind }]) =>
        kind === "count" && key !== "modelDim" && !Object.hasOwn(settings, key)
      )
      .map(([key, { start }]) => [key, start] as const)
  );
  const sizes = widths.flatMap(([key, start]) => {
    const least = Math.min(...typeof start === "object" ? Object.values(start) : [start as number]);
    return least > 8 ? [[key, 8] as const] : [];
  });
  return { ...Object.fromEntries(sizes), batchSize: 4, epochs: name === "self-mm-labels" ? 2 : 1 };
}

Deno.test("built-in studies have names, cells and metrics of their own, and survive their file", () => {
  assertEquals(
    CLAIMS.map(({ name, cells }) => [name, cells.length > 5]),
    [
      ...["self-mm-mosi", "self-mm-mosei", "self-mm-sims", "self-mm-tasks", "self-mm-labels"],
      ...["shared-private-pairs", "mmcl-ablation"],
    ].map((name) => [name, true]),
  );
  for (const study of STUDIES) {
    const read = parseDefinition(JSON.parse(JSON.stringify(study)), "x");
    assertEquals(JSON.stringify(read), JSON.stringify({ ...read, ...study }), study.name);
    for (const { model, settings } of study.cells) {
      resolveConfig(findModel(model), "sims", settings);
    }
    for (const note of study.notes) assert(!note.endsWith("."), note);
  }
});

Deno.test("the report's tables are there, with a model of ours and published values in each row", () => {
  const tables = STUDIES.filter((study) => !CLAIMS.includes(study));
  const numbers = [2, 3, 4, 5, 6];
  assertEquals(tables.map(({ name }) => name), numbers.map((n) => `report-table-${n}`));
  assertEquals(tables.map(({ cells }) => cells.length), [7, 4, 3, 3, 4]);
  for (const { cells, metrics } of tables) {
    for (const { model, published } of cells) {
      assert(MODELS.some(({ name }) => name === model));
      for (const key of published.flatMap(({ values }) => Object.keys(values))) {
        assert(metrics.includes(key), `${key} has no column`);
      }
    }
  }
  const values = tables[4]!.cells[3]!.published[0]!.values;
  assertEquals(values, { mae: 0.563, corr: 0.726, acc2NegPos: 0.844, f1WeightedNegPos: 0.841 });
});

Deno.test("the studies of claims ask what the claims are about", () => {
  const slugs = (name: string) => named(name).cells.map((cell) => cellKey(cell));
  const models = (name: string) => named(name).cells.map(({ model }) => model);
  for (const name of ["self-mm-mosi", "self-mm-mosei"]) {
    for (const model of ["lf-dnn", "tfn", "lmf", "mfn", "mult", "misa", "mag-bert", "self-mm"]) {
      assert(models(name).includes(model), `${name} ${model}`);
    }
  }
  assertEquals(slugs("self-mm-sims").slice(0, 2), ["generated/self-mm", "human/self-mm"]);
  for (const model of ["mlf-dnn", "mtfn", "mlmf"]) assert(models("self-mm-sims").includes(model));
  const settings = (name: string, key: string) =>
    new Set(named(name).cells.map((cell) => cell.settings[key]));
  assertEquals(settings("self-mm-tasks", "tasks").size, 8);
  assertEquals([...settings("self-mm-labels", "unimodalLabels")], [
    ...["generated", "human", "copied", "none"],
  ]);
  assertEquals(settings("shared-private-pairs", "pairs").size, 8);
  assertEquals(named("shared-private-pairs").cells.length, 2 + 7 * 4);
  assertEquals(slugs("mmcl-ablation").length, 6);
  for (const name of ["self-mm-sims", "self-mm-labels"]) {
    const { claim } = named(name);
    assertEquals([claim!.cell, claim!.against], ["generated/self-mm", ["human/self-mm"]]);
    assertEquals(claim!.margins, { mae: 0.02 });
  }
});

Deno.test("published rows have metrics of the dataset's protocol, and shares in [0, 1]", () => {
  const protocols = { "self-mm-mosi": "mosi", "self-mm-mosei": "mosei", "self-mm-sims": "sims" };
  for (const [name, protocol] of Object.entries(protocols)) {
    const { metrics } = PROTOCOLS[protocol as "mosi"];
    const study = named(name);
    const rows = study.cells.flatMap(({ published }) => published);
    assert(rows.length >= study.cells.length - 2, name);
    for (const { values } of rows) {
      for (const [key, value] of Object.entries(values)) {
        assert(study.metrics.includes(key), `${name} shows ${key}`);
        const { bounds } = metrics.find((metric) => metric.key === key)!;
        assert(value >= bounds[0] && value <= Math.min(bounds[1], 1), `${name} ${key} ${value}`);
      }
    }
  }
  const selfMm = named("self-mm-mosi").cells.find(({ model }) => model === "self-mm")!;
  const [paper] = selfMm.published;
  assertEquals(paper!.label, "its paper");
  assertEquals(paper!.values, {
    ...{ mae: 0.713, corr: 0.798, acc2NonNeg: 0.84, acc2NegPos: 0.8598 },
    ...{ f1WeightedNonNeg: 0.8442, f1WeightedNegPos: 0.8595 },
  });
});

Deno.test("trainable() leaves out models that are nothing without a BERT, where text is features", () => {
  for (const study of CLAIMS) {
    const features = trainable(study);
    const needy = study.cells.filter(({ model }) => findModel(model).needs.includes("bert"));
    assertEquals(features.leftOut, needy);
    assertEquals(features.definition.cells.length, study.cells.length - needy.length);
    const cells = study.cells.map((cell) => ({
      ...cell,
      settings: { ...cell.settings, text: "bert" },
    }));
    assertEquals(trainable({ ...study, cells }).leftOut, []);
  }
});

for (const study of CLAIMS) {
  Deno.test(`study ${study.name} starts and ends on small data`, async () => {
    await withFolder(async (out) => {
      const { definition } = trainable(withSettings(study, small(study)));
      using folder = new TestFolder();
      const isSims = study.name === "self-mm-sims";
      const data = isSims ? [folder.pickle(simsData(), "sims.pkl")] : [DATA];
      const protocol = isSims ? {} : { protocol: "mosi" } as const;
      const called = { ...definition, seeds: [1111], data, ...protocol };
      const worker = { engine: "cpu", device: "auto", nonfinite: "zero", commandLine: [] } as const;
      const { jobs, study: found } = await runStudy(called, { out, jobs: 1, worker });
      for (const { job, ending } of jobs) {
        assertEquals(ending.status, "trained", `${job.slug} ${JSON.stringify(ending)}`);
      }
      const table = studyTable(found);
      assertEquals([table.rows.length, table.missing], [definition.cells.length, []]);
      assert(table.rows.every(({ ours }) => Number.isFinite(ours["mae"]!.mean)));
      assertEquals(new Set(table.rows.map(({ name }) => name)).size, table.rows.length);
      if (study.name !== "self-mm-labels") return;
      assert(table.rows.every(({ valid }) => Number.isFinite(valid!["mae"]!.mean)));
      // Two of six cells generate labels, and people's are there to hold them against.
      assertEquals(table.labels.map(({ slug, epochs }) => [slug, epochs.length]), [
        ["generated", 2],
        ["generated-constant", 2],
      ]);
      const [first] = table.labels[0]!.epochs;
      assertEquals(Object.keys(first!.corr), ["text", "audio", "vision"]);
    });
  });
}
