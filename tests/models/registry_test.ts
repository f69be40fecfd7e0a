import { assert, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/core/errors.ts";
import { featureWidths, findModel, MODELS } from "../../lib/models/mod.ts";
import { BY_NAME } from "../../lib/models/registry.ts";
import { resolveConfig, settingsOf } from "../../lib/training/config.ts";
import { smallData, withSplits } from "./small.ts";

Deno.test("findModel() finds every model by its name", () => {
  for (const model of MODELS) assert(findModel(model.name) === model);
  assertEquals([MODELS[0]!.name, MODELS.at(-1)!.name], ["self-mm", "constant"]);
});

Deno.test("findModel() refuses an unknown name with the nearest one", () => {
  for (const [name, near] of [["selfmm", "self-mm"], ["Constant", "constant"]] as const) {
    const find = () => findModel(name);
    assertThrows(find, UsageError, `Unknown model "${name}": did you mean "${near}"?`);
  }
  assertThrows(() => findModel(""), UsageError);
  assertThrows(() => findModel("toString"), UsageError);
});

Deno.test("every model has a name of its own, a summary, a card, and start values that its rules take", () => {
  assertEquals(new Set(MODELS.map(({ name }) => name)).size, MODELS.length);
  // The registry's keys are what editors complete.
  assertEquals(Object.keys(BY_NAME), MODELS.map(({ name }) => name));
  for (const model of MODELS) {
    assert(/^[a-z][a-z-]*$/.test(model.name), model.name);
    assert(model.summary.length > 20, model.summary);
    // It is said once: lists and tables have a column for it.
    assert(!/\b(19|20)\d\d\b/.test(model.summary), `${model.name}: its year belongs into year`);
    for (const text of Object.values(model.card!)) assert(text.length > 9, model.name);
    const rules = Object.entries(settingsOf(model));
    for (const preset of ["mmsa", ...Object.keys(model.presets ?? {})]) {
      for (const dataset of ["mosi", "mosei", "sims", "simsv2"] as const) {
        const config = resolveConfig(model, dataset, { preset });
        assertEquals(Object.keys(config), rules.map(([key]) => key));
        for (const [key, rule] of rules) assert(rule.accepts(config[key]!), key);
      }
    }
  }
});

Deno.test("featureWidths() gives the widths of the chosen modalities, of any split", () => {
  const dataset = smallData();
  assertEquals(featureWidths(dataset, ["vision", "text"]), { vision: 4, text: 6 });
  const testOnly = withSplits(dataset, { train: undefined, valid: undefined });
  assertEquals(featureWidths(testOnly, ["audio"]), { audio: 3 });
  assertEquals(featureWidths({ ...dataset, splits: {} }, ["audio"]), {});
});
