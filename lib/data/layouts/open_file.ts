/**
 * A file of any layout as a {@linkcode DatasetSource}.
 *
 * @module
 */

import { basename, parse } from "node:path";
import { DataError, messageOf } from "../../core/errors.ts";
import { nearest } from "../../core/suggest.ts";
import { describe } from "../arrays/values.ts";
import type { Content } from "../containers/container.ts";
import { readContent } from "../containers/content.ts";
import { MODALITIES, type SplitName, SPLITS } from "../modality.ts";
import { listSome, type Problem, problem } from "../problem.ts";
import { recognize } from "../registry.ts";
import { type DatasetSource, type Needs, shapeOf, type SplitSource } from "../source.ts";
import { canonical } from "./canonical.ts";
import { fileSums } from "./file_sums.ts";
import type { SplitEntries } from "./layout.ts";
import { findLayout, type Found } from "./list.ts";
import { MMSA } from "./mmsa.ts";
import { splitOf } from "./names.ts";
import { Notes } from "./notes.ts";
import type { SourceOptions } from "./options.ts";
import { type Settled, settlePadding } from "./padding.ts";
import { hasKeys, readSplit } from "./read_split.ts";
import { partProblem } from "./sequences.ts";
import { splitsOf } from "./split_dictionary.ts";
import { entriesOf, isMap, meaningsOf } from "./values.ts";

/**
 * Opens a file of any layout. Features stay in the file until they are asked for.
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
  const content = readContent(path);
  try {
    return openContent(path, content, needs, options);
  } catch (error) {
    content[Symbol.dispose]();
    // A list that holds itself has no end.
    if (!(error instanceof RangeError)) throw error;
    throw new DataError(`Cannot load "${path}": ${messageOf(error)}`, { cause: error });
  }
}

function openContent(
  path: string,
  content: Content,
  needs: Needs,
  options: SourceOptions,
): DatasetSource {
  const found = findLayout(content.value);
  if (found === null) throw unknownLayout(path, content.value);
  const notes = new Notes();
  const { splits, problems } = readSplits(path, found, needs, options, notes);
  if (content.trailingBytes > 0) {
    const { trailingBytes: count } = content;
    const text = `the file goes on for ${count} bytes after the end of its pickle`;
    problems.push(problem("warning", "trailing-bytes", text, { count }));
  }
  const isMmsa = content.format === "pickle" && found.layout === MMSA;
  const settled = settle(basename(path), splits);
  return {
    path,
    format: isMmsa ? "mmsa-pickle" : content.format,
    layout: found.layout.name,
    renamed: [...notes.renamed],
    padding: settled.padding,
    name: parse(path).name,
    fileName: basename(path),
    protocol: null,
    splits: Object.fromEntries(settled.splits.map((split) => [split.name, split])),
    problems: [...problems, ...notes.problems(), ...settled.problems],
    store: null,
    sums: () => fileSums(path),
    [Symbol.dispose]: () => content[Symbol.dispose](),
  };
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
  { layout, value }: Found,
  needs: Needs,
  options: SourceOptions,
  notes: Notes,
): { splits: SplitSource[]; problems: Problem[] } {
  const parts = named(layout.read(value), needs, notes);
  for (const key of isMap(value) ? entriesOf(value).keys() : []) {
    const split = splitOf(key);
    if (split !== undefined && split !== key) notes.renamed.add(`${key} → ${split}`);
  }
  const others = isMap(value) && splitsOf(value) !== undefined ? otherKeys(value) : [];
  const faults: string[] = [];
  for (const name of needs.splits ?? []) {
    if (!parts.has(name)) faults.push(missingSplit(name, others));
  }
  const splits: SplitSource[] = [];
  const present = SPLITS.filter((name) => parts.has(name));
  for (const name of present) {
    const found: string[] = [];
    const entries = canonical(name, parts.get(name)!, options, notes, found);
    const needLabels = needs.labels === true && (needs.splits ?? present).includes(name);
    splits.push(readSplit(name, entries, needLabels, found));
    faults.push(...found);
  }
  faults.push(...otherWidths(splits));
  if (faults.length > 0) throw new DataError(`Cannot load "${path}": ${grouped(faults)}`);
  const problems = partProblem(value, splits);
  if (others.length > 0) {
    const text = `ignores ${listSome(others)} beside the splits`;
    problems.unshift(problem("warning", "unknown-key", text, { count: others.length }));
  }
  return { splits, problems };
}

/** Keys beside the splits. */
function otherKeys(value: ReadonlyMap<unknown, unknown>): string[] {
  const all = entriesOf(value);
  const used = new Set((splitsOf(value) ?? new Map()).values());
  return [...all].filter(([, part]) => !used.has(part)).map(([key]) => key);
}

/** Samples without splits are train where they have labels, and to be predicted where not. */
function named(parts: SplitEntries, needs: Needs, notes: Notes): SplitEntries {
  const all = parts.get("all");
  if (all === undefined) return parts;
  const [asked, ...more] = needs.splits ?? [];
  const hasLabels = meaningsOf(all).has("regression_labels");
  const name = asked !== undefined && more.length === 0 ? asked : hasLabels ? "train" : "test";
  notes.addWarning(`has no splits: all samples are taken as split "${name}"`);
  return new Map([[name, all]]);
}

/** Faults, those of the same words in several splits together. */
function grouped(faults: readonly string[]): string {
  const splits = new Map<string, string[]>();
  for (const fault of faults) {
    const [, name, text] = /^split "(\w+)" ([^]*)$/.exec(fault) ?? [];
    if (name === undefined || text === undefined) splits.set(fault, []);
    else splits.set(text, [...splits.get(text) ?? [], name]);
  }
  return [...splits].map(([text, names]) => {
    if (names.length === 0) return text;
    return `split ${names.map((name) => `"${name}"`).join(", ")} ${text}`;
  }).join("; ");
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

function missingSplit(name: SplitName, others: readonly string[]): string {
  const near = nearest(name, others);
  return `lacks split "${name}"` + (near === undefined ? "" : ` (nearest is "${near}")`);
}

/** What is wrong with a file that no layout recognises. */
function unknownLayout(path: string, value: unknown): DataError {
  const wanted = `expected a dictionary with ${listSome(SPLITS)}, or another layout of README, ` +
    '"Your own data"';
  const faults: string[] = [];
  if (!isMap(value)) {
    return new DataError(`Cannot load "${path}": its content is ${describe(value)}, ${wanted}`);
  }
  const entries = entriesOf(value);
  const splits = splitsOf(value);
  if (splits === undefined) {
    faults.push(...SPLITS.map((name) => missingSplit(name, [...entries.keys()])));
    faults.push(`${hasKeys(entries)}, ${wanted}`);
  }
  for (const [name, part] of splits ?? []) {
    if (!isMap(part)) faults.push(`split "${name}" is ${describe(part)}, expected a dictionary`);
    else {
      faults.push(
        `split "${name}" has no features, expected at least one of ${listSome(MODALITIES)}: ` +
          hasKeys(entriesOf(part)),
      );
    }
  }
  return new DataError(`Cannot load "${path}": ${grouped(faults)}`);
}
