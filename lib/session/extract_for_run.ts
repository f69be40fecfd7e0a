/** A clip of one's own made ready for a run: extracted by the recipe of the run's training. @module */

import { basename, dirname, join, resolve } from "node:path";
import { DataError, UsageError } from "../core/errors.ts";
import { type Modality, requireRecipe } from "../data/mod.ts";
import { MediaError } from "../media/media_error.ts";
import { extractListed } from "../media/extract.ts";
import { settingsOf } from "../media/settings.ts";
import type { RunRecord } from "../training/mod.ts";

/** Networks on disk that a training's features were made with. */
export interface ClipEncoders {
  /** The BERT, for a run on features of the text. */
  readonly bert?: string;
  /** The encoder of sound, for a run on features of wav2vec 2.0 or HuBERT. */
  readonly audioEncoder?: string;
  /** The encoder of pictures, for a run on features of CLIP or its like. */
  readonly visionEncoder?: string;
  /** A Whisper, which hears what is said where nothing tells. */
  readonly transcriber?: string;
}

/** A clip and what is said in it. */
export interface ClipToScore extends ClipEncoders {
  /** A video, or sound alone for a run without vision. */
  readonly path: string;
  /** What is said; default: a transcript beside the clip (`.json`, `.vtt`, `.srt`, `.txt`). */
  readonly text?: string;
}

/** A store of one clip. Dispose it to remove it. */
export interface ClipStore extends Disposable {
  readonly path: string;
  /** What moves the last digits of its features only, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Extracts one clip as the data of a run were.
 *
 * @param run the run's folder, for errors
 * @throws {DataError} nobody knows how the run's features were made, or the clip cannot be used
 * @throws {UsageError} features of its words are needed, and no BERT is given
 */
export async function extractForRun(
  run: string,
  { data: { recipe, widths } }: RunRecord,
  { path, text, bert, audioEncoder, visionEncoder, transcriber }: ClipToScore,
): Promise<ClipStore> {
  const cannot = `Cannot score "${path}" with the run "${run}"`;
  if (recipe === undefined) {
    throw new DataError(
      `${cannot}: nobody knows how the features of its training were made, as published files do ` +
        "not tell; train on clips that features:extract has read, or give features as --data",
    );
  }
  // What the run does not read need not be there.
  const { audio, vision, ...rest } = settingsOf(recipe);
  const settings = {
    ...rest,
    audio: widths["audio"] === undefined ? [] : audio,
    vision: widths["vision"] === undefined ? [] : vision,
    audioEncoder: audioEncoder ?? null,
    visionEncoder: visionEncoder ?? null,
    transcriber: transcriber ?? null,
  };
  const { text: words } = recipe;
  const isTextRead = widths["text"] !== undefined;
  if (isTextRead && words !== undefined && bert === undefined) {
    throw new UsageError(
      `${cannot}: it reads features of the words, expected --bert FOLDER with the BERT that made them`,
    );
  }
  const folder = Deno.makeTempDirSync();
  const remove = () => Deno.removeSync(folder, { recursive: true });
  try {
    const name = basename(path).replace(/\.[^.]*$/, "");
    const clip = {
      id: name,
      path: resolve(path),
      split: "test",
      text: text ?? null,
      labels: {},
      annotation: null,
    } as const;
    const store = join(folder, "store");
    const { meta, report: { failed: [failure] } } = await extractListed(
      [clip],
      dirname(resolve(path)),
      store,
      {
        settings,
        jobs: 1,
        ...(isTextRead && bert !== undefined
          ? { bert, textKind: words?.["kind"] === "cls" ? "cls" : "tokens" }
          : {}),
      },
    );
    if (failure !== undefined) {
      const hint = failure.hint === null ? "" : `; ${failure.hint}`;
      throw new MediaError(failure.stage, `${cannot}: ${failure.reason}${hint}`);
    }
    const read = Object.keys(widths) as Modality[];
    const notes = requireRecipe(path, meta?.recipe ?? null, recipe, read);
    return { path: store, notes, [Symbol.dispose]: remove };
  } catch (error) {
    remove();
    throw error;
  }
}
