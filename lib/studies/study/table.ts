/** The table of a study: our values with their spread beside the published ones. @module */

import { metricBounds } from "../../evaluation/protocols.ts";
import { type Estimate, estimateOverSeeds, mean, standardDeviation } from "../../statistics/mod.ts";
import type { StudyDefinition } from "./definition.ts";
import { type LabelDistance, labelDistance } from "./label_distance.ts";
import type { Study, StudyRuns } from "./study_folder.ts";

/** Ours: the runs of a cell by one metric. */
export interface StudyValue {
  /** Mean of the values. */
  readonly mean: number;
  /** Over seeds, of a sample; null for one seed. */
  readonly deviation: number | null;
  /** The interval of the mean over seeds; null for one seed. */
  readonly estimate: Estimate | null;
}

/** A published value and how ours stands to it. */
export interface PublishedValue {
  /** As printed. */
  readonly value: number;
  /** Whether it lies in our interval, as far as its digits tell; null where we have none. */
  readonly isInside: boolean | null;
}

/** A row: a cell of the study on one dataset. */
export interface StudyRow {
  /** SETTING of its folder. */
  readonly slug: string;
  /** What the study calls the cell. */
  readonly label: string;
  /** What tells the row from the others: the label, and the model and dataset where they differ. */
  readonly name: string;
  /** The model's name. */
  readonly model: string;
  /** The dataset's name. */
  readonly dataset: string;
  /** Those that are finished. */
  readonly seeds: readonly number[];
  /** By key of the metric; absent for one that the runs do not have. */
  readonly ours: Readonly<Record<string, StudyValue>>;
  /** The same on valid, where the study shows both. */
  readonly valid?: Readonly<Record<string, StudyValue>>;
  /** What the paper printed. */
  readonly published: readonly {
    readonly label: string;
    readonly values: Readonly<Record<string, PublishedValue>>;
  }[];
}

/** The whole table. */
export interface StudyTable {
  /** What it is called, for people. */
  readonly title: string;
  /** The split that its values are of. */
  readonly split: "test" | "valid";
  /** Keys of the metrics, those that a row has. */
  readonly metrics: readonly string[];
  /** From top to bottom: in the order of the cells, then of the datasets' names. */
  readonly rows: readonly StudyRow[];
  /** Seeds or cells that are not finished, as `SETTING/MODEL`; a study that ran through has none. */
  readonly missing: readonly string[];
  /** Of rows whose trainings generated labels that can be held against those of people. */
  readonly labels: readonly LabelDistance[];
  /** What a reader has to know. */
  readonly notes: readonly string[];
}

/** Half a unit of the third decimal: what a printed value may be off, and a little for binary. */
const ROUNDING = 0.0005 + 1e-9;

/** Of the intervals over seeds. */
const LEVEL = 0.95;

/**
 * Computes the table of a study from its finished runs, by their metrics on the split that it is scored on.
 *
 * A published value is taken to be printed to three decimals (or to a tenth of a percent), so it
 * counts as inside where anything that rounds to it is.
 */
export function studyTable(study: Study): StudyTable {
  const { definition, groups } = study;
  const rows = groups.map((group) => ({
    ...rowOf(group, definition),
    name: nameOf(group, groups),
  }));
  const missing = definition.cells.filter((cell) => {
    const found = groups.filter((group) => group.cell === cell);
    return found.length === 0 ||
      found.some(({ runs }) => runs.length < definition.seeds.length);
  });
  return {
    title: definition.title,
    split: definition.scoredOn,
    metrics: definition.metrics.filter((key) => rows.some((row) => row.ours[key] !== undefined)),
    rows,
    missing: missing.map(({ slug, model }) => `${slug}/${model}`),
    labels: groups.flatMap((group) => labelDistance(group, nameOf(group, groups)) ?? []),
    notes: [...definition.notes, ...ownNotes(study, rows)],
  };
}

function rowOf(
  { cell, dataset, runs }: StudyRuns,
  { metrics, scoredOn, showValid }: StudyDefinition,
): Omit<StudyRow, "name"> {
  const valuesOn = (split: "test" | "valid") => {
    const found: Record<string, StudyValue> = {};
    for (const key of metrics) {
      const values = runs.map((run) => run[split][key]).filter((value) => value !== undefined);
      if (values.length < runs.length) continue;
      const estimate = estimateOverSeeds(values, LEVEL, metricBounds(key));
      found[key] = {
        mean: estimate?.value ?? mean(values),
        deviation: values.length < 2 ? null : standardDeviation(values),
        estimate,
      };
    }
    return found;
  };
  const ours = valuesOn(scoredOn);
  return {
    slug: cell.slug,
    label: cell.label,
    model: cell.model,
    dataset,
    seeds: runs.map((run) => run.seed),
    ours,
    ...(showValid && scoredOn === "test" ? { valid: valuesOn("valid") } : {}),
    published: cell.published.map(({ label, values }) => ({
      label,
      values: Object.fromEntries(
        Object.entries(values).map(([key, value]) => [
          key,
          { value, isInside: insideOf(value, ours[key]?.estimate ?? null) },
        ]),
      ),
    })),
  };
}

/** The label, which may be the same for several models or datasets, and those that differ. */
function nameOf({ cell, dataset }: StudyRuns, groups: readonly StudyRuns[]): string {
  const models = new Set(groups.map((group) => group.cell.model));
  const labels = new Set(groups.map((group) => group.cell.label));
  const datasets = new Set(groups.map((group) => group.dataset));
  const names = [
    ...(labels.size === 1 && models.size > 1 ? [] : [cell.label]),
    ...(models.size === 1 || cell.model === cell.label ? [] : [cell.model]),
    ...(datasets.size === 1 ? [] : [dataset]),
  ];
  return names.join(" ");
}

function insideOf(value: number, estimate: Estimate | null): boolean | null {
  if (estimate === null) return null;
  return value >= estimate.low - ROUNDING && value <= estimate.high + ROUNDING;
}

/** What the runs themselves make a reader to be told. */
function ownNotes(
  { definition: { published }, groups }: Study,
  rows: readonly StudyRow[],
): string[] {
  const notes: string[] = [];
  const others = [...new Set(rows.map(({ dataset }) => dataset))]
    .filter((name) => published !== undefined && !published.datasets.includes(name));
  if (others.length > 0 && published!.datasets.length > 0) {
    notes.push(
      `The published values are on ${published!.datasets.join(" or ")}, not on ` +
        `${others.join(", ")}: inside or outside says nothing about a reproduction here`,
    );
  }
  const places = Map.groupBy(
    groups.flatMap(({ runs }) => runs),
    ({ engine, device }) => `${engine} on ${device}`,
  );
  if (places.size > 1) {
    const counts = [...places].map(([place, runs]) => `${runs.length} by ${place}`).join(", ");
    notes.push(
      `The runs were not all computed alike (${counts}), so seeds are not all that differs`,
    );
  }
  const still = rows.filter((row) => {
    const values = Object.values(row.ours);
    return row.seeds.length > 1 && values.every(({ deviation }) => deviation === 0);
  });
  if (still.length > 0) {
    const names = still.map(({ name }) => name).join(", ");
    notes.push(
      `All seeds gave the same values (${names}): nothing in it is random, the interval has no width`,
    );
  }
  return notes;
}
