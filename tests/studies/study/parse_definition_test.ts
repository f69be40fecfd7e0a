import { assert, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/core/errors.ts";
import { makeSynthetic } from "../../../lib/data/mod.ts";
import { findModel } from "../../../lib/models/mod.ts";
import { parseDefinition, searchStudy, STUDIES, withSettings } from "../../../lib/studies/mod.ts";
import { cellKey } from "../../../lib/studies/study/definition.ts";

const REFUSED: readonly (readonly [name: string, value: unknown, message: RegExp])[] = [
  ["no object", [], /the study is \[\], expected an object/],
  ["an unknown key", { model: ["svm"] }, /Unknown key of the study "model": did you mean "models"/],
  ["no cell", {}, /it has no cell/],
  ["an unknown model", { models: ["swm"] }, /Unknown model "swm": did you mean "svm"/],
  ["a model that is no text", { models: [3] }, /models is 3, expected a text/],
  ["a cell without model", { cells: [{}] }, /model is absent, expected a text/],
  [
    "an unknown key of a cell",
    { cells: [{ model: "svm", setings: {} }] },
    /Unknown key of a cell "setings": did you mean "settings"/,
  ],
  [
    "an unknown setting",
    { models: ["cnn"], settings: { a: { lernrate: 1 } } },
    /Unknown setting "lernrate"/,
  ],
  [
    "a setting that does not fit",
    { models: ["cnn"], settings: { a: { batchSize: 0 } } },
    /Cannot set batchSize to 0/,
  ],
  [
    "an unknown modality",
    { models: ["cnn"], modalities: [["txt"]] },
    /Unknown modality "txt": did you mean "text"/,
  ],
  ["settings without models", { settings: { a: {} } }, /crossed with no model, expected "models"/],
  [
    "a cell twice",
    { cells: [{ model: "svm" }, { model: "svm" }] },
    /cell "defaults\/svm" is there twice/,
  ],
  ["a slug that leaves the folder", { cells: [{ model: "svm", slug: "../x" }] }, /its slug is/],
  ["a hidden name", { name: ".x", models: ["svm"] }, /its name is "\.x"/],
  ["a seed twice", { models: ["svm"], seeds: [1, 1] }, /seed 1 is there twice/],
  ["a seed that is none", { models: ["svm"], seeds: [-1] }, /seed -1, expected a whole number/],
  ["no seed", { models: ["svm"], seeds: [] }, /it has no seed/],
  [
    "an unknown metric",
    { models: ["svm"], metrics: ["mea"] },
    /Unknown metric "mea": did you mean "mae"/,
  ],
  [
    "an unknown protocol",
    { models: ["svm"], protocol: "mosio" },
    /Unknown protocol "mosio": did you mean "mosi"/,
  ],
  [
    "a truth value that is none",
    { models: ["svm"], showValid: 1 },
    /showValid is 1, expected true/,
  ],
  [
    "a claim about no cell",
    { models: ["svm"], claim: { text: "x", cell: "a/svm", against: ["b"], margins: { mae: 1 } } },
    /Unknown cell "b": .*nown are defaults\/svm/,
  ],
  [
    "a claim against no cell",
    { models: ["svm"], claim: { text: "x", cell: "defaults/svm", against: [], margins: {} } },
    /its claim is against no cell/,
  ],
  [
    "a claim without a margin",
    {
      models: ["svm"],
      claim: { text: "x", cell: "defaults/svm", against: ["defaults/svm"], margins: { mae: 0 } },
    },
    /the margin of mae is 0, expected a number above 0/,
  ],
  ["another split", { models: ["svm"], scoredOn: "train" }, /Unknown split "train"/],
  [
    "a published text",
    { cells: [{ model: "svm", published: [{ values: { mae: "0.5" } }] }] },
    /mae is "0\.5", expected a number/,
  ],
];

for (const [name, value, message] of REFUSED) {
  Deno.test(`parseDefinition() refuses ${name}`, () => {
    const error = assertThrows(() => parseDefinition(value, "x"), UsageError);
    assert(message.test(error.message), error.message);
  });
}

Deno.test("parseDefinition() crosses models, settings and modalities, beside single cells", () => {
  const { cells } = parseDefinition({
    cells: [{ model: "constant" }],
    models: ["svm", "cnn"],
    settings: { small: {}, fast: { preset: "mmsa" } },
    modalities: [["text"], ["text", "audio"]],
  }, "x");
  assertEquals(cells.map(cellKey), [
    "defaults/constant",
    ...["svm", "cnn"].flatMap((model) =>
      ["small-text", "small-text+audio", "fast-text", "fast-text+audio"]
        .map((slug) => `${slug}/${model}`)
    ),
  ]);
  assertEquals(cells[2]!.modalities, ["text", "audio"]);
  assertEquals(cells[3]!.settings, { preset: "mmsa" });
});

Deno.test("a definition is read from its JSON as it was", () => {
  for (const study of STUDIES) {
    assertEquals(parseDefinition(JSON.parse(JSON.stringify(study)), "other"), study);
  }
});

Deno.test("synthetic data have the one name in a study that their runs give them", () => {
  const name = "synthetic:seed=2,n=12";
  const { data } = parseDefinition({ models: ["svm"], data: [name, "mosi.pkl"] }, "x");
  assertEquals(data, [makeSynthetic({ n: 12, seed: 2 }).path, "mosi.pkl"]);
  const search = { model: findModel("svm"), space: { cost: [1] }, trials: 1, metric: "mae" };
  const more = { seed: 1, seeds: [1], settings: {}, data: name };
  assertEquals(searchStudy({ ...search, ...more }).data, data.slice(0, 1));
  assertThrows(
    () => parseDefinition({ models: ["svm"], data: ["synthetic:m=1"] }, "x"),
    UsageError,
  );
});

Deno.test("the study that STUDIES.md shows is one", () => {
  const page = Deno.readTextFileSync(new URL("../../../STUDIES.md", import.meta.url));
  const shown = [...page.matchAll(/```json\n([^]*?)```/g)].map(([, text]) => JSON.parse(text!));
  const { cells, name } = parseDefinition(shown.find(({ models }) => models), "sizes");
  assertEquals([name, cells.length], ["sizes", 8]);
  assertEquals(cells[0]!.slug, "small-text");
});

Deno.test("withSettings() gives a setting to the cells whose model has it, over their own", () => {
  const study = parseDefinition({
    models: ["cnn", "svm"],
    settings: { a: {} },
    cells: [{ slug: "b", model: "cnn", settings: { epochs: 9 } }],
  }, "x");
  const { cells } = withSettings(study, { epochs: "2", cost: "3" });
  assertEquals(cells.map(({ settings }) => settings), [{ epochs: 2 }, { epochs: 2 }, { cost: 3 }]);
  assertThrows(() => withSettings(study, { cots: 1 }), UsageError, 'did you mean "cost"');
});
