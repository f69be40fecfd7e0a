/** What an evaluation of a run found, and how a notebook shows it. @module */

import { type CorruptedMetrics } from "../analysis/mod.ts";
import type { ProtocolName } from "../data/mod.ts";
import { type Displayable, JUPYTER_DISPLAY, type MediaBundle } from "../display/notebook.ts";
import { htmlTable, textTable } from "../display/tables.ts";
import { escapeForNotebook } from "../display/xml.ts";
import { metricName, tableKeys } from "../evaluation/protocols.ts";
import { describeCorruption } from "../features/mod.ts";

/**
 * Metrics of a run on a split, of the data as they are or corrupted. In a notebook it shows them.
 *
 * @example
 * ```ts
 * import { train } from "./train.ts";
 * import { evaluateRun, RunEvaluation } from "./mod.ts";
 * import { assertEquals, assertInstanceOf } from "@std/assert";
 * const [out, engine] = [Deno.makeTempDirSync(), "cpu"] as const;
 * const { runs: [run] } = await train({ model: "constant", data: "synthetic:n=16", engine, out });
 * const found = await evaluateRun(run!.path, { split: "valid", engine });
 * assertInstanceOf(found, RunEvaluation);
 * assertEquals(found.points[0]!.metrics["mae"], run!.valid["mae"]);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export class RunEvaluation implements Displayable {
  /** Whose metrics they are. */
  readonly protocol: ProtocolName;
  /** One for each corruption. */
  readonly points: readonly CorruptedMetrics[];
  readonly #title: string;

  /** Made by `evaluateRun`. @param title what was evaluated, on what */
  constructor(protocol: ProtocolName, points: readonly CorruptedMetrics[], title: string) {
    this.protocol = protocol;
    this.points = points;
    this.#title = title;
  }

  /** For notebooks: a column a corruption, as HTML and as text. */
  [JUPYTER_DISPLAY](): MediaBundle {
    const rows = [
      ["metric", ...this.points.map(describeCorruption)],
      ...tableKeys(Object.keys(this.points[0]!.metrics)).map((key) => [
        metricName(key),
        ...this.points.map(({ metrics }) => metrics[key]!.toFixed(3)),
      ]),
    ];
    return {
      "text/plain": `${this.#title}\n\n${textTable(rows)}`,
      "text/html": `<p><b>${escapeForNotebook(this.#title)}</b></p>${htmlTable(rows)}`,
    };
  }
}
