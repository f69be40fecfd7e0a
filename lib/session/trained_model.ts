/** A model that was trained: what a script asks of its runs. @module */

import { UsageError } from "../core/errors.ts";
import { type Displayable, JUPYTER_DISPLAY, type MediaBundle } from "../display/notebook.ts";
import { unknownName } from "../core/suggest.ts";
import { htmlTable, textTable } from "../display/tables.ts";
import { escapeForNotebook } from "../display/xml.ts";
import type { Dataset } from "../data/mod.ts";
import { type EngineName, openEngine } from "../engine/mod.ts";
import { exportOnnx, type OnnxExport } from "../export/mod.ts";
import type { ModelDefinition } from "../models/mod.ts";
import { openRun, type Predictor, type RunSummary } from "../training/mod.ts";
import { type Frame, runsFrame, unimodalLabelsFrame } from "../analysis/frames/mod.ts";
import { metricName, tableKeys } from "../evaluation/protocols.ts";
import { readRun, type RunEntry, tellApart } from "../studies/runs/mod.ts";
import { mean, standardDeviation } from "../statistics/mod.ts";
import { findErrors } from "./find_errors.ts";
import type { Representations, RunErrors } from "../analysis/mod.ts";
import { representRun } from "./represent_run.ts";
import { RunEvaluation } from "./run_evaluation.ts";
import { RunHistory } from "./run_history.ts";
import type { EvaluateOptions, RunUse } from "./run_splits.ts";
import { RunPredictions } from "./run_predictions.ts";
import { evaluateRun, type PredictOptions, predictRun, type Score } from "./use_run.ts";

/** Which of several runs. */
export interface SeedOption {
  /** Default: the first. */
  readonly seed?: number;
}

/**
 * Runs of one model on one dataset that differ by their seed. In a notebook it shows its metrics.
 *
 * @example
 * ```ts
 * import { TrainedModel } from "./trained_model.ts";
 * import { train } from "./train.ts";
 * import { assertEquals, assertInstanceOf } from "@std/assert";
 * const out = Deno.makeTempDirSync();
 * const run = await train({
 *   model: "constant",
 *   data: "synthetic:n=16",
 *   engine: "cpu",
 *   out,
 * });
 * assertInstanceOf(run, TrainedModel);
 * using predictor = await run.open();
 * assertEquals((await predictor.predict(run.data.splits.test!)).length, 8);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export class TrainedModel implements Displayable {
  /** What was trained. */
  readonly model: ModelDefinition;
  /** On what. */
  readonly data: Dataset;
  /** One a seed. */
  readonly runs: readonly RunSummary[];

  /** Made by {@linkcode train}. */
  constructor(model: ModelDefinition, data: Dataset, runs: readonly RunSummary[]) {
    this.model = model;
    this.data = data;
    this.runs = runs;
  }

  /** The folder of each run: weights, predictions, settings, and how it came about. */
  get folders(): string[] {
    return this.runs.map(({ path }) => path);
  }

  /** What analysis knows of each run. */
  entries(): RunEntry[] {
    return tellApart(this.folders.map(readRun));
  }

  /** What happened in each epoch. */
  get history(): RunHistory {
    return new RunHistory(this.entries());
  }

  /** The scores of the valid and test samples. */
  get predictions(): RunPredictions {
    return new RunPredictions(this.entries());
  }

  /** A row a run: what it was, and its metrics. @throws {DataError} danfojs cannot be loaded */
  frame(): Promise<Frame> {
    return runsFrame(this.entries());
  }

  /**
   * A row a train sample of each seed: its label, and the unimodal labels that training generated.
   *
   * @throws {DataError} the model generates none, or danfojs cannot be loaded
   */
  labelsFrame(): Promise<Frame> {
    return unimodalLabelsFrame(this.entries());
  }

  /**
   * The best weights of a seed, ready to score other samples. Dispose it to free its tensors.
   *
   * @param seed default: the first
   * @throws {UsageError} no run has that seed
   */
  async open(seed?: number): Promise<Predictor> {
    const run = this.#run(seed);
    const engine = await openEngine({ engine: run.engine as EngineName });
    return openRun(run.path, engine, this.model);
  }

  /**
   * Metrics on a split, of the runs' own data or of others, and with modalities that are missing or
   * noisy: means over the seeds, or those of one seed. As with the command, the folders note that the
   * split was read.
   *
   * @throws {UsageError} no run has that seed (default: all)
   * @throws as `evaluateRun`
   */
  async evaluate(
    { seed, ...options }: EvaluateOptions & { readonly seed?: number } = {},
  ): Promise<RunEvaluation> {
    const found: RunEvaluation[] = [];
    for (const run of seed === undefined ? this.runs : [this.#run(seed)]) {
      found.push(await evaluateRun(...this.#use(run.seed, options)));
    }
    const seeds = found.flatMap(({ seeds }) => seeds);
    const { dataset } = this.runs[0]!, { data = dataset, split = "test" } = options;
    const of = seed === undefined && seeds.length > 1
      ? `${seeds.length} seeds`
      : `seed ${seeds[0]!.seed}`;
    const title = `${this.model.name} on ${data}, ${split}, ${of}`;
    return new RunEvaluation(title, found[0]!.protocol, seeds);
  }

  /**
   * What a seed's run makes of a split before it scores it: vectors of each modality and of their
   * fusion, for a figure or a file. The run's folder notes that the split was read.
   *
   * @throws {UsageError} no run has that seed (default: the first), or the model tells no vectors
   * @throws as `evaluateRun`
   */
  async represent(
    { seed, ...options }: Omit<EvaluateOptions, "drop" | "noise" | "corruptions"> & SeedOption = {},
  ): Promise<Representations> {
    return await representRun(...this.#use(seed, options));
  }

  /**
   * The samples that a seed's run is most wrong about: what is said, each modality's own score, and
   * the nearest samples of train. The run's folder notes that the split was read.
   *
   * @param options `count` of samples, 1 to 100 (default: 10), and which split of which data
   * @throws {UsageError} no run has that seed (default: the first), the count is out of range, or the
   *   run predicts classes
   * @throws as `evaluateRun`
   */
  async errors(
    { seed, ...options }: Omit<EvaluateOptions, "drop" | "noise" | "corruptions"> & SeedOption & {
      readonly count?: number;
    } = {},
  ): Promise<RunErrors> {
    return await findErrors(...this.#use(seed, options));
  }

  /**
   * Scores of a seed's run for the samples of other data, which need no labels, or for a text.
   *
   * @throws {UsageError} no run has that seed (default: the first)
   * @throws as `predictRun`
   */
  async predict({ seed, ...options }: PredictOptions & SeedOption): Promise<Score[]> {
    return await predictRun(...this.#use(seed, options));
  }

  /**
   * Writes a seed's network as an ONNX file for other programs.
   *
   * @param file to write; one that is there is replaced
   * @throws {UsageError} no run has that seed (default: the first)
   * @throws as `exportOnnx`
   */
  async exportOnnx(file: string, { seed }: SeedOption = {}): Promise<OnnxExport> {
    return await exportOnnx(this.#run(seed).path, file, this.model);
  }

  #run(seed: number | undefined = this.runs[0]?.seed): RunSummary {
    const run = this.runs.find((run) => run.seed === seed);
    if (run === undefined) throw new UsageError(`Cannot open seed ${seed}: no run has it`);
    return run;
  }

  /** As it was trained, where not told otherwise. */
  #use<T extends RunUse>(seed: number | undefined, options: T): [string, T] {
    const { path, engine } = this.#run(seed);
    return [path, { engine: engine as EngineName, model: this.model, ...options }];
  }

  /**
   * Mean of a metric over the seeds.
   *
   * @param split where it was measured; test was read once, after the training
   * @throws {UsageError} there is no such metric, with the nearest name
   */
  mean(metric: string, split: "valid" | "test" = "test"): number {
    const isTold = this.runs.every((run) => run[split][metric] !== undefined);
    // Runs of earlier versions have fewer metrics; their predictions tell the rest.
    const values = (isTold ? this.runs : this.entries()).map((run) => run[split][metric]);
    if (values.every((value) => value !== undefined)) return mean(values);
    throw new UsageError(
      unknownName(`metric of ${split}`, metric, Object.keys(this.runs[0]![split])),
    );
  }

  /** For notebooks: a table, as HTML and as text. */
  [JUPYTER_DISPLAY](): MediaBundle {
    const { dataset, engine } = this.runs[0]!;
    const split = Object.keys(this.runs[0]!.test).length > 0 ? "test" : "valid";
    const keys = tableKeys(Object.keys(this.runs[0]![split]));
    const title = `${this.model.name} on ${dataset}, ${split}, engine ${engine}`;
    // A row a metric: there are more of them than seeds, and a page is narrow.
    const rows = [
      ["metric", ...this.runs.map(({ seed }) => `seed ${seed}`), ...this.#summaryHeader()],
      ...keys.map((key) => {
        const values = this.runs.map((run) => run[split][key]!);
        return [metricName(key), ...values.map((value) => value.toFixed(3)), ...summaryOf(values)];
      }),
    ];
    return {
      "text/plain": `${title}\n\n${textTable(rows)}`,
      "text/html": `<p><b>${escapeForNotebook(title)}</b></p>${htmlTable(rows)}`,
    };
  }

  #summaryHeader(): string[] {
    return this.runs.length > 1 ? ["mean", "sd"] : [];
  }
}

/** Mean and sample standard deviation, where there are several values. */
function summaryOf(values: readonly number[]): string[] {
  if (values.length < 2) return [];
  return [mean(values).toFixed(3), standardDeviation(values).toFixed(3)];
}
