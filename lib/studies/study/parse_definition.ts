/** A study that a user has written down: `FILE.json`, checked. @module */

import { UsageError } from "../../core/errors.ts";
import { unknownName } from "../../core/suggest.ts";
import { dataName, MODALITIES, type Modality, type ProtocolName } from "../../data/mod.ts";
import { PROTOCOLS } from "../../evaluation/mod.ts";
import { allMetricKeys } from "../../evaluation/protocols.ts";
import { findModel, type ModelDefinition, type Setting } from "../../models/mod.ts";
import { parseSettings } from "../../training/mod.ts";
import {
  cellKey,
  type ClusterOptions,
  type PublishedRow,
  STUDY_METRICS,
  STUDY_SEEDS,
  type StudyCell,
  type StudyClaim,
  type StudyDefinition,
} from "./definition.ts";

/** Keys of a definition; those of a grid are crossed with each other into cells. */
const KEYS = [
  ...["name", "title", "cells", "models", "settings", "modalities"],
  ...["seeds", "data", "datasets", "protocol", "metrics", "scoredOn", "showValid", "published"],
  ...["claim", "slurm", "notes"],
];
const CELL_KEYS = ["slug", "label", "model", "modalities", "settings", "published"];
/** A slug is a folder's name on every system, and no hidden one. */
const SLUG = /^[\p{L}\p{N}][\p{L}\p{N}._+-]*$/u;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks what a file holds and fills in what it leaves out.
 *
 * @param value `cells`, or `models` with `settings` (by slug) and `modalities` to be crossed, or both
 * @param name of the study, where the file has none
 * @throws {UsageError} when a key, model, setting, modality or metric is unknown (with the nearest),
 * or a value does not fit.
 */
export function parseDefinition(value: unknown, name: string): StudyDefinition {
  const fields = fieldsOf(value, "the study", KEYS);
  const cells = [
    ...listOf(fields["cells"] ?? [], "cells").map(parseCell),
    ...gridCells(fields),
  ];
  if (cells.length === 0) refuse("it has no cell", `"cells", or "models"`);
  const keys = cells.map(cellKey);
  const twice = keys.find((key, i) => keys.indexOf(key) < i);
  if (twice !== undefined) refuse(`cell "${twice}" is there twice`, `a "slug" for each`);
  const studyName = textOf(fields["name"] ?? name, "name");
  checkSlug(studyName, "name");
  const { protocol, published, claim, slurm, showValid, datasets } = fields;
  const data = textsOf(fields["data"] ?? [], "data").map(dataName);
  return {
    name: studyName,
    title: textOf(fields["title"] ?? studyName, "title"),
    cells,
    seeds: seedsOf(fields["seeds"] ?? STUDY_SEEDS),
    data,
    ...(datasets === undefined ? {} : { datasets: namesOf(datasets, data) }),
    ...(protocol === undefined ? {} : {
      protocol: knownName(protocol, "protocol", Object.keys(PROTOCOLS)) as ProtocolName,
    }),
    metrics: textsOf(fields["metrics"] ?? STUDY_METRICS, "metrics").map(knownMetric),
    scoredOn: knownName(fields["scoredOn"] ?? "test", "split", ["test", "valid"]) as "test",
    ...(showValid === undefined ? {} : { showValid: truthOf(showValid, "showValid") }),
    ...(published === undefined ? {} : { published: parseSource(published) }),
    ...(claim === undefined ? {} : { claim: parseClaim(claim, keys) }),
    ...(slurm === undefined ? {} : { slurm: parseCluster(slurm) }),
    notes: textsOf(fields["notes"] ?? [], "notes"),
  };
}

/** Every model with every settings with every modalities. */
function gridCells(fields: Fields): StudyCell[] {
  const { models, settings, modalities } = fields;
  if (models === undefined) {
    if (settings === undefined && modalities === undefined) return [];
    refuse(`"settings" and "modalities" are crossed with no model`, `"models"`);
  }
  const settingsBySlug: [string | null, unknown][] = settings === undefined
    ? [[null, {}]]
    : Object.entries(fieldsOf(settings, "settings"));
  const sets: readonly unknown[] = modalities === undefined
    ? [null]
    : listOf(modalities, "modalities");
  return textsOf(models, "models").flatMap((model) =>
    settingsBySlug.flatMap(([slug, values]) =>
      sets.map((set) => {
        const parts = [slug, set === null ? null : textsOf(set, "modalities").join("+")];
        return parseCell({
          slug: parts.filter((part) => part !== null).join("-") || "defaults",
          model,
          settings: values,
          ...(set === null ? {} : { modalities: set }),
        });
      })
    )
  );
}

function parseCell(value: unknown): StudyCell {
  const fields = fieldsOf(value, "a cell", CELL_KEYS);
  const model = findModel(textOf(fields["model"], "model"));
  const settings = fieldsOf(fields["settings"] ?? {}, "settings") as Record<string, Setting>;
  const { modalities } = fields;
  const names = modalities === undefined ? undefined : textsOf(modalities, "modalities")
    .map((name) => knownName(name, "modality", MODALITIES) as Modality);
  const slug = textOf(fields["slug"] ?? (names?.join("+") ?? "defaults"), "slug");
  checkSlug(slug, "slug");
  return {
    slug,
    label: textOf(fields["label"] ?? slug, "label"),
    model: model.name,
    ...(names === undefined ? {} : { modalities: names }),
    settings: typedSettings(model, settings),
    published: listOf(fields["published"] ?? [], "published").map(parseRow),
  };
}

/**
 * Settings as numbers and truth values where they were given as their text.
 *
 * @throws {UsageError} the model has none of that name, or the value does not fit
 */
export function typedSettings(
  model: ModelDefinition,
  settings: Readonly<Record<string, Setting>>,
): Record<string, Setting> {
  try {
    return parseSettings(model, settings);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`Cannot set up "${model.name}": ${error.message}`);
  }
}

function parseRow(value: unknown): PublishedRow {
  const fields = fieldsOf(value, "a published row", ["label", "values"]);
  const values = Object.entries(fieldsOf(fields["values"], "values"));
  for (const [key, number] of values) {
    knownMetric(key);
    if (typeof number !== "number") refuse(`${key} is ${show(number)}`, "a number");
  }
  return {
    label: textOf(fields["label"] ?? "published", "label"),
    values: Object.fromEntries(values) as Record<string, number>,
  };
}

function parseSource(value: unknown): NonNullable<StudyDefinition["published"]> {
  const fields = fieldsOf(value, "published", ["source", "datasets"]);
  return {
    source: textOf(fields["source"], "source"),
    datasets: textsOf(fields["datasets"] ?? [], "datasets"),
  };
}

/** @param cells keys of the study's cells */
function parseClaim(value: unknown, cells: readonly string[]): StudyClaim {
  const fields = fieldsOf(value, "claim", ["text", "cell", "against", "margins"]);
  const cellOf = (key: unknown) => knownName(key, "cell", cells);
  const against = textsOf(fields["against"], "against").map(cellOf);
  if (against.length === 0) refuse("its claim is against no cell", "one or more");
  const margins = Object.entries(fieldsOf(fields["margins"], "margins"));
  if (margins.length === 0) refuse("its claim has no margin", "one for each metric, above 0");
  for (const [key, margin] of margins) {
    knownMetric(key);
    if (!(typeof margin === "number" && margin > 0)) {
      refuse(`the margin of ${key} is ${show(margin)}`, "a number above 0");
    }
  }
  return {
    text: textOf(fields["text"], "text"),
    cell: cellOf(fields["cell"]),
    against,
    margins: Object.fromEntries(margins) as Record<string, number>,
  };
}

function parseCluster(value: unknown): ClusterOptions {
  const fields = fieldsOf(value, "slurm", ["sbatch", "setup", "perTask", "atOnce", "scratch"]);
  const parsed: Record<string, unknown> = {};
  for (const [key, given] of Object.entries(fields)) {
    if (key === "sbatch") parsed[key] = textsOf(given, key);
    else if (key === "setup" || key === "scratch") parsed[key] = textOf(given, key);
    else if (Number.isSafeInteger(given) && given as number >= 1) parsed[key] = given;
    else refuse(`${key} is ${show(given)}`, "a whole number of 1 or more");
  }
  return parsed;
}

/** A name for each of the data. */
function namesOf(value: unknown, data: readonly string[]): string[] {
  const names = textsOf(value, "datasets");
  names.forEach((name) => checkSlug(name, "dataset"));
  if (names.length === data.length) return names;
  return refuse(`${names.length} datasets for ${data.length} data`, "one for each");
}

function knownMetric(key: string): string {
  return knownName(key, "metric", allMetricKeys());
}

function knownName(value: unknown, what: string, known: Iterable<string>): string {
  const names = [...known];
  if (names.includes(value as string)) return value as string;
  throw new UsageError(unknownName(what, String(value), names));
}

function seedsOf(value: unknown): number[] {
  const seeds = listOf(value, "seeds").map((seed) =>
    Number.isSafeInteger(seed) && seed as number >= 0
      ? seed as number
      : refuse(`seed ${show(seed)}`, "a whole number from 0")
  );
  if (seeds.length === 0) refuse("it has no seed", "one or more");
  const twice = seeds.find((seed, i) => seeds.indexOf(seed) < i);
  return twice === undefined ? seeds : refuse(`seed ${twice} is there twice`, "each once");
}

function checkSlug(text: string, what: string): void {
  if (!SLUG.test(text)) refuse(`its ${what} is "${text}"`, "letters, digits and . _ + -");
}

function fieldsOf(value: unknown, what: string, known?: readonly string[]): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    refuse(`${what} is ${show(value)}`, "an object");
  }
  for (const key of known === undefined ? [] : Object.keys(value as Fields)) {
    knownName(key, `key of ${what}`, known!);
  }
  return value as Fields;
}

function listOf(value: unknown, what: string): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(`${what} is ${show(value)}`, "a list");
}

function textsOf(value: unknown, what: string): string[] {
  return listOf(value, what).map((text) => textOf(text, what));
}

function truthOf(value: unknown, what: string): boolean {
  return typeof value === "boolean" ? value : refuse(`${what} is ${show(value)}`, "true or false");
}

function textOf(value: unknown, what: string): string {
  if (typeof value === "string" && value !== "") return value;
  return refuse(`${what} is ${show(value)}`, "a text");
}

function show(value: unknown): string {
  return value === undefined ? "absent" : JSON.stringify(value);
}

function refuse(state: string, wanted: string): never {
  throw new UsageError(`Cannot use the study: ${state}, expected ${wanted}`);
}
