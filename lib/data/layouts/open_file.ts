/**
 * Files of any layout as a {@linkcode DatasetSource}.
 *
 * @module
 */

import { basename, parse } from "node:path";
import { DataError, messageOf } from "../../core/errors.ts";
import { MODALITIES, type SplitName } from "../modality.ts";
import { listSome, type Problem, problem } from "../problem.ts";
import { recognize } from "../registry.ts";
import {
  type DatasetSource,
  type Needs,
  shapeOf,
  type SourceFormat,
  type SplitSource,
} from "../source.ts";
import { rowCount } from "./canonical.ts";
import { grouped } from "./faults.ts";
import { sourceSums } from "./file_sums.ts";
import type { Found } from "./list.ts";
import { MMSA } from "./mmsa.ts";
import { Notes } from "./notes.ts";
import type { SourceOptions } from "../source_options.ts";
import { type Settled, settlePadding } from "./padding.ts";
import { type Main, PartReader, type Parts } from "./parts.ts";
import { readSplit } from "./read_split.ts";
import { partProblem } from "./sequences.ts";
import { splitsOf } from "./split_dictionary.ts";
import { missingSplit } from "./unknown_layout.ts";
import { withValid } from "./valid_share.ts";
import { entriesOf, isMap } from "./values.ts";

/**
 * Opens a file of any layout, with the files of `options` where the dataset is in several. Features
 * stay in the files until they are asked for.
 *
 * @throws {DataError} if it is none of them, or lacks keys: one error that lists every missing key
 * with the nearest that is there
 * @throws {UnsafePickleError} if it names something that could run code
 */
export function openFile(
  path: string,
  needs: Needs = {},
  options: SourceOptions = {},
): DatasetSource {
  using open = new DisposableStack();
  try {
    const source = openParts(path, needs, options, open);
    const files = open.move();
    return { ...source, [Symbol.dispose]: () => files.dispose() };
  } catch (error) {
    // A list that holds itself has no end.
    if (!(error instanceof RangeError)) throw error;
    throw new DataError(`Cannot load "${path}": ${messageOf(error)}`, { cause: error });
  }
}

function openParts(
  path: string,
  needs: Needs,
  options: SourceOptions,
  open: DisposableStack,
): Omit<DatasetSource, typeof Symbol.dispose> {
  const notes = new Notes();
  const reader = new PartReader(path, options, notes, open);
  const main = reader.read();
  const { splits, problems } = readSplits(path, main, needs, options, notes, reader.faults);
  if (main.trailingBytes > 0) {
    const { trailingBytes: count } = main;
    const text = `the file goes on for ${count} bytes after the end of its pickle`;
    problems.push(problem("warning", "trailing-bytes", text, { count }));
  }
  const settled = settle(basename(path), splits);
  const divided = withValid(path, settled.splits, options.valid);
  return {
    path,
    format: formatOf(main),
    layout: main.found?.layout.name ?? "a table of labels and a file a modality",
    renamed: [...notes.renamed],
    padding: settled.padding,
    name: parse(path).name,
    fileName: basename(path),
    protocol: null,
    validVideos: divided.videos,
    splits: Object.fromEntries(divided.splits.map((split) => [split.name, split])),
    problems: [...problems, ...notes.problems(), ...settled.problems, ...divided.problems],
    store: null,
    sums: () => sourceSums(path, options),
  };
}

function formatOf({ format, found }: Main): SourceFormat {
  return format === "pickle" && found?.layout === MMSA ? "mmsa-pickle" : format;
}

/** Published files are taken as they are: their numbers are known. */
function settle(fileName: string, splits: readonly SplitSource[]): Settled {
  const named = Object.fromEntries(splits.map((split) => [split.name, split]));
  if (recognize(shapeOf({ splits: named, fileName })) !== null) {
    return { splits, padding: {}, problems: [] };
  }
  return settlePadding(splits);
}

function readSplits(
  path: string,
  { parts: read, found }: Main,
  needs: Needs,
  options: SourceOptions,
  notes: Notes,
  faults: string[],
): { splits: SplitSource[]; problems: Problem[] } {
  const parts = named(read, options, notes);
  const others = otherKeys(found);
  const made: readonly SplitName[] = options.valid === undefined ? [] : ["valid"];
  for (const name of needs.splits ?? []) {
    if (!parts.has(name) && !made.includes(name)) faults.push(missingSplit(name, others));
  }
  // In the order of the file.
  const present = [...parts.keys()] as SplitName[];
  const splits = present.map((name) => {
    const needLabels = needs.labels === true && (needs.splits ?? present).includes(name);
    return readSplit(name, withIds(name, parts.get(name)!, notes), needLabels, faults);
  });
  faults.push(...otherWidths(splits));
  if (faults.length > 0) throw new DataError(`Cannot load "${path}": ${grouped(faults)}`);
  const problems = partProblem(found?.value, splits);
  if (others.length > 0) {
    const text = `ignores ${listSome(others)} beside the splits`;
    problems.unshift(problem("warning", "unknown-key", text, { count: others.length }));
  }
  return { splits, problems };
}

/** Keys beside the splits. */
function otherKeys(found: Found | null): string[] {
  const splits = splitsOf(found?.value);
  if (splits === undefined || !isMap(found?.value)) return [];
  const used = new Set(splits.values());
  return [...entriesOf(found.value)].filter(([, part]) => !used.has(part)).map(([key]) => key);
}

/** Samples without splits are train where they have labels, and to be predicted where not. */
function named(parts: Parts, { unsplit }: SourceOptions, notes: Notes): Parts {
  const all = parts.get("all");
  if (all === undefined) return parts;
  const name = unsplit ??
    (all.has("regression_labels") || all.has("annotations") ? "train" : "test");
  notes.addWarning(`has no splits: all samples are taken as split "${name}"`);
  return new Map([[name, all]]);
}

/** Entries with row numbers as ids where there are none. */
function withIds(
  split: SplitName,
  entries: Map<string, unknown>,
  notes: Notes,
): Map<string, unknown> {
  if (entries.has("id")) return entries;
  const samples = rowCount(entries);
  if (samples === undefined) return entries;
  notes.addWithoutIds(split);
  const ids = Array.from({ length: samples }, (_, row) => `${split}_${row}`);
  return new Map([...entries, ["id", ids]]);
}

/** Features that no network could read after those of the first split that has samples. */
function otherWidths(splits: readonly SplitSource[]): string[] {
  const filled = splits.filter(({ ids }) => ids.length > 0);
  return MODALITIES.flatMap((modality) => {
    const having = filled.filter(({ columns }) => columns[modality] !== undefined);
    const widthOf = ({ columns }: SplitSource) => columns[modality]!.width;
    return having.filter((split) => widthOf(split) !== widthOf(having[0]!)).map((split) =>
      `split "${split.name}" has ${modality} of width ${widthOf(split)}, ` +
      `expected ${widthOf(having[0]!)} as in split "${having[0]!.name}"`
    );
  });
}
