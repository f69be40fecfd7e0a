/** The metric that CONTRIBUTING shows is one: it is taken out of the text, and compared by. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { join } from "node:path";
import { compareRuns, readRuns } from "../mod.ts";
import { readPredictions, selectSplit } from "../lib/evaluation/mod.ts";
import { measure, type Metric } from "../lib/evaluation/mod.ts";
import { createProtocol } from "../lib/evaluation/protocol.ts";
import { mean } from "../lib/statistics/mod.ts";
import { makeRuns } from "./analysis/made_runs.ts";
import { withFolder } from "./training/small.ts";

const ROOT = new URL("../", import.meta.url);

/** The metric, out of the text. */
async function shownMetric(folder: string): Promise<Metric> {
  const text = Deno.readTextFileSync(new URL("CONTRIBUTING.md", ROOT));
  const [, code] = /```ts[^\n]*\n([^`]*export const MSE: Metric[^]*?)```/.exec(text)!;
  const file = join(folder, "mse.ts");
  const type = `import type { Metric } from "${new URL("lib/evaluation/mod.ts", ROOT)}";\n`;
  Deno.writeTextFileSync(file, type + code);
  return (await import(`file://${file}`)).MSE;
}

Deno.test("the metric of CONTRIBUTING is measured and compared without a line in a protocol", async () => {
  await withFolder(async (folder) => {
    const mse = await shownMetric(folder);
    assertEquals(measure(mse, [1, -1], [0, 1]), 2.5);
    for (const [model, noise] of [["good", 0.3], ["bad", 1]] as const) {
      makeRuns(join(folder, "runs"), 5, { model, noise });
    }
    const { runs } = readRuns([join(folder, "runs")]);
    const of = (model: string) =>
      mean(
        runs.filter((run) => run.model === model).map(({ path }) => {
          const rows = selectSplit(readPredictions(join(path, "predictions.csv")), "test");
          return measure(mse, rows.predictions, rows.labels);
        }),
      );
    const { comparisons: [found] } = compareRuns(runs, [mse], { resamples: 199 });
    assertEquals([found!.a, found!.b, found!.verdict], ["bad", "good", "b better"]);
    assertAlmostEquals(found!.difference.value, of("bad") - of("good"), 1e-14);
    assert(found!.difference.value > 0);
  });
});

Deno.test("the metric of CONTRIBUTING is clipped, bounded and shown where a protocol has it", async () => {
  await withFolder(async (folder) => {
    const mse = await shownMetric(folder);
    const labels = { low: -1, high: 1, neutral: 0 };
    const parts = { name: "sims", labels, clips: true, ownDefaults: [] } as const;
    const protocol = createProtocol({ ...parts, published: [], further: [mse] });
    assertEquals(protocol.evaluate([3, 0], [-1, 0]).values, { mse: 2 });
    assertEquals([protocol.metrics[0]!.bounds, protocol.columns], [[0, 4], []]);
  });
});
