/**
 * From a folder of clips to a store that every model trains on.
 *
 * @module
 */

import { basename, dirname, join, resolve } from "node:path";
import { exists, writeJsonAtomic } from "../core/files.ts";
import { lockFolder } from "../core/lock.ts";
import {
  convertSource,
  type FeatureRecipe,
  type ProtocolName,
  type StoreMeta,
} from "../data/mod.ts";
import { readMeta } from "../data/store/mod.ts";
import { addText, type TextKind } from "./add_text.ts";
import { assemble, contentHash, type DoneClip } from "./assemble.ts";
import { ClipFiles, type ClipNote } from "./clip_files.ts";
import { type Clip, listClips, requireLabels } from "./clips.ts";
import { ffmpegVersion, MEDIA_LIMITS, type MediaLimits } from "./decode/ffmpeg.ts";
import { findFinished, REPORT_FILE } from "./finished.ts";
import { MediaError } from "./media_error.ts";
import type { ClipFailure, ClipJob } from "./messages.ts";
import { workOff } from "./pool.ts";
import { type ExtractionReport, reportOf } from "./report.ts";
import { recipeOf } from "./recipe.ts";
import { EXTRACT_DEFAULTS, type ExtractSettings } from "./settings.ts";
import { isUnsaid, type Spoken, spokenIn } from "./spoken.ts";

/** A moment of an extraction. */
export interface ExtractionProgress {
  /** Clips that have ended in this call or before. */
  readonly done: number;
  /** Of them, those that could not be used. */
  readonly failed: number;
  /** Of all clips. */
  readonly all: number;
  /** Pictures looked at in this call. */
  readonly frames: number;
}

/** How clips are extracted. */
export interface ExtractClipsOptions {
  /** What is extracted; what is absent has its default. */
  readonly settings?: Partial<ExtractSettings>;
  /** A CSV of clips; default: `label.csv` in their folder, where there is one. */
  readonly labels?: string;
  /** Processes at a time; default: one for each core. */
  readonly jobs?: number;
  /** Bounds of each clip. */
  readonly limits?: Partial<MediaLimits>;
  /** Whether a store is written of the others when a clip fails; by default none is. */
  readonly skipFailed?: boolean;
  /** A BERT in a folder, whose features of the words become the text; by default words only. */
  readonly bert?: string;
  /** Of the BERT: the states of all tokens (default), or of `[CLS]` alone. */
  readonly textKind?: TextKind;
  /** The protocol, where it is known. */
  readonly protocol?: ProtocolName;
  /** Called after each clip. */
  readonly onProgress?: (progress: ExtractionProgress) => void;
  /** Aborting it ends the extraction; the same call goes on. */
  readonly signal?: AbortSignal;
}

/** What came of it. */
export interface ClipExtraction {
  /** The store. */
  readonly folder: string;
  /** False when the same store was there already, or none was written, since clips failed. */
  readonly written: boolean;
  /** What the store says of itself; null where none was written, since clips failed. */
  readonly meta: StoreMeta | null;
  /** What was seen on the way. */
  readonly report: ExtractionReport;
  /** Warnings about the store. */
  readonly warnings: readonly string[];
}

/**
 * Extracts features of the clips in `data`, in processes of their own, and writes a store. Clips
 * that are done are kept beside `folder` until then, and the same call goes on with them.
 *
 * @throws {DataError} there are no clips, `folder` holds something else, or clips that are kept
 *   there were extracted otherwise
 * @throws {EngineError} there is no ffmpeg
 * @throws the signal's reason when it was aborted
 *
 * @example
 * ```ts
 * import { extractClips } from "./mod.ts";
 * import { assertRejects } from "@std/assert";
 * const folder = Deno.makeTempDirSync();
 * const settings = { vision: ["geometry", "expression"], fps: 10 } as const;
 * const extract = () => extractClips(folder, `${folder}/store`, { settings });
 * await assertRejects(extract, Error, "it has no clips");
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export async function extractClips(
  data: string,
  folder: string,
  options: ExtractClipsOptions = {},
): Promise<ClipExtraction> {
  const clips = listClips(data, options.labels);
  requireLabels(clips, options.protocol ?? ownProtocol(clips));
  return await extractListed(clips, data, folder, options);
}

/** As {@linkcode extractClips}, of clips that are listed, all below `data`. */
export async function extractListed(
  clips: readonly Clip[],
  data: string,
  folder: string,
  options: ExtractClipsOptions,
): Promise<ClipExtraction> {
  const settings = { ...EXTRACT_DEFAULTS, ...options.settings };
  const recipe = recipeOf(settings, { ffmpeg: await ffmpegVersion() });
  const { bert, textKind = "tokens" } = options;
  const finished = findFinished(folder, clips, recipe, bert === undefined ? null : textKind);
  if (finished !== null) return { folder, written: false, ...finished, warnings: [] };
  const target = resolve(folder);
  const files = new ClipFiles(join(dirname(target), `.${basename(target)}.clips`));
  using lock = lockFolder(files.folder);
  files.claim(recipe);
  const failures: ClipFailure[] = [];
  const notes = await extractAll(data, clips, settings, files, options, failures);
  const done = withWords(clips, notes, settings, failures);
  const report = reportOf(clips, done, failures, files.readColumns());
  const isWritten = done.length > 0 && (failures.length === 0 || options.skipFailed === true);
  if (!isWritten) return { folder, written: false, meta: null, report, warnings: [] };
  const { meta, warnings } = await writeStore(data, folder, done, files, recipe, options);
  writeJsonAtomic(join(folder, REPORT_FILE), { ...report, content: contentHash(done) });
  lock[Symbol.dispose]();
  Deno.removeSync(files.folder, { recursive: true });
  return { folder, written: true, meta, report, warnings };
}

/** CH-SIMS alone has labels of single modalities, by which `detectProtocol` knows it too. */
function ownProtocol(clips: readonly Clip[]): ProtocolName | null {
  return clips.some(({ labels }) => labels.text !== undefined) ? "sims" : null;
}

/** Notes by id, of clips that are or were done. */
async function extractAll(
  data: string,
  clips: readonly Clip[],
  settings: ExtractSettings,
  files: ClipFiles,
  options: ExtractClipsOptions,
  failures: ClipFailure[],
): Promise<ReadonlyMap<string, ClipNote>> {
  const notes = new Map<string, ClipNote>();
  const jobs: ClipJob[] = [];
  for (const clip of clips) {
    const { id, path } = clip;
    if (path === null) {
      const hint = "label.csv names it; expected a file such as Raw/VIDEO/CLIP.mp4";
      failures.push({ id, stage: "file", reason: "there is no such file", hint });
      continue;
    }
    const note = exists(path) ? files.note(id, path) : null;
    const isToHear = settings.transcriber !== null && isUnsaid(clip);
    if (note === null || (isToHear && note.heard === undefined)) {
      jobs.push({ id, path, isUnsaid: isToHear });
    } else notes.set(id, note);
  }
  let frames = 0;
  const tell = () =>
    options.onProgress?.({
      done: notes.size + failures.length,
      failed: failures.length,
      all: clips.length,
      frames,
    });
  tell();
  if (jobs.length === 0) return notes;
  await workOff(jobs, {
    jobs: options.jobs ?? navigator.hardwareConcurrency,
    worker: {
      data,
      work: files.folder,
      settings,
      limits: { ...MEDIA_LIMITS, ...options.limits },
    },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    onEnd: (result) => {
      if ("reason" in result) failures.push(result);
      else {
        notes.set(result.id, result);
        frames += result.vision?.steps ?? 0;
      }
      tell();
    },
  });
  return notes;
}

/** Clips that are done and whose words can be read, in the order of all. */
function withWords(
  clips: readonly Clip[],
  notes: ReadonlyMap<string, ClipNote>,
  { align }: ExtractSettings,
  failures: ClipFailure[],
): DoneClip[] {
  return clips.flatMap((clip) => {
    const note = notes.get(clip.id);
    if (note === undefined) return [];
    let spoken: Spoken;
    try {
      spoken = spokenIn(clip, align, note.heard);
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      const { stage, message: reason, hint } = error;
      failures.push({ id: clip.id, stage, reason, hint });
      return [];
    }
    return [{ clip, spoken, note }];
  });
}

async function writeStore(
  data: string,
  folder: string,
  done: readonly DoneClip[],
  files: ClipFiles,
  recipe: FeatureRecipe,
  { bert, textKind = "tokens", protocol, signal }: ExtractClipsOptions,
): Promise<{ readonly meta: StoreMeta; readonly warnings: readonly string[] }> {
  using source = assemble(data, done, files, recipe);
  const words = bert === undefined ? folder : join(files.folder, "words");
  if (words !== folder && exists(words)) Deno.removeSync(words, { recursive: true });
  const { meta, problems } = convertSource(source, words, protocol && { protocol });
  const warnings = problems.map(({ message }) => message);
  if (bert === undefined) return { meta, warnings };
  const spoken = done.flatMap(({ clip: { id }, spoken: { words } }) =>
    words === null ? [] : [[id, words.map(({ word }) => word)] as const]
  );
  const steps = spoken.length === 0 ? null : Object.fromEntries(spoken);
  await addText(words, bert, folder, textKind, steps, signal);
  return { meta: readMeta(folder), warnings };
}
