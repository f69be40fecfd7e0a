/** What an extraction and its processes tell each other, an object a line. @module */

import type { MediaLimits } from "./decode/ffmpeg.ts";
import type { ClipNote } from "./clip_files.ts";
import type { Stage } from "./media_error.ts";
import type { ExtractSettings } from "./settings.ts";

/** How a process works. */
export interface MediaWorkerOptions {
  /** The clips' folder. */
  readonly data: string;
  /** Where clips that are done are kept. */
  readonly work: string;
  readonly settings: ExtractSettings;
  readonly limits: MediaLimits;
}

/** To a process: first how to work, then clips. */
export type MediaOrder =
  | { readonly open: MediaWorkerOptions }
  | { readonly clip: ClipJob };

/** A clip with a file. */
export interface ClipJob {
  readonly id: string;
  readonly path: string;
  /** Whether nothing tells what is said in it, so that it has to be heard. */
  readonly isUnsaid: boolean;
}

/** Why a clip could not be used. */
export interface ClipFailure {
  /** `VIDEO$_$CLIP` */
  readonly id: string;
  /** Which part of the work failed. */
  readonly stage: Stage;
  /** A part of a sentence: `it has no sound`. */
  readonly reason: string;
  /** What can be done about it; null where nothing is known. */
  readonly hint: string | null;
}

/** From a process. */
export type MediaReport =
  | { readonly ready: true }
  | { readonly done: ClipNote }
  | { readonly failed: ClipFailure }
  | { readonly unusable: string };
