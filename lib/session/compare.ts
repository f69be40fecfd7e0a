/** Comparing what was trained. @module */

import { RunError, UsageError } from "../core/errors.ts";
import { checkOptionNames, type OptionNames } from "../core/options.ts";
import {
  type Displayable,
  isNotebook,
  JUPYTER_DISPLAY,
  type MediaBundle,
} from "../display/notebook.ts";
import { GridTables } from "../display/grid_tables.ts";
import { escapeForNotebook } from "../display/xml.ts";
import { compareRuns, type Comparison, type ComparisonTable } from "../analysis/comparison/mod.ts";
import type { CompareOptions } from "../analysis/comparison/mod.ts";
import { comparisonGrid, groupRuns } from "../analysis/comparison/mod.ts";
import { resultsGrid } from "../analysis/results/mod.ts";
import { comparisonIntervals, type Figure } from "../analysis/figures/mod.ts";
import type { Metric } from "../evaluation/mod.ts";
import { readRuns, type RunEntry, type Skipped } from "../studies/runs/mod.ts";
import { TrainedModel } from "./trained_model.ts";

/** What is compared: what {@linkcode train} returned, or a folder of runs. */
export type Comparable = TrainedModel | string;

/** By what is compared, and how. */
export interface ModelComparisonOptions extends CompareOptions {
  /** Keys, or metrics of your own. Default: `["mae"]`. All of them are one family for Holm's correction. */
  readonly metrics?: readonly (string | Metric)[];
  /** Takes a sentence for each run that is not compared. Default: on stderr, and in a notebook's cell. */
  readonly onWarning?: (message: string) => void;
}

const OPTIONS: OptionNames<ModelComparisonOptions> = {
  metrics: true,
  onWarning: true,
  level: true,
  seed: true,
  resamples: true,
  equivalence: true,
  pairs: true,
};

/**
 * A table of comparisons. In a notebook it shows itself with its verdicts.
 *
 * @example
 * ```ts
 * import { ModelComparison } from "./compare.ts";
 * import { compare } from "./compare.ts";
 * import { train } from "./train.ts";
 * import { assertInstanceOf, assertMatch } from "@std/assert";
 * const out = Deno.makeTempDirSync();
 * const common = {
 *   data: "synthetic:n=32",
 *   runs: 4,
 *   engine: "cpu",
 *   out,
 * } as const;
 * const svm = await train({ model: "svm", ...common });
 * const guess = await train({ model: "constant", ...common });
 * const comparison = compare(svm, guess); // a ModelComparison
 * assertInstanceOf(comparison, ModelComparison);
 * assertMatch(comparison.toLatex(), /svm/);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export class ModelComparison implements Displayable {
  /** The comparisons with their corrected p, and what was refused. */
  readonly table: ComparisonTable;
  /** What lay among the runs and is not compared, an unfinished run for example, and why. */
  readonly skipped: readonly Skipped[];

  readonly #runs: readonly RunEntry[];

  /** Made by {@linkcode compare}. */
  constructor(
    table: ComparisonTable,
    skipped: readonly Skipped[] = [],
    runs: readonly RunEntry[] = [],
  ) {
    this.table = table;
    this.skipped = skipped;
    this.#runs = runs;
  }

  /** Every comparison with its intervals, tests, effect size and verdict. */
  get comparisons(): readonly Comparison[] {
    return this.table.comparisons;
  }

  /** The verdicts, as a paper could print them. */
  get sentences(): string[] {
    return this.comparisons.map(({ sentence }) => sentence);
  }

  /** The differences by one metric and their intervals. @param metric default: the first */
  plot(metric?: string): Figure {
    return comparisonIntervals(this.comparisons, metric);
  }

  /** The results of each model, and the differences: as text, Markdown, LaTeX, CSV and HTML. */
  get tables(): GridTables {
    const metrics = [...new Set(this.comparisons.map(({ metric }) => metric))];
    const results = resultsGrid(groupRuns(this.#runs), { metrics });
    const differences = comparisonGrid(this.table);
    return new GridTables("Comparison", [...results.rows.length > 0 ? [results] : [], differences]);
  }

  /** The tables and the verdicts for a README. */
  toMarkdown(): string {
    return this.tables.toMarkdown();
  }

  /** The tables for a paper. */
  toLatex(): string {
    return this.tables.toLatex();
  }

  /** For notebooks: the tables, the verdicts in a few words, and folded at length. */
  [JUPYTER_DISPLAY](): MediaBundle {
    const shown = this.tables[JUPYTER_DISPLAY]();
    const notes = this.skipped.map(skippedSentence);
    const items = notes.map((note) => `<li>${escapeForNotebook(note)}</li>`).join("");
    return {
      "text/plain": [shown["text/plain"], ...notes].join("\n"),
      "text/html": `${shown["text/html"]}${items === "" ? "" : `<ul>${items}</ul>`}`,
    };
  }
}

/**
 * Is one model better than another? Two tests for each pair on a dataset, over seeds and over
 * samples, and a verdict. Each model needs four seeds or more. What is no finished run is left out,
 * with a warning that names it.
 *
 * @param first a model, or all of them as a list
 * @throws {RunError} there is nothing to compare, or the only pair cannot be compared, and why
 * @throws {UsageError} a metric or an option is unknown, with the nearest name
 *
 * @example The smallest comparison
 * ```ts
 * import { compare } from "./compare.ts";
 * import { train } from "./train.ts";
 * import { assertMatch } from "@std/assert";
 * const out = Deno.makeTempDirSync();
 * const common = { data: "synthetic:n=32", runs: 4, engine: "cpu", out } as const;
 * const svm = await train({ model: "svm", ...common });
 * const mean = await train({ model: "constant", ...common });
 * assertMatch(compare(svm, mean).sentences[0]!, /svm/);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export function compare(
  first: Comparable,
  second: Comparable,
  options?: ModelComparisonOptions,
): ModelComparison;
/**
 * Compares all of a list, pair by pair.
 *
 * @example
 * ```ts
 * import { compare, train } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 * const out = Deno.makeTempDirSync();
 * const common = { model: "constant", data: "synthetic:n=32", runs: 4, engine: "cpu" } as const;
 * const values = ["mean", "median", "majority"] as const;
 * for (const value of values) {
 *   await train({ ...common, settings: { value }, out: `${out}/${value}` });
 * }
 * const folders = values.map((value) => `${out}/${value}`);
 * assertEquals(compare(folders).comparisons.length, 3); // one for each pair
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export function compare(
  first: readonly Comparable[],
  options?: ModelComparisonOptions,
): ModelComparison;
// Both forms in one.
export function compare(
  first: Comparable | readonly Comparable[],
  second?: Comparable | ModelComparisonOptions,
  third?: ModelComparisonOptions,
): ModelComparison {
  const isList = Array.isArray(first);
  const models = (isList ? first : [first, second]) as readonly Comparable[];
  const given = (isList ? second as ModelComparisonOptions : third) ?? {};
  checkOptionNames(given, OPTIONS);
  const { metrics, onWarning, ...options } = given;
  const paths = models.flatMap(pathsOf);
  const { runs, skipped } = readRuns(paths);
  // A notebook shows them with the table.
  const warn = onWarning ??
    ((message: string) => isNotebook() ? undefined : console.error(`warning: ${message}`));
  for (const item of skipped) warn(skippedSentence(item));
  if (runs.length === 0) {
    throw new RunError(
      `Cannot compare: there is no finished run in ${paths.join(", ")}, ` +
        "expected the folders of two models",
    );
  }
  return new ModelComparison(compareRuns(runs, metrics, options), skipped, runs);
}

function pathsOf(model: Comparable): readonly string[] {
  if (model instanceof TrainedModel) return model.folders;
  if (typeof model === "string") return [model];
  throw new UsageError("Cannot compare: expected what train() returned, or folders of runs");
}

function skippedSentence({ path, reason }: Skipped): string {
  return `"${path}" is skipped: ${reason}`;
}
