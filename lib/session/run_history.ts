/** The epochs of trained runs. @module */

import { UsageError } from "../core/errors.ts";
import { type Displayable, JUPYTER_DISPLAY, type MediaBundle } from "../display/notebook.ts";
import { htmlTable, textTable } from "../display/tables.ts";
import { type EpochRecord, readHistory, RunFolder } from "../training/mod.ts";
import { type Frame, historyFrame, labelDiagnosisFrame } from "../analysis/frames/mod.ts";
import {
  coarseLabels,
  type Figure,
  labelHistograms,
  learningCurves,
} from "../analysis/figures/mod.ts";
import type { RunEntry } from "../studies/runs/mod.ts";

/**
 * What happened in each epoch of runs that differ by their seed.
 *
 * @example
 * ```ts
 * import { RunHistory } from "./run_history.ts";
 * import { train } from "./train.ts";
 * import { assertEquals, assertInstanceOf } from "@std/assert";
 * const out = Deno.makeTempDirSync();
 * const run = await train({
 *   model: "self-mm",
 *   data: "synthetic:n=16",
 *   settings: { batchSize: 8, updateEpochs: 1 },
 *   epochs: 1,
 *   engine: "cpu",
 *   out,
 * });
 * const { history } = run; // a RunHistory
 * assertInstanceOf(history, RunHistory);
 * assertEquals(history.epochs().map(({ epoch }) => epoch), [1]);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export class RunHistory implements Displayable {
  readonly #runs: readonly RunEntry[];

  /** Made by `train`. */
  constructor(runs: readonly RunEntry[]) {
    this.#runs = runs;
  }

  /**
   * The epochs of one seed, in their order; none of a model that is fitted in one go.
   *
   * @param seed default: the first
   * @throws {UsageError} no run has that seed
   */
  epochs(seed: number | undefined = this.#runs[0]?.seed): EpochRecord[] {
    const run = this.#runs.find((run) => run.seed === seed);
    if (run === undefined) {
      const known = this.#runs.map((run) => run.seed).join(", ");
      throw new UsageError(`Cannot find seed ${seed}, expected one of ${known}`);
    }
    return run.epochs === 0 ? [] : readHistory(new RunFolder(run.path).file("history.jsonl"));
  }

  /**
   * A quantity by epoch, with a band over seeds.
   *
   * @param key `valid.mae` (default) or another metric on valid, `trainLoss`, `trainParts.text`, …
   * @throws {TypeError} no epoch has it
   */
  plot(key = "valid.mae"): Figure {
    return learningCurves(
      this.#runs.map(({ model, seed }) => ({ name: model, history: this.epochs(seed) })),
      key,
    );
  }

  /**
   * How the unimodal labels that training generated are distributed, by epoch: six of them at most,
   * so that a notebook stays small. `labelHistograms(history.epochs())` draws all.
   *
   * @param seed default: the first
   * @throws {TypeError} the model generates none
   */
  plotLabels(seed?: number): Figure {
    return labelHistograms(coarseLabels(this.epochs(seed)));
  }

  /** A row an epoch of each seed. @throws {DataError} danfojs cannot be loaded */
  frame(): Promise<Frame> {
    return historyFrame(this.#runs);
  }

  /**
   * A row an epoch and modality of each seed: how the generated labels are distributed, and how near
   * they are to those that people gave.
   *
   * @throws {DataError} danfojs cannot be loaded
   */
  labelsFrame(): Promise<Frame> {
    return labelDiagnosisFrame(this.#runs);
  }

  /** For notebooks: a table, as HTML and as text. */
  [JUPYTER_DISPLAY](): MediaBundle {
    const rows = this.#runs.map(({ seed, epochs, bestEpoch, valid }) =>
      [seed, epochs, bestEpoch, valid["mae"]?.toFixed(4) ?? "-"].map(String)
    );
    const table = [["seed", "epochs", "best epoch", "its valid MAE"], ...rows];
    return { "text/plain": textTable(table), "text/html": htmlTable(table) };
  }
}
