/**
 * Entries of a split under MMSA's keys, and in its forms: other names renamed, ids joined, one label
 * chosen of several.
 *
 * @module
 */

import { nearest } from "../../core/suggest.ts";
import { floatsOf, floatSource } from "../arrays/values.ts";
import { ColumnRange } from "../arrays/views.ts";
import { MODALITIES, type Modality, type SplitName } from "../modality.ts";
import { problem } from "../problem.ts";
import type { SourceOptions } from "../source_options.ts";
import { ALL_COLUMNS } from "./arrays.ts";
import { readLabels } from "./labels.ts";
import type { Entries } from "./layout.ts";
import { meaningOf, PART_KEYS, SPLIT_KEYS } from "./names.ts";
import type { Notes } from "./notes.ts";
import { idsOf, joinedIds, sentencesOf } from "./texts.ts";
import { arrangedTokens, wordNumbers } from "./tokens.ts";
import { meaningsOf } from "./meanings.ts";
import { isFeatures, isList, rankOf, rowsOf } from "./values.ts";

/** What the caller says about the entries. */
export interface EntryOptions extends Pick<SourceOptions, "labelColumn" | "classes" | "columns"> {
  /** The only modality of the file, whatever name its features have. */
  readonly only?: Modality;
}

/** The entries of a split as {@linkcode readSplit} takes them. Faults go to `faults`. */
export function canonical(
  split: SplitName | "all",
  entries: Entries,
  options: EntryOptions,
  notes: Notes,
  faults: string[],
): Map<string, unknown> {
  const found = renamed(split, entries, notes);
  divideColumns(split, entries, found, options, faults);
  readNumbers(split, found, notes, faults);
  shareLengths(found, notes);
  countMissing(split, found, notes);
  readTexts(split, found, notes);
  readIds(split, found, notes);
  readLabels(split, found, options, faults);
  if (found.has("text_bert")) {
    const { value, note } = arrangedTokens(found.get("text_bert"));
    found.set("text_bert", value);
    if (note !== null) notes.renamed.add(`text_bert (${note}) → text_bert`);
  }
  return found;
}

/** Values by what their keys mean; the others are told as ignored. */
function renamed(split: SplitName | "all", entries: Entries, notes: Notes): Map<string, unknown> {
  const meanings = meaningsOf(entries);
  const found = new Map<string, unknown>();
  for (const [meaning, key] of meanings) {
    found.set(meaning, entries.get(key));
    if (key !== meaning) notes.renamed.add(`${key} → ${meaning}`);
  }
  const known = new Set(meanings.values());
  const parts: readonly string[] = Object.values(PART_KEYS);
  for (const key of entries.keys()) {
    // Sentences under `text` beside others are the same once more.
    if (known.has(key) || key === ALL_COLUMNS || key === "text") continue;
    found.set(key, entries.get(key));
    const other = meanings.get(meaningOf(key) ?? "");
    const near = nearest(key, SPLIT_KEYS.filter((name) => !meanings.has(name)));
    const hint = near !== undefined && looksLike(key, near) ? `: is it "${near}"?` : "";
    const taken = other === undefined ? "" : `: "${other}" is ${meaningOf(key)} already`;
    const message = `ignores key "${key}"${taken || hint}`;
    notes.addIgnored(
      problem("warning", "unknown-key", message, {
        split: split === "all" ? null : split,
        count: 1,
      }),
    );
  }
  for (const part of parts) if (found.has(part) && part === PART_KEYS.mode) found.delete(part);
  return found;
}

/** Sequences that are None in some samples are zeros there. */
function countMissing(split: SplitName | "all", found: Map<string, unknown>, notes: Notes): void {
  for (const modality of MODALITIES) {
    const rows = found.get(modality);
    if (!isList(rows)) continue;
    const missing = rows.filter((row) => row === null || isList(row) && row.length === 0).length;
    if (missing === 0 || missing === rows.length) continue;
    const where = split === "all" ? "" : ` of split "${split}"`;
    notes.addWarning(
      `has no ${modality} in ${missing} of ${rows.length} samples${where}: taken as zeros`,
    );
  }
}

/** Lengths of no modality are those of each that has none and is long enough. */
function shareLengths(found: Map<string, unknown>, notes: Notes): void {
  const lengths = floatsOf(found.get(PART_KEYS.lengths));
  found.delete(PART_KEYS.lengths);
  if (lengths === null) return;
  const longest = lengths.values.reduce((most, length) => Math.max(most, length), 0);
  for (const modality of MODALITIES) {
    const shape = floatSource(found.get(modality))?.shape ?? [];
    const fits = shape.length === 3 && shape[0] === lengths.values.length && longest <= shape[1]!;
    if (!fits || found.has(`${modality}_lengths`)) continue;
    found.set(`${modality}_lengths`, Array.from(lengths.values));
    notes.renamed.add(`${PART_KEYS.lengths} → ${modality}_lengths`);
  }
}

/** Whole numbers under `text` are no features. */
function readNumbers(
  split: SplitName | "all",
  found: Map<string, unknown>,
  notes: Notes,
  faults: string[],
): void {
  const kind = wordNumbers(found.get("text"));
  if (kind === null) return;
  if (kind === "tokens" && !found.has("text_bert")) {
    found.set("text_bert", found.get("text"));
    notes.renamed.add("text → text_bert");
  } else if (kind === "words") {
    faults.push(
      `split "${split}" has whole numbers under "text", which are words of a vocabulary and no ` +
        "features: expected their vectors, or the tokens of a BERT, which begin with 101",
    );
  }
  found.delete("text");
  found.delete("text_lengths");
}

/** Whether a key may be a misspelling: it shares most of its letters with the known one. */
function looksLike(key: string, known: string): boolean {
  const letters = [...key.toLowerCase()].filter((letter) => known.includes(letter)).length;
  return Math.abs(key.length - known.length) <= 2 && letters >= 0.7 * key.length;
}

/** Takes an array of all columns apart. */
function divideColumns(
  split: SplitName | "all",
  entries: Entries,
  found: Map<string, unknown>,
  { columns, only }: EntryOptions,
  faults: string[],
): void {
  const key = allColumnsKey(entries, found);
  if (only !== undefined) {
    if (key !== undefined && !found.has(only)) found.set(only, entries.get(key));
    return;
  }
  if (columns === undefined) {
    if (key === undefined || MODALITIES.some((modality) => found.has(modality))) return;
    const width = widthOf(entries.get(key)) ?? 0;
    faults.push(
      `split "${split}" has its features in one array of ${width} columns, expected ` +
        "--columns text=0:300,audio=300:305,… that says which are which, or --audio PATH where all " +
        "are of one modality",
    );
    return;
  }
  const source = key === undefined ? null : floatSource(entries.get(key));
  if (source === null) {
    faults.push(`split "${split}" has no array of all columns, which --columns would take apart`);
    return;
  }
  const width = source.shape.at(-1)!;
  for (const [modality, [from, to]] of Object.entries(columns)) {
    if (to > width) {
      faults.push(
        `split "${split}" has ${width} columns, expected ${to} for --columns ${modality}=${from}:${to}`,
      );
    } else found.set(modality, new ColumnRange(source, from, to));
  }
}

/** The array that holds all columns: the one of that name, else the only one that means nothing. */
function allColumnsKey(entries: Entries, found: ReadonlyMap<string, unknown>): string | undefined {
  if (entries.has(ALL_COLUMNS)) return ALL_COLUMNS;
  const meanings = new Set(meaningsOf(entries).values());
  const unnamed = [...entries].filter(([key, value]) =>
    !meanings.has(key) && isFeatures(value) && rankOf(value) >= 2
  );
  if (unnamed.length === 1) return unnamed[0]![0];
  // With --columns, an array of all columns may have the name of one modality.
  const named = MODALITIES.filter((modality) => found.has(modality));
  return unnamed.length === 0 && named.length === 1
    ? meaningsOf(entries).get(named[0]!)
    : undefined;
}

function widthOf(value: unknown): number | undefined {
  return floatSource(value)?.shape.at(-1);
}

/** One sentence a sample; missing ones are empty. */
function readTexts(split: SplitName | "all", found: Map<string, unknown>, notes: Notes): void {
  if (!found.has("raw_text")) return;
  const sentences = sentencesOf(found.get("raw_text"));
  if (sentences === null) return;
  const { texts, missing, latin1 } = sentences;
  found.set("raw_text", texts);
  notes.addLatin1(split, latin1);
  // Some files have the key and no text at all.
  if (missing < texts.length) notes.addMissingTexts(split, missing);
}

function readIds(split: SplitName | "all", found: Map<string, unknown>, notes: Notes): void {
  const [videos, clips] = [PART_KEYS.video, PART_KEYS.clip].map((key) => {
    const value = found.get(key);
    found.delete(key);
    return value === undefined ? undefined : idsOf(value)?.texts;
  });
  if (!found.has("id") && videos !== undefined) {
    const isPair = clips !== undefined && clips.length === videos.length;
    found.set("id", isPair ? joinedIds(videos, clips) : videos);
    if (isPair) notes.renamed.add("video_id, clip_id → id");
  } else if (!found.has("id") && clips !== undefined) found.set("id", clips);
  if (!found.has("id")) return;
  const ids = idsOf(found.get("id"));
  if (ids === null) return;
  found.set("id", ids.texts);
  notes.addLatin1(split, ids.latin1);
}

/** Number of samples, by the first value that has one for each. */
export function rowCount(entries: Entries): number | undefined {
  return [...MODALITIES, "text_bert", "raw_text", "regression_labels"]
    .map((key) => rowsOf(entries.get(key))).find((rows) => rows !== undefined);
}
