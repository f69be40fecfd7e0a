/**
 * The splits of one dataset, out of one file or several: a file for each modality, a table of labels,
 * a folder of computational sequences.
 *
 * @module
 */

import { basename } from "node:path";
import { DataError } from "../../core/errors.ts";
import { type Content } from "../containers/container.ts";
import { readContent } from "../containers/content.ts";
import type { Modality, SplitName } from "../modality.ts";
import { listSome } from "../problem.ts";
import type { SourceFormat } from "../source.ts";
import { canonical } from "./canonical.ts";
import { divided } from "./flat.ts";
import { isSequenceFile, readFolder } from "./folders.ts";
import { dividedLike, joinEntries } from "./join.ts";
import { isTable, readLabelTable } from "./label_table.ts";
import type { SplitEntries } from "./layout.ts";
import { findLayout, type Found } from "./list.ts";
import type { Notes } from "./notes.ts";
import type { SourceOptions } from "../source_options.ts";
import { PART_KEYS, splitOf } from "./names.ts";
import { namedSequences } from "./sequences.ts";
import { splitsOf } from "./split_dictionary.ts";
import { unknownLayout } from "./unknown_layout.ts";
import { videoOf } from "./valid_share.ts";
import { entriesOf, isMap } from "./values.ts";

/** Splits under MMSA's keys; under `all` those of a file that has none. */
export type Parts = Map<SplitName | "all", Map<string, unknown>>;

/** What was read of the main file. */
export interface Main {
  readonly parts: Parts;
  readonly format: SourceFormat;
  /** Null for a table of labels. */
  readonly found: Found | null;
  /** Bytes after the end of its pickle. */
  readonly trailingBytes: number;
}

/** Reads the files of one dataset. They stay open until the caller disposes them. */
export class PartReader {
  readonly #path: string;
  readonly #options: SourceOptions;
  readonly #notes: Notes;
  readonly #open: DisposableStack;
  /** What is wrong, as `split "train" …`. */
  readonly faults: string[] = [];

  constructor(path: string, options: SourceOptions, notes: Notes, open: DisposableStack) {
    this.#path = path;
    this.#options = options;
    this.#notes = notes;
    this.#open = open;
  }

  /** All splits. @throws {DataError} when a file cannot be read */
  read(): Main {
    const { files = {}, labelFile } = this.#options;
    const main = this.#main();
    for (const [modality, path] of Object.entries(files) as [Modality, string][]) {
      if (path !== this.#path && !this.#isSequence(path)) this.#addFile(main.parts, modality, path);
    }
    if (labelFile === undefined || this.#isSequence(labelFile)) return main;
    return { ...main, parts: this.#addLabels(main.parts, labelFile) };
  }

  #main(): Main {
    if (isTable(this.#path)) return this.#table();
    const content = this.#content(this.#path);
    const { trailingBytes, format } = content;
    const value = this.#withSequences(content);
    const found = findLayout(value);
    if (found === null) throw unknownLayout(this.#path, value);
    for (const key of isMap(found.value) ? entriesOf(found.value).keys() : []) {
      const split = splitOf(key);
      if (split !== undefined && split !== key && splitsOf(found.value)?.has(split)) {
        this.#notes.renamed.add(`${key} → ${split}`);
      }
    }
    const own = Object.entries(this.#options.files ?? {}).find(([, path]) => path === this.#path);
    const parts = this.#canonical(
      found.layout.read(found.value, this.#notes),
      own?.[0] as Modality | undefined,
    );
    return { parts, format, found, trailingBytes };
  }

  /** A table as the main file: its ids and labels are what the features belong to. */
  #table(): Main {
    const { files = {} } = this.#options;
    if (Object.keys(files).length === 0) readContent(this.#path);
    const parts = this.#canonical(divided(readLabelTable(this.#path), this.#notes));
    return { parts, format: "files", found: null, trailingBytes: 0 };
  }

  /** The value of a file; with the sequences of the other files where it is one itself. */
  #withSequences({ value }: Pick<Content, "value">): unknown {
    if (namedSequences(value).length === 0) return value;
    const { files = {}, labelFile } = this.#options;
    const others: [string, string][] = [
      ...Object.entries(files).filter(([, path]) => path !== this.#path),
      ...(labelFile === undefined ? [] : [["labels", labelFile] as [string, string]]),
    ];
    const all = new Map<string, unknown>(entriesOf(value as Map<unknown, unknown>));
    for (const [name, path] of others) {
      if (!this.#isSequence(path)) continue;
      const sequence = this.#content(path).value;
      const [first] = namedSequences(sequence);
      if (first !== undefined) all.set(name, (sequence as Map<unknown, unknown>).get(first.name));
    }
    return all;
  }

  #addFile(parts: Parts, modality: Modality, path: string): void {
    const others = this.#canonical(this.#found(path), modality);
    const keys = [modality, `${modality}_lengths`];
    this.#addAll(parts, others, path, (name, entries, other) => {
      const kept = new Map([...other].filter(([key]) => key === "id" || keys.includes(key)));
      if (kept.has(modality)) this.#join(name, entries, kept, keys, path);
      else this.faults.push(`split "${name}" finds no ${modality} in "${path}"`);
    });
  }

  #addLabels(parts: Parts, path: string): Parts {
    const table = isTable(path) ? readLabelTable(path) : undefined;
    const read = this.#canonical(
      table === undefined ? this.#found(path) : new Map([["all", table]]),
    );
    const labels = [...read.values()].flatMap((entries) =>
      [...entries.keys()].filter((key) => /_labels|^annotations/.test(key))
    );
    const [all, mode] = [read.get("all"), table?.get(PART_KEYS.mode)];
    if (labels.length === 0 && all?.has("id") && mode !== undefined && parts.has("all")) {
      return this.#divide(parts.get("all")!, all.get("id") as string[], mode as string[], path);
    }
    if (labels.length === 0) {
      throw new DataError(`Cannot read labels of "${path}": it has no column "label"`);
    }
    const divides = all !== undefined && mode !== undefined;
    const others = divides ? divided(new Map([...all, [PART_KEYS.mode, mode]]), this.#notes) : read;
    const undivided = parts.get("all");
    if (divides && undivided !== undefined && !others.has("all")) {
      // The features have no splits, the table has: each sample goes where the table says.
      const withModes = new Map([...all, [PART_KEYS.mode, mode]]);
      this.#join("all", undivided, withModes, [...labels, PART_KEYS.mode], path);
      return new Map(
        [...divided(undivided, this.#notes)].map(([name, part]) => [name, new Map(part)]),
      );
    }
    this.#addAll(parts, others, path, (name, entries, other) =>
      // Without ids, the rows of a split are those of the table that belong to it.
      this.#join(name, entries, entries.has("id") && all ? all : other, labels, path));
    return parts;
  }

  /** Splits that a table names for samples, or for videos with all their samples. */
  #divide(
    entries: Map<string, unknown>,
    ids: readonly string[],
    modes: readonly string[],
    path: string,
  ): Parts {
    const modeOf = new Map(ids.map((id, row) => [id, modes[row]]));
    const own = (entries.get("id") ?? []) as readonly string[];
    const found = own.map((id) => modeOf.get(id) ?? modeOf.get(videoOf(id)));
    const missing = own.filter((_, row) => found[row] === undefined);
    if (missing.length > 0 || own.length === 0) {
      this.faults.push(
        `split "all" has ${missing.length} of ${own.length} samples that "${path}" has not: ` +
          listSome(missing, 3),
      );
    }
    const parts = divided(new Map([...entries, [PART_KEYS.mode, found]]), this.#notes);
    return new Map([...parts].map(([name, part]) => [name, new Map(part)]));
  }

  /** Adds the values of another file to those of a split. */
  #join(
    name: string,
    entries: Map<string, unknown>,
    other: ReadonlyMap<string, unknown>,
    replace: readonly string[],
    path: string,
  ): void {
    const byRow = !entries.has("id") || !other.has("id");
    const fault = joinEntries(entries, other, replace, `"${path}"`);
    if (fault !== null) this.faults.push(`split "${name}" ${fault}`);
    else if (byRow) this.#notes.addWarning(`joins "${basename(path)}" row by row, without ids`);
  }

  /** Joins each split with the same of another file, or with all of it. */
  #addAll(
    parts: Parts,
    others: SplitEntries,
    path: string,
    add: (
      name: string,
      entries: Map<string, unknown>,
      other: ReadonlyMap<string, unknown>,
    ) => void,
  ): void {
    const undivided = parts.get("all");
    const divided = undivided && !others.has("all") ? dividedLike(undivided, others) : null;
    if (divided !== null) {
      parts.clear();
      for (const [name, entries] of divided) parts.set(name, entries);
    }
    for (const [name, entries] of parts) {
      const other = others.get(name) ?? others.get("all");
      if (other === undefined) this.faults.push(`split "${name}" is not in "${path}"`);
      else add(name, entries, other);
    }
  }

  #canonical(parts: SplitEntries, only?: Modality): Parts {
    const options = { ...this.#options, ...(only === undefined ? {} : { only }) };
    return new Map([...parts].map(([name, entries]) => [
      name,
      canonical(name, entries, options, this.#notes, this.faults),
    ]));
  }

  #isSequence(path: string): boolean {
    return isSequenceFile(path) && namedSequences(this.#content(path).value).length > 0;
  }

  /** The values of a file beside the main one. */
  #found(path: string): SplitEntries {
    const { value } = this.#content(path);
    const found = findLayout(value);
    if (found === null) throw unknownLayout(path, value);
    return found.layout.read(found.value, this.#notes);
  }

  readonly #contents = new Map<string, Content>();

  #content(path: string): Content {
    const known = this.#contents.get(path);
    if (known !== undefined) return known;
    const content = isFolder(path)
      ? readFolder(path, (file) => this.#content(file))
      : readContent(path);
    this.#open.use(content);
    this.#contents.set(path, content);
    return content;
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
