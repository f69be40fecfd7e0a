/** The scores that trained runs gave. @module */

import {
  type PredictionRow,
  type Protocol,
  protocolOf,
  readPredictions,
  selectSplit,
} from "../evaluation/mod.ts";
import { type Displayable, JUPYTER_DISPLAY, type MediaBundle } from "../display/notebook.ts";
import { htmlTable, textTable } from "../display/tables.ts";
import { RunFolder } from "../training/mod.ts";
import {
  confusionMatrix,
  type Figure,
  predictedAgainstTrue,
  residualsByLabel,
} from "../analysis/figures/mod.ts";
import { worstOf } from "../analysis/errors/mod.ts";
import { type Frame, predictionsFrame } from "../analysis/frames/mod.ts";
import type { RunEntry } from "../studies/runs/mod.ts";
import { mean } from "../statistics/mod.ts";

/** Rows that a notebook shows. */
const SHOWN = 8;

/** Labels and scores of a split, averaged over seeds. */
export interface MeanPredictions {
  /** [samples] names of the samples. */
  readonly ids: readonly string[];
  /** [samples] true labels. */
  readonly labels: Float64Array;
  /** Mean over the seeds. */
  readonly predictions: Float64Array;
}

/**
 * Predictions of runs that differ by their seed. In a notebook it shows the largest mistakes.
 *
 * @example
 * ```ts
 * import { RunPredictions } from "./run_predictions.ts";
 * import { train } from "./train.ts";
 * import { assertEquals, assertInstanceOf } from "@std/assert";
 * const out = Deno.makeTempDirSync();
 * const run = await train({
 *   model: "constant",
 *   data: "synthetic:n=16",
 *   engine: "cpu",
 *   out,
 * });
 * const { predictions } = run; // a RunPredictions
 * assertInstanceOf(predictions, RunPredictions);
 * assertEquals(predictions.of("test").labels.length, 8);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export class RunPredictions implements Displayable {
  readonly #runs: readonly RunEntry[];

  /** Made by `train`. */
  constructor(runs: readonly RunEntry[]) {
    this.#runs = runs;
  }

  get #protocol(): Protocol {
    return protocolOf(this.#runs[0]!.config);
  }

  /** The rows of `predictions.csv` of each seed, in the order of the seeds. */
  rows(): PredictionRow[][] {
    return this.#runs.map(({ path }) =>
      readPredictions(new RunFolder(path).file("predictions.csv"))
    );
  }

  /**
   * Labels and scores of a split; scores are means over the seeds.
   *
   * @throws {DataError} the runs have no such split, or not the labels of it
   */
  of(split: "valid" | "test" = "test"): MeanPredictions {
    const seeds = this.rows().map((rows) => selectSplit(rows, split));
    const { ids, labels } = seeds[0]!;
    const predictions = labels.map((_, i) => mean(seeds.map((seed) => seed.predictions[i]!)));
    return { ids, labels, predictions };
  }

  /** Predicted against true scores of a split. @throws {DataError} as {@linkcode RunPredictions.of} */
  plot(split: "valid" | "test" = "test"): Figure {
    return predictedAgainstTrue(this.of(split), this.#protocol);
  }

  /** Predicted less true, by label. @throws {DataError} as {@linkcode RunPredictions.of} */
  plotResiduals(split: "valid" | "test" = "test"): Figure {
    return residualsByLabel(this.of(split), this.#protocol);
  }

  /**
   * True against predicted classes.
   *
   * @param metric one that counts classes, for example `acc7` or `acc2NegPos`
   * @throws {UsageError} it counts none
   */
  plotConfusion(metric: string, split: "valid" | "test" = "test"): Figure {
    return confusionMatrix(this.of(split), this.#protocol, metric);
  }

  /** A row a sample of each seed. @throws {DataError} danfojs cannot be loaded */
  frame(): Promise<Frame> {
    return predictionsFrame(this.#runs);
  }

  /** For notebooks: a table, as HTML and as text. */
  [JUPYTER_DISPLAY](): MediaBundle {
    const { ids, labels, predictions } = this.of();
    const worst = worstOf({ ids, labels, predictions }, SHOWN);
    const rows = [
      ["id", "label", "prediction", "difference"],
      ...worst.map((i) => [
        ids[i]!,
        labels[i]!.toFixed(1),
        predictions[i]!.toFixed(2),
        (predictions[i]! - labels[i]!).toFixed(2),
      ]),
    ];
    const title = `${ids.length} test samples, the ${worst.length} largest mistakes first`;
    return {
      "text/plain": `${title}\n\n${textTable(rows)}`,
      "text/html": `<p>${title}</p>${htmlTable(rows, "lrrr")}`,
    };
  }
}
