/**
 * The check of a study before its first process: data, protocol, modalities and settings of all cells,
 * by what training itself refuses.
 *
 * @module
 */

import { join, parse } from "node:path";
import { DataError, messageOf, UsageError } from "../../core/errors.ts";
import { type Dataset, prepareData } from "../../data/mod.ts";
import { findModel } from "../../models/mod.ts";
import { checkTraining, openData, requiredText } from "../../training/open_training.ts";
import { contentOf, hashedName } from "../../training/run_place.ts";
import { finishedRun, type PlanOptions } from "../../training/run_plan.ts";
import type { TextSource, TrainingData } from "../../training/training_data.ts";
import { cellKey, type StudyCell, type StudyDefinition } from "./definition.ts";
import type { Job } from "./jobs.ts";
import type { Ending, WorkerOptions } from "./messages.ts";

/** What was found out about a study before anything is trained. */
export interface StudyCheck {
  /** The study, with a name for each of its data where those of several would be the same. */
  readonly definition: StudyDefinition;
  /** How a training ends that cannot be or is finished already; null where it is to be done. */
  endingOf(job: Job): Ending | null;
}

/** How data are read. */
export type CheckOptions = Pick<WorkerOptions, "nonfinite" | "source">;

/** A cell that cannot be trained on data. */
interface Refusal {
  readonly cell: StudyCell;
  readonly data: string;
  readonly error: unknown;
}

/**
 * Checks every cell on all data; each of the data is opened once, and features stay in their files.
 *
 * @param folder of the study, which need not be there
 * @param onNote takes a sentence for each reason for which some cells, but not all, cannot be trained
 * @throws {UsageError} no cell can be trained, and why; one reason that all share is told as it is
 * @throws {DataError} the same, where the data are the reason
 */
export async function checkStudy(
  definition: StudyDefinition,
  folder: string,
  options: CheckOptions,
  onNote: (note: string) => void,
): Promise<StudyCheck> {
  using open = new DisposableStack();
  const keyOf = (cell: Pick<StudyCell, "slug" | "model">, data: string) =>
    JSON.stringify([cellKey(cell), data]);
  const refusals: Refusal[] = [];
  const plans = new Map<string, Omit<PlanOptions, "seed">>();
  const datasets: (Dataset | null)[] = [];
  for (const data of definition.data) {
    const peek = await peeker(data, definition, options, open);
    let dataset: Dataset | null = null;
    for (const cell of definition.cells) {
      try {
        const found = peek(requiredText(findModel(cell.model), cell.settings));
        dataset ??= found.dataset;
        plans.set(keyOf(cell, data), checkCell(cell, definition, options, found));
      } catch (error) {
        if (!(error instanceof UsageError || error instanceof DataError)) throw error;
        refusals.push({ cell, data, error });
      }
    }
    datasets.push(dataset);
  }
  tell(definition, refusals, onNote);
  const named = withNames(definition, folder, datasets);
  const failures = new Map<string, Ending>(
    refusals.map(({ cell, data, error }) => [
      keyOf(cell, data),
      { status: "failed", message: messageOf(error) },
    ]),
  );
  return {
    definition: named,
    endingOf(job) {
      const key = keyOf(job, job.data), plan = plans.get(key);
      return plan === undefined ? failures.get(key) ?? null : keptEnding(job, plan);
    },
  };
}

/** Opens data for a source of text, once each, and fails each time where that fails. */
async function peeker(
  path: string,
  { protocol, scoredOn }: StudyDefinition,
  { nonfinite, source = {} }: CheckOptions,
  open: DisposableStack,
): Promise<(text: TextSource) => TrainingData> {
  await prepareData(path, source);
  const options = {
    ...source,
    nonfinite,
    ...(protocol === undefined ? {} : { protocol }),
    ...(scoredOn === "valid" ? { splits: ["train", "valid"] as const } : {}),
  };
  return remembered((text: TextSource) => {
    const data = openData({ ...options, data: path, lazy: true }, text);
    open.use(data.dataset);
    return data;
  });
}

function checkCell(
  { model, settings, modalities }: StudyCell,
  { protocol }: StudyDefinition,
  { nonfinite }: CheckOptions,
  data: TrainingData,
): Omit<PlanOptions, "seed"> {
  return checkTraining({
    model,
    data: data.dataset,
    settings,
    nonfinite,
    ...(modalities === undefined ? {} : { modalities }),
    ...(protocol === undefined ? {} : { protocol }),
  }, data);
}

/** That of a run which is finished. */
function keptEnding(
  { out, seed, dataset }: Job,
  plan: Omit<PlanOptions, "seed">,
): Ending | null {
  const name = dataset === undefined ? {} : { datasetName: dataset };
  const summary = finishedRun({ ...plan, out, seed, isFixed: true, ...name });
  if (summary === null) return null;
  return { status: "kept", path: summary.path, validMae: summary.valid["mae"] ?? null };
}

/** Tells each reason once. @throws what all cells share */
function tell(
  { name, cells, data }: StudyDefinition,
  refusals: readonly Refusal[],
  onNote: (note: string) => void,
): void {
  const reasons = Map.groupBy(refusals, ({ error }) => messageOf(error));
  const isWhole = refusals.length === cells.length * data.length;
  if (isWhole && reasons.size === 1) throw refusals[0]!.error;
  const told = [...reasons].map(([reason, refused]) => {
    const names = refused.map(({ cell, data: on }) =>
      `${cellKey(cell)}${data.length === 1 ? "" : ` on ${on}`}`
    );
    return `${names.join(", ")}: ${reason}`;
  });
  if (isWhole) {
    const Kind = refusals.every(({ error }) => error instanceof UsageError)
      ? UsageError
      : DataError;
    throw new Kind(`Cannot run study "${name}": nothing in it can be trained\n${told.join("\n")}`);
  }
  for (const line of told) onNote(`Cannot be trained: ${line}`);
}

/** With a name for each of the data where several contents have one: the first in the folder keeps it. */
function withNames(
  definition: StudyDefinition,
  folder: string,
  datasets: readonly (Dataset | null)[],
): StudyDefinition {
  const { datasets: _, ...unnamed } = definition;
  const names = datasets.map((dataset, i) => dataset?.name ?? parse(definition.data[i]!).name);
  if (new Set(names).size === names.length) return unnamed;
  const owners = new Map<string, string>();
  const own = names.map((name, i) => {
    const dataset = datasets[i] ?? null;
    if (dataset === null || names.filter((other) => other === name).length === 1) return name;
    const sha256 = dataset.sha256();
    const there = definition.cells
      .map(({ slug, model }) => contentOf(join(folder, slug, model, name))?.sha256);
    const owner = owners.get(name) ?? there.find((sum) => sum !== undefined) ?? sha256;
    owners.set(name, owner);
    return owner === sha256 ? name : hashedName(name, sha256);
  });
  return { ...unnamed, datasets: own };
}

/** `read` once for each key, with its error too. */
function remembered<K, T>(read: (key: K) => T): (key: K) => T {
  const known = new Map<K, () => T>();
  return (key) => {
    let result = known.get(key);
    if (result === undefined) {
      try {
        const value = read(key);
        result = () => value;
      } catch (error) {
        result = () => {
          throw error;
        };
      }
      known.set(key, result);
    }
    return result();
  };
}
