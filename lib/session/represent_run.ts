/** What finished runs make of samples. @module */

import { loadProjectors, Representations } from "../analysis/mod.ts";
import { RunSplits, type SplitOptions } from "./run_splits.ts";

/**
 * What a finished run makes of the samples of a split. The run's folder notes that the split was
 * read.
 *
 * @param path the run's folder
 * @throws {UsageError} the model has no representations
 * @throws {RunError} there is no finished run
 * @throws {DataError} the data cannot be loaded, do not fit the run, or have no labels in the split
 */
export async function representRun(
  path: string,
  options: SplitOptions = {},
): Promise<Representations> {
  using run = await RunSplits.open(path, "represent", options);
  const { predictor, split } = run;
  const { vectors } = await predictor.represent(split);
  run.note();
  const { config, record: { seed } } = predictor;
  const samples = { ids: split.ids, labels: split.labels!, vectors };
  return new Representations(samples, { config, seed }, await loadProjectors());
}
