/** What an extraction has seen, for the one who has to trust it. @module */

import type { DoneClip } from "./assemble.ts";
import type { Clip } from "./clips.ts";
import type { ClipFailure } from "./messages.ts";
import type { Transcript } from "./text/transcript.ts";

/** A clip that is in the store. */
export interface ClipSummary {
  /** `VIDEO$_$CLIP` */
  readonly id: string;
  /** Steps before any alignment; null where that modality was not extracted. */
  readonly audioSteps: number | null;
  /** As `audioSteps`. */
  readonly visionSteps: number | null;
  /** Part of the vision steps with a face, 0 to 1. */
  readonly faceRate: number | null;
  /** Most faces at once. */
  readonly mostFaces: number | null;
  /** Whether its sound is silence from end to end. */
  readonly isSilent: boolean;
  /** Of the media file. */
  readonly sha256: string;
  /** What was heard in it, null where nothing was; absent where its words came with it. */
  readonly heard?: Transcript | null;
}

/** What an extraction has seen; `features.json` of a store. */
export interface ExtractionReport {
  /** Number of all clips. */
  readonly all: number;
  /** Number of those in the store. */
  readonly done: number;
  /** Those that could not be used, and why. */
  readonly failed: readonly ClipFailure[];
  /** Ids of clips without a face in any frame. */
  readonly noFace: readonly string[];
  /** Ids of clips with several faces at once. */
  readonly severalFaces: readonly string[];
  /** Ids of clips whose sound is silence. */
  readonly silent: readonly string[];
  /** Ids of clips whose words were heard in them. */
  readonly heard: readonly string[];
  /** Ids of clips without words. */
  readonly noText: readonly string[];
  /** Mean over clips of the part of frames with a face; null without vision. */
  readonly meanFaceRate: number | null;
  /** What the numbers of a step are; null where they have no names, or there are none. */
  readonly columns: {
    readonly audio: readonly string[] | null;
    readonly vision: readonly string[] | null;
  };
  /** Each clip that is done. */
  readonly clips: readonly ClipSummary[];
}

/** The report of clips that have ended. */
export function reportOf(
  all: readonly Clip[],
  done: readonly DoneClip[],
  failed: readonly ClipFailure[],
  columns: ExtractionReport["columns"],
): ExtractionReport {
  const clips = done.map(({ note }): ClipSummary => ({
    id: note.id,
    audioSteps: note.audio?.steps ?? null,
    visionSteps: note.vision?.steps ?? null,
    faceRate: note.vision?.seen == null ? null : note.vision.seen / note.vision.steps,
    mostFaces: note.vision?.mostFaces ?? null,
    isSilent: note.isSilent,
    sha256: note.file.sha256,
    ...(note.heard === undefined ? {} : { heard: note.heard }),
  }));
  const idsOf = (isMeant: (clip: ClipSummary) => boolean) =>
    clips.filter(isMeant).map(({ id }) => id);
  const rates = clips.flatMap(({ faceRate }) => faceRate ?? []);
  const order = new Map(all.map(({ id }, i) => [id, i]));
  return {
    all: all.length,
    done: done.length,
    failed: failed.toSorted((a, b) => order.get(a.id)! - order.get(b.id)!),
    noFace: idsOf(({ faceRate }) => faceRate === 0),
    severalFaces: idsOf(({ mostFaces }) => (mostFaces ?? 0) > 1),
    silent: idsOf(({ isSilent }) => isSilent),
    heard: idsOf(({ heard }) => !!heard?.text),
    noText: done.filter(({ spoken }) => !spoken.text).map(({ clip }) => clip.id),
    meanFaceRate: rates.length === 0
      ? null
      : rates.reduce((sum, rate) => sum + rate, 0) / rates.length,
    columns,
    clips,
  };
}
