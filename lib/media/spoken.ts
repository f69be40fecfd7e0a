/** What is said in each clip, from `label.csv` or a file beside it. @module */

import { exists } from "../core/files.ts";
import type { Clip } from "./clips.ts";
import { MediaError } from "./media_error.ts";
import type { StepAlignment } from "./settings.ts";
import {
  readTranscript,
  type Transcript,
  TRANSCRIPT_ENDINGS,
  type Word,
  wordsOfCues,
} from "./text/transcript.ts";

/** What is said in a clip. */
export interface Spoken {
  /** Null where nothing tells. */
  readonly text: string | null;
  /** Times of words; null where steps are no words. */
  readonly words: readonly Word[] | null;
}

/** Whether nothing tells what is said in a clip. */
export function isUnsaid({ path, text }: Clip): boolean {
  return (text === null || text === "") && path !== null && pathBeside(path) === null;
}

/**
 * Reads what is said in a clip.
 *
 * @param heard in it, where nothing tells what is said; null where nothing was
 * @throws {MediaError} the file beside it is malformed, or has no times where `align` needs them
 */
export function spokenIn(
  { path, text }: Clip,
  align: StepAlignment,
  heard: Transcript | null = null,
): Spoken {
  const transcript = (path === null ? null : beside(path)) ?? heard;
  const said = text !== null && text !== "" ? text : transcript?.text ?? text;
  if (align === "none") return { text: said, words: null };
  const cues = transcript?.cues ?? null;
  const words = transcript?.words ?? (align === "cues" && cues !== null ? wordsOfCues(cues) : null);
  if (words !== null && words.length > 0) return { text: said, words };
  const wanted = align === "words"
    ? 'a .json beside it with {"words": [{"word", "start", "end"}]}'
    : "an .srt, .vtt or .json beside it";
  throw new MediaError("text", "it has no times of words", `expected ${wanted}`);
}

function beside(path: string): Transcript | null {
  const found = pathBeside(path);
  return found === null ? null : readTranscript(found.file, found.ending);
}

function pathBeside(path: string) {
  const stem = path.replace(/\.[^.]*$/, "");
  const ending = TRANSCRIPT_ENDINGS.find((ending) => exists(`${stem}.${ending}`));
  return ending === undefined ? null : { file: `${stem}.${ending}`, ending };
}
