/** Why a clip cannot be used. @module */

import { DataError } from "../core/errors.ts";

/** Which part of the work on a clip failed. */
export type Stage = "file" | "sound" | "frames" | "text" | "features";

/**
 * A clip cannot be used. The message says what is wrong with it and is part of a sentence whose
 * beginning names the clip: `it has no sound`.
 *
 * @example
 * ```ts
 * import { MediaError } from "./media_error.ts";
 * import { assertEquals } from "@std/assert";
 * const error = new MediaError("sound", "it has no sound", "--audio none does without");
 * assertEquals([error.stage, error.message], ["sound", "it has no sound"]);
 * ```
 */
export class MediaError extends DataError {
  /** Name of the kind of error. */
  override readonly name: string = "MediaError";
  /** Which part of the work failed. */
  readonly stage: Stage;
  /** What can be done about it; null where nothing is known. */
  readonly hint: string | null;

  /** Names what is wrong. */
  constructor(stage: Stage, message: string, hint: string | null = null) {
    super(message);
    this.stage = stage;
    this.hint = hint;
  }
}
