/**
 * The clips of a folder: media files, what `label.csv` says of them, and transcripts beside them.
 *
 * @module
 */

import { basename, join, relative, resolve, sep } from "node:path";
import { parseCsv } from "../core/csv.ts";
import { DataError, DataIntegrityError, reasonOf } from "../core/errors.ts";
import { exists } from "../core/files.ts";
import { type Modality, type ProtocolName, type SplitName, SPLITS } from "../data/mod.ts";
import { LABEL_RANGES } from "../data/label_range.ts";

/** Endings of media files; where a clip has several, the first of them. */
const ENDINGS = ["mp4", "mov", "mkv", "webm", "avi", "m4a", "wav", "flac", "mp3", "ogg", "aac"];
const IS_MEDIA = new RegExp(`\\.(${ENDINGS.join("|")})$`, "i");

/** A clip and what is known of it before it is opened. */
export interface Clip {
  /** `VIDEO$_$CLIP`, as in the published files. */
  readonly id: string;
  /** The media file; null where `label.csv` names a clip without one. */
  readonly path: string | null;
  /** Which part of the data it belongs to. */
  readonly split: SplitName;
  /** What is said, by `label.csv`; null where it does not tell. */
  readonly text: string | null;
  /** Labels of all modalities together (`all`) and of single ones. */
  readonly labels: Readonly<Partial<Record<"all" | Modality, number>>>;
  /** Name of its class. */
  readonly annotation: string | null;
}

/** Columns of labels, as CH-SIMS has them. */
const LABEL_COLUMNS = {
  all: "label",
  text: "label_T",
  audio: "label_A",
  vision: "label_V",
} as const;

/**
 * The clips of `folder`, in the order of `label.csv`, or else of their names.
 *
 * A clip is `Raw/VIDEO/CLIP.mp4`, `VIDEO/CLIP.mp4` or `CLIP.mp4` with any ending of sound or video.
 * Without `label.csv` all of them are in `test`, without labels.
 *
 * @param labels the CSV; by default `label.csv` in the folder, where there is one
 * @throws {DataError} the folder has no clips, or the CSV is malformed
 */
export function listClips(folder: string, labels?: string): Clip[] {
  const files = mediaFiles(folder);
  const own = join(folder, "label.csv");
  const path = labels ?? (exists(own) ? own : null);
  const clips = path === null ? withoutLabels(files) : withLabels(path, files);
  if (clips.length > 0) return clips;
  throw new DataError(
    `Cannot extract features of "${folder}": it has no clips, expected files such as ` +
      `Raw/VIDEO/CLIP.mp4 (${ENDINGS.join(", ")})`,
  );
}

/** Paths by id, in the order of their names, numbers by value. */
function mediaFiles(folder: string): Map<string, string> {
  const found: string[] = [];
  try {
    collect(resolve(folder), found);
  } catch (error) {
    throw new DataError(`Cannot read "${folder}": ${reasonOf(error)}, expected a folder of clips`);
  }
  const rank = (path: string) => ENDINGS.indexOf(path.replace(/^.*\./, "").toLowerCase());
  const order = new Intl.Collator("en", { numeric: true });
  found.sort((a, b) => order.compare(a, b) || (a < b ? -1 : 1));
  const files = new Map<string, string>();
  for (const path of found) {
    const id = idOf(relative(resolve(folder), path));
    const other = files.get(id);
    if (other === undefined || rank(path) < rank(other)) files.set(id, path);
  }
  return files;
}

/** Links are followed to files and folders, never out of the folder: `extractClip` sees to that. */
function collect(folder: string, found: string[]): void {
  for (const { name, isDirectory, isSymlink } of Deno.readDirSync(folder)) {
    if (name.startsWith(".")) continue;
    const path = join(folder, name);
    if (isDirectory) collect(path, found);
    else if (IS_MEDIA.test(name) && (!isSymlink || exists(path))) found.push(path);
  }
}

/** `Raw/VIDEO/CLIP.mp4` → `VIDEO$_$CLIP` */
function idOf(path: string): string {
  const parts = path.replace(/\.[^.]*$/, "").split(sep);
  return (parts[0] === "Raw" && parts.length > 1 ? parts.slice(1) : parts).join("$_$");
}

function withoutLabels(files: ReadonlyMap<string, string>): Clip[] {
  return Array.from(files, ([id, path]): Clip => ({
    id,
    path,
    split: "test",
    text: null,
    labels: {},
    annotation: null,
  }));
}

function withLabels(path: string, files: ReadonlyMap<string, string>): Clip[] {
  const { header, rows } = readCsv(path);
  const names = header.map((name) => name.trim());
  const cell = (row: readonly string[], name: string) => row[names.indexOf(name)]?.trim() ?? "";
  const fail = (line: number, problem: string) =>
    new DataError(`Cannot read "${path}": line ${line + 2} ${problem}`);
  if (!names.includes("clip_id")) {
    throw new DataError(
      `Cannot read "${path}": its columns are ${names.join(", ")}, expected video_id, clip_id, ` +
        "text, label, mode",
    );
  }
  const ids = new Set<string>();
  return rows.map((row, line): Clip => {
    const id = [cell(row, "video_id"), cell(row, "clip_id")].filter((part) => part !== "")
      .join("$_$");
    if (id === "") throw fail(line, "names no clip");
    if (ids.has(id)) throw fail(line, `has the clip "${id}" again`);
    ids.add(id);
    const mode = cell(row, "mode");
    const split = mode === "" && !names.includes("mode") ? "train" : toSplit(mode);
    if (split === null) {
      throw fail(line, `has the mode "${mode}", expected ${SPLITS.join(", ")}`);
    }
    const labels: Partial<Record<"all" | Modality, number>> = {};
    for (const [key, column] of Object.entries(LABEL_COLUMNS)) {
      const text = cell(row, column), value = Number(text);
      if (text === "") continue;
      if (!Number.isFinite(value)) {
        throw fail(line, `has the ${column} "${text}", expected a number`);
      }
      labels[key as "all"] = value;
    }
    return {
      id,
      path: files.get(id) ?? null,
      split,
      text: names.includes("text") ? cell(row, "text") : null,
      labels,
      annotation: names.includes("annotation") ? cell(row, "annotation") : null,
    };
  });
}

const ANY = { low: -Infinity, high: Infinity };

/**
 * Refuses labels that no store would take, before anything is computed: out of the protocol's range,
 * or of only some of the clips of a split.
 *
 * @throws {DataIntegrityError} naming the first clip
 */
export function requireLabels(clips: readonly Clip[], protocol: ProtocolName | null): void {
  const { low, high } = protocol === null ? ANY : LABEL_RANGES[protocol];
  for (const [key, column] of Object.entries(LABEL_COLUMNS) as ["all", string][]) {
    const labelled = new Set(
      clips.filter(({ labels }) => labels[key] !== undefined).map(({ split }) => split),
    );
    for (const { id, split, labels } of clips) {
      const value = labels[key];
      if (value === undefined ? !labelled.has(split) : value >= low && value <= high) continue;
      const wanted = value === undefined
        ? `expected one, as others of "${split}" have`
        : `expected a number in [${low}, ${high}] by protocol ${protocol}; see --protocol`;
      throw new DataIntegrityError(
        `Cannot extract features: ${column} of clip "${id}" is ${value ?? "missing"}, ${wanted}`,
      );
    }
  }
}

function readCsv(path: string): ReturnType<typeof parseCsv> {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    throw new DataError(`Cannot read "${path}": ${reasonOf(error)}, expected a CSV of clips`);
  }
  // The published file of CH-SIMS begins with a byte order mark.
  return parseCsv(text.replace(/^\uFEFF/, ""), basename(path));
}

function toSplit(mode: string): SplitName | null {
  const name = mode.toLowerCase();
  return SPLITS.find((split) => split === name) ?? (name === "dev" ? "valid" : null);
}
