import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { withSteps } from "../../lib/engine/compile.ts";
import { Deviations } from "../../lib/parity/deviations.ts";
import { replay } from "../../lib/parity/replay.ts";
import { forEachEngine } from "../engine/engines.ts";

const GOLDEN = join(import.meta.dirname!, "..", "golden");

for (const name of ["self_mm_features", "self_mm_bert_tiny"]) {
  forEachEngine(`replay() of ${name} is within every tolerance`, async (engine) => {
    const report = await replay(join(GOLDEN, name), engine);
    assert(report.ok && report.finite, JSON.stringify(report));
    assertEquals(Object.values(report).filter((value) => value === null), []);
  });
}

forEachEngine("replay() is within tolerance op by op, too", async (engine) => {
  const report = await replay(join(GOLDEN, "self_mm_features"), withSteps(engine, "eager"));
  assert(report.ok && report.finite, JSON.stringify(report));
});

Deno.test("add() of Deviations does not count what is free, and all of what is more", () => {
  const deviations = new Deviations();
  deviations.add("weights", [1, 2], [1, 2.5], 0.5);
  assertEquals(deviations.report().weights, 0);
  deviations.add("weights", [1, 2], [1, 2.75], 0.5);
  assertEquals(deviations.report().weights, 0.75);
  deviations.add("weights", [1], [1, 2], 9);
  assertEquals(deviations.report().weights, Infinity);
});
