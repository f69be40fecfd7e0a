/** What an evaluation of runs found, and how a notebook shows it. @module */

import { type CorruptedMetrics } from "../analysis/mod.ts";
import { spreadText } from "../analysis/spread.ts";
import type { ProtocolName } from "../data/mod.ts";
import { type Displayable, JUPYTER_DISPLAY, type MediaBundle } from "../display/notebook.ts";
import { htmlTable, textTable } from "../display/tables.ts";
import { escapeForNotebook } from "../display/xml.ts";
import { metricName, tableKeys } from "../evaluation/protocols.ts";
import { describeCorruption } from "../features/mod.ts";
import { mean } from "../statistics/mod.ts";

/**
 * Metrics on a split, of the data as they are or corrupted, of runs that differ by their seed. In a
 * notebook it shows them.
 *
 * @example
 * ```ts
 * import { train } from "./train.ts";
 * import { RunEvaluation } from "./mod.ts";
 * import { assertAlmostEquals, assertEquals, assertInstanceOf } from "@std/assert";
 * const [out, data] = [Deno.makeTempDirSync(), "synthetic:n=16"];
 * const model = await train({ model: "constant", data, runs: 2, engine: "cpu", out });
 * const found = await model.evaluate({ split: "valid" });
 * assertInstanceOf(found, RunEvaluation);
 * assertEquals(found.seeds.map(({ seed }) => seed), [1111, 1112]);
 * assertAlmostEquals(found.points[0]!.metrics["mae"]!, model.mean("mae", "valid"));
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export class RunEvaluation implements Displayable {
  /** Whose metrics they are. */
  readonly protocol: ProtocolName;
  /** One for each corruption: means over the seeds. */
  readonly points: readonly CorruptedMetrics[];
  /** What the means are of, one for each seed. */
  readonly seeds: readonly {
    readonly seed: number;
    readonly points: readonly CorruptedMetrics[];
  }[];
  readonly #title: string;

  /** Made by `evaluateRun`. @param title what was evaluated, on what */
  constructor(title: string, protocol: ProtocolName, seeds: RunEvaluation["seeds"]) {
    this.#title = title;
    this.protocol = protocol;
    this.seeds = seeds;
    this.points = seeds[0]!.points.map((point, i) => ({
      ...point,
      metrics: Object.fromEntries(
        Object.keys(point.metrics).map((key) => [key, mean(this.#values(i, key))]),
      ),
      flags: [...new Set(seeds.flatMap(({ points }) => points[i]!.flags))],
    }));
  }

  /** For notebooks: a column a corruption, mean and deviation over seeds, as HTML and as text. */
  [JUPYTER_DISPLAY](): MediaBundle {
    const rows = [
      ["metric", ...this.points.map(describeCorruption)],
      ...tableKeys(Object.keys(this.points[0]!.metrics)).map((key) => [
        metricName(key),
        ...this.points.map((_, i) => spreadText(this.#values(i, key))),
      ]),
    ];
    return {
      "text/plain": `${this.#title}\n\n${textTable(rows)}`,
      "text/html": `<p><b>${escapeForNotebook(this.#title)}</b></p>${htmlTable(rows)}`,
    };
  }

  #values(point: number, key: string): number[] {
    return this.seeds.map(({ points }) => points[point]!.metrics[key]!);
  }
}
