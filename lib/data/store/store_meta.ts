/**
 * `meta.json` of a store: everything but the arrays.
 *
 * @module
 */

import { join } from "node:path";
import { DataError, messageOf } from "../../core/errors.ts";
import {
  MODALITIES,
  type Modality,
  MODALITY_LETTERS,
  PROTOCOL_NAMES,
  type ProtocolName,
  type SplitName,
  SPLITS,
} from "../modality.ts";
import type { Problem } from "../problem.ts";
import { type FeatureRecipe, isRecipe } from "../recipe.ts";
import type { LengthOrigin } from "../source.ts";

/** Name of the file in the store's folder. It is written last. */
export const META_FILE = "meta.json";

/** Marks a folder as a store. */
export const STORE_FORMAT: StoreMeta["format"] = "msa-store";

/** Raised when older readers could misread a newer store. */
export const STORE_VERSION = 1;

/** A modality of a split; its rows are the tensor of its name, [samples, steps, width]. */
export interface ColumnMeta {
  /** Number of steps, padding included. */
  readonly steps: number;
  /** Number of features of a step. */
  readonly width: number;
  /** Where the lengths come from. */
  readonly lengthOrigin: LengthOrigin;
  /** Number type before the conversion. */
  readonly dtype: string;
  /** Number of values that are not finite; they are kept, and set to 0 when they are read. */
  readonly nonfinite: number;
}

/** A split; its arrays are in `<split>.safetensors`. */
export interface SplitMeta {
  /** Number of samples. */
  readonly samples: number;
  /** Hash of text and features, see `RowHashes`. */
  readonly fingerprint: string;
  /** Whether it has labels, the tensor `labels`, [samples]. */
  readonly labels: boolean;
  /** Modalities with labels of their own. */
  readonly unimodalLabels: readonly Modality[];
  /** By modality. */
  readonly features: Readonly<Partial<Record<Modality, ColumnMeta>>>;
  /** Tokens of each sample; null where there are none. */
  readonly textBertTokens: number | null;
  /** [samples] names of the samples. */
  readonly ids: readonly string[];
  /** [samples] what is said; null where the file does not tell. */
  readonly rawText: readonly string[] | null;
  /** [samples] names of classes; null where the file has none. */
  readonly annotations: readonly string[] | null;
}

/** Content of `meta.json`. */
export interface StoreMeta {
  /** Tells a store from other folders. */
  readonly format: "msa-store";
  /** Version of the format, a whole number from 1. */
  readonly version: number;
  /** Names the dataset, as `Dataset.name` does. */
  readonly name: string;
  /** Whose metrics and default settings hold; null where nothing told it. */
  readonly protocol: ProtocolName | null;
  /** The file that was converted. */
  readonly source: { readonly file: string; readonly bytes: number; readonly sha256: string };
  /** How the features were made from clips; absent where nobody knows. */
  readonly recipe?: FeatureRecipe;
  /** What was written, by split. */
  readonly splits: Readonly<Partial<Record<SplitName, SplitMeta>>>;
  /** What the conversion found in the features and in the form of the file. */
  readonly problems: readonly Problem[];
}

/** Name of the tensor that holds the labels of `modality`, or of all together (null). */
export function labelTensor(modality: Modality | null): string {
  return modality === null
    ? "regression_labels"
    : `regression_labels_${MODALITY_LETTERS[modality]}`;
}

/**
 * Reads and checks `meta.json` of the store at `folder`.
 *
 * @throws {DataError} if it is missing, no JSON, of another version or incomplete
 */
export function readMeta(folder: string): StoreMeta {
  let value: unknown;
  try {
    value = JSON.parse(Deno.readTextFileSync(join(folder, META_FILE)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new DataError(
        `Cannot load "${folder}": it is a folder without ${META_FILE}, expected a pickle or a ` +
          `store made by data:convert`,
      );
    }
    throw damaged(folder, `${META_FILE} cannot be read (${messageOf(error)})`);
  }
  if (!isObject(value) || value.format !== STORE_FORMAT) {
    throw new DataError(`Cannot load "${folder}": its ${META_FILE} is not that of a store`);
  }
  if (value.version !== STORE_VERSION) {
    throw new DataError(
      `Cannot load store "${folder}": it has version ${value.version}, expected ` +
        `${STORE_VERSION}: remove it and convert the pickle again`,
    );
  }
  if (!isMeta(value)) throw damaged(folder, `${META_FILE} is incomplete`);
  return value;
}

/** The error for a store that is not as it was written. */
export function damaged(folder: string, what: string): DataError {
  return new DataError(
    `Cannot load store "${folder}": ${what}: remove it and convert the pickle again`,
  );
}

type Fields = Record<string, unknown>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isMeta(value: Fields): value is Fields & StoreMeta {
  const { name, protocol, source, splits, problems, recipe } = value;
  return typeof name === "string" && Array.isArray(problems) &&
    (protocol === null || PROTOCOL_NAMES.includes(protocol as ProtocolName)) &&
    (recipe === undefined || isRecipe(recipe)) &&
    isObject(source) && typeof source.file === "string" && typeof source.sha256 === "string" &&
    isObject(splits) &&
    Object.entries(splits).every(([key, split]) =>
      SPLITS.includes(key as SplitName) && isObject(split) && isSplitMeta(split)
    );
}

function isSplitMeta(split: Fields): boolean {
  const { samples, features, ids, rawText, annotations, textBertTokens, unimodalLabels } = split;
  const isTexts = (value: unknown) =>
    Array.isArray(value) && value.length === samples &&
    value.every((text) => typeof text === "string");
  return isTexts(ids) && (rawText === null || isTexts(rawText)) &&
    (annotations === null || isTexts(annotations)) &&
    (textBertTokens === null || typeof textBertTokens === "number") &&
    Array.isArray(unimodalLabels) && typeof split.labels === "boolean" &&
    typeof split.fingerprint === "string" && isObject(features) &&
    Object.entries(features).every(([key, column]) =>
      MODALITIES.includes(key as Modality) && isObject(column) &&
      typeof column.steps === "number" && typeof column.width === "number" &&
      typeof column.nonfinite === "number"
    );
}
