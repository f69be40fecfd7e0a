/**
 * One-time conversion of an MMSA pickle, or of synthetic data, to a store.
 *
 * @module
 */

import { basename, dirname, join, resolve } from "node:path";
import { DataError, DataIntegrityError, messageOf } from "../../core/errors.ts";
import { exists, writeFileAtomic } from "../../core/files.ts";
import { LOCK_FILE, lockFolder } from "../../core/lock.ts";
import type { ColumnScan } from "../checks/column_scan.ts";
import { readRows } from "../rows.ts";
import {
  emptyScan,
  featureProblems,
  registryProblems,
  sampleProblems,
  type SplitScan,
} from "../checks/integrity.ts";
import type { ProtocolName } from "../modality.ts";
import { type SourceOptions, sourceOptions } from "../source_options.ts";
import { openDataset } from "../open.ts";
import type { Problem } from "../problem.ts";
import { detectProtocol, recognize } from "../registry.ts";
import { type TensorToWrite, writeSafetensors } from "./safetensors.ts";
import { type DatasetSource, presentSplits, shapeOf, type SplitSource } from "../source.ts";
import { openStore } from "./store.ts";
import {
  type ColumnMeta,
  labelTensor,
  META_FILE,
  readMeta,
  type SplitMeta,
  STORE_FORMAT,
  STORE_VERSION,
  type StoreMeta,
} from "./store_meta.ts";
import { countOf } from "../arrays/values.ts";

/** How a pickle is converted. */
export interface ConvertOptions extends SourceOptions {
  /** The protocol, where it is known; it sets the range of the labels. */
  readonly protocol?: ProtocolName;
  /** Called after each piece with the part of the values that is done, 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/** What a conversion did. */
export interface Conversion {
  /** The store. */
  readonly folder: string;
  /** False when the folder already held the same conversion. */
  readonly written: boolean;
  /** What the store says of itself. */
  readonly meta: StoreMeta;
  /** All warnings, those of labels and ids too. */
  readonly problems: readonly Problem[];
}

/**
 * Writes the dataset at `path` as a store: float32 features in a safetensors file a split, and
 * `meta.json`. Streams, so it needs memory for one piece of a column. The folder appears when it
 * is complete; whatever goes wrong leaves nothing behind. Values that are not finite are kept, and
 * their counts recorded. The same file gives the same bytes.
 *
 * @throws {DataError} if `path` cannot be read, or `folder` exists and is not this conversion
 * @throws {DataIntegrityError} if a label is not finite or out of the protocol's range
 *
 * @example
 * ```ts
 * import { convertDataset } from "./convert.ts";
 * import { loadDataset } from "../load.ts";
 * import { assertEquals } from "@std/assert";
 * const folder = Deno.makeTempDirSync();
 * convertDataset("synthetic:n=8", `${folder}/store`);
 * const data = loadDataset(`${folder}/store`);
 * assertEquals(data.splits.train!.samples, 8);
 * data.close();
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export function convertDataset(
  path: string,
  folder: string,
  options: ConvertOptions = {},
): Conversion {
  using source = openDataset(path, {}, sourceOptions(options));
  if (source.store !== null) {
    throw new DataError(
      `Cannot convert "${path}": it is a store already, expected a pickle or synthetic data`,
    );
  }
  return convertSource(source, folder, options);
}

/**
 * Writes an open dataset as a store, as {@linkcode convertDataset} does. What its `sums` give
 * decides whether `folder` holds the same already.
 *
 * @throws {DataError} if it cannot be read, or `folder` exists and is not this conversion
 * @throws {DataIntegrityError} if a label is not finite or out of the protocol's range
 *
 * @example
 * ```ts
 * import { convertSource } from "./convert.ts";
 * import { openDataset } from "../open.ts";
 * import { assertEquals } from "@std/assert";
 * using source = openDataset("synthetic:n=8");
 * const folder = Deno.makeTempDirSync();
 * const { written, meta } = convertSource(source, `${folder}/store`);
 * assertEquals([written, meta.splits.train!.samples], [true, 8]);
 * assertEquals(convertSource(source, `${folder}/store`).written, false); // it is there already
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export function convertSource(
  source: DatasetSource,
  folder: string,
  options: ConvertOptions = {},
): Conversion {
  const { path } = source;
  const shape = shapeOf(source);
  const { bytes, ...sums } = source.sums();
  const recognition = recognize(shape, sums);
  const protocol = options.protocol ?? source.protocol ?? detectProtocol(shape, recognition);
  const early = [
    ...registryProblems(source, shape, recognition),
    ...sampleProblems(presentSplits(source), protocol, options.labelRange),
  ];
  const fatal = early.filter(({ code }) => code === "nonfinite-label" || code === "label-range");
  if (fatal.length > 0) {
    const text = fatal.map(({ message }) => message).join("; ");
    throw new DataIntegrityError(`Cannot convert "${path}": ${text}`);
  }
  const head = {
    format: STORE_FORMAT,
    version: STORE_VERSION,
    name: recognition?.file.name ?? source.name,
    protocol,
    source: { file: source.fileName, bytes: bytes ?? 0, sha256: sums.sha256 },
    ...(source.recipe === undefined ? {} : { recipe: source.recipe }),
  } as const;
  const existing = existingStore(path, folder, head);
  if (existing !== null) {
    return { folder, written: false, meta: existing, problems: [...early, ...existing.problems] };
  }
  const meta = writeFolder(source, folder, head, options.onProgress ?? (() => {}));
  return { folder, written: true, meta, problems: [...early, ...meta.problems] };
}

type MetaHead = Omit<StoreMeta, "splits" | "problems">;

/** The meta data of the same conversion at `folder`; null when nothing is there. */
function existingStore(path: string, folder: string, head: MetaHead): StoreMeta | null {
  if (!exists(folder)) return null;
  const isFolder = Deno.statSync(folder).isDirectory;
  if (isFolder && Deno.readDirSync(folder).next().done === true) return null;
  const cannot = `Cannot convert "${path}" to "${folder}"`;
  const wanted = "expected a new folder";
  if (!isFolder || !exists(join(folder, META_FILE))) {
    throw new DataError(`${cannot}: it exists and is not a store, ${wanted}`);
  }
  const found = readMeta(folder);
  if (found.source.sha256 !== head.source.sha256 || found.protocol !== head.protocol) {
    const other = `of "${found.source.file}" (SHA-256 ${found.source.sha256.slice(0, 12)}…, ` +
      `protocol ${found.protocol})`;
    throw new DataError(`${cannot}: it holds the conversion ${other}, ${wanted}`);
  }
  openStore(folder)[Symbol.dispose]();
  return found;
}

/** Writes everything into a hidden folder beside the target, which then takes its name. */
function writeFolder(
  source: DatasetSource,
  folder: string,
  head: MetaHead,
  onProgress: (done: number) => void,
): StoreMeta {
  const target = resolve(folder);
  const temporary = join(dirname(target), `.${basename(target)}.part`);
  const lock = lockFolder(temporary);
  try {
    // What a killed conversion left.
    for (const { name } of [...Deno.readDirSync(temporary)]) {
      if (name !== LOCK_FILE) Deno.removeSync(join(temporary, name), { recursive: true });
    }
    const meta = { ...head, ...writeSplits(source, temporary, onProgress) };
    // Without indentation: texts and ids make it long, nobody reads it by eye.
    writeFileAtomic(join(temporary, META_FILE), JSON.stringify(meta) + "\n");
    lock[Symbol.dispose]();
    if (exists(target)) Deno.removeSync(target);
    Deno.renameSync(temporary, target);
    return meta;
  } catch (error) {
    lock[Symbol.dispose]();
    Deno.removeSync(temporary, { recursive: true });
    throw error instanceof DataError ? error : new DataError(
      `Cannot convert "${source.path}" to "${folder}": ${messageOf(error)}; nothing was kept`,
      { cause: error },
    );
  }
}

function writeSplits(
  source: DatasetSource,
  folder: string,
  onProgress: (done: number) => void,
): Pick<StoreMeta, "splits" | "problems"> {
  const splits = presentSplits(source);
  const columns = splits.flatMap((split) => Object.values(split.columns));
  const total = columns.reduce((sum, { values }) => sum + countOf(values.shape), 0);
  let done = 0;
  const advance = (count: number) => onProgress((done += count) / total);
  const scans: SplitScan[] = [];
  for (const split of splits) {
    const scan = emptyScan(split, false);
    const tensors = [
      ...smallTensors(split),
      ...Object.values(scan.columns).map((column) => featureTensor(column, advance)),
    ];
    writeSafetensors(join(folder, `${split.name}.safetensors`), tensors);
    scans.push(scan);
  }
  return {
    splits: Object.fromEntries(scans.map((scan) => [scan.split.name, toMeta(scan)])),
    problems: [...source.problems, ...featureProblems(scans)],
  };
}

/** Labels, lengths and tokens. */
function smallTensors(split: SplitSource): TensorToWrite[] {
  const shape = [split.ids.length];
  const tensors: TensorToWrite[] = [];
  const addLabels = (name: string, data: Float32Array) =>
    tensors.push({ name, dtype: "F32", shape, data });
  if (split.labels !== null) addLabels(labelTensor(null), split.labels);
  for (const [modality, labels] of Object.entries(split.unimodalLabels)) {
    addLabels(labelTensor(modality as ColumnScan["source"]["modality"]), labels);
  }
  for (const { modality, lengths } of Object.values(split.columns)) {
    tensors.push({ name: `${modality}_lengths`, dtype: "I32", shape, data: lengths });
  }
  if (split.textBert !== null) {
    const { shape, values } = split.textBert;
    tensors.push({ name: "text_bert", dtype: "I32", shape, data: values });
  }
  return tensors;
}

/** Rows that are scanned while they are written. */
function featureTensor(scan: ColumnScan, advance: (count: number) => void): TensorToWrite {
  const { modality, values } = scan.source;
  function* data() {
    for (const { start, rows } of readRows(scan.source)) {
      scan.add(rows, start);
      yield rows;
      advance(rows.length);
    }
  }
  return { name: modality, dtype: "F32", shape: values.shape, data: data() };
}

function toMeta({ split, hashes, columns }: SplitScan): SplitMeta {
  const features = Object.values(columns).map(({ source, nonfinite }): [string, ColumnMeta] => [
    source.modality,
    {
      steps: source.steps,
      width: source.width,
      lengthOrigin: source.lengthOrigin,
      dtype: source.values.dtype,
      nonfinite,
    },
  ]);
  return {
    samples: split.ids.length,
    fingerprint: hashes.fingerprint(),
    labels: split.labels !== null,
    unimodalLabels: Object.keys(split.unimodalLabels) as SplitMeta["unimodalLabels"],
    features: Object.fromEntries(features),
    textBertTokens: split.textBert?.shape[2] ?? null,
    ids: split.ids,
    rawText: split.rawText,
    annotations: split.annotations,
  };
}
