import { assert, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/core/errors.ts";
import { featureWidths, findModel, MODELS } from "../../lib/models/mod.ts";
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

Deno.test("every model has a name of its own, a summary and defaults for every dataset", () => {
  assertEquals(new Set(MODELS.map(({ name }) => name)).size, MODELS.length);
  for (const model of MODELS) {
    assert(/^[a-z][a-z-]*$/.test(model.name), model.name);
    assert(model.summary.length > 20, model.summary);
    const keys = (["mosi", "mosei", "sims", "simsv2"] as const).map((dataset) => {
      const defaults = model.defaults(dataset, "mmsa");
      for (const [key, value] of Object.entries(defaults)) {
        assert(["number", "string", "boolean"].includes(typeof value), key);
        assert(typeof value !== "number" || Number.isFinite(value), key);
      }
      return Object.keys(defaults);
    });
    for (const others of keys) assertEquals(others, keys[0]);
  }
});

Deno.test("featureWidths() gives the widths of the chosen modalities, of any split", () => {
  const dataset = smallData();
  assertEquals(featureWidths(dataset, ["vision", "text"]), { vision: 4, text: 6 });
  const testOnly = withSplits(dataset, { train: undefined, valid: undefined });
  assertEquals(featureWidths(testOnly, ["audio"]), { audio: 3 });
  assertEquals(featureWidths({ ...dataset, splits: {} }, ["audio"]), {});
});
