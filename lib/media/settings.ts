/** What is extracted from clips, and the recipe that follows from it. @module */

import { UsageError } from "../core/errors.ts";
import { unknownName } from "../core/suggest.ts";
import type { FeatureRecipe } from "../data/mod.ts";
import { DESCRIPTOR_NAMES, type DescriptorName, LIBROSA } from "./audio/descriptors.ts";
import { FACE_SET_NAMES, type FaceSetName } from "./vision/face_sets.ts";
import type { FaceChoice } from "./vision/follow.ts";

/** A set of numbers of sound: a descriptor, openSMILE's, or the states of an encoder on disk. */
export type AudioSet = DescriptorName | "egemaps" | "wav2vec2" | "hubert";

/** A set of numbers of pictures: of a face, or of an encoder on disk. */
export type VisionSet = FaceSetName | "clip";

/** Sets that are not put beside others. */
const ALONE: readonly string[] = ["egemaps", "wav2vec2", "hubert", "clip"];

/** What steps are: of equal length, or words by the times of transcripts, or of subtitles. */
export type StepAlignment = "none" | "words" | "cues";

/** What is extracted. */
export interface ExtractSettings {
  /** Sets of numbers of the sound; none: no audio. */
  readonly audio: readonly AudioSet[];
  /** Sets of numbers of the pictures; none: no vision. */
  readonly vision: readonly VisionSet[];
  /** Folder of an encoder of sound, for `wav2vec2` and `hubert`; null where there is none. */
  readonly audioEncoder: string | null;
  /** Folder of an encoder of pictures, for `clip`; null where there is none. */
  readonly visionEncoder: string | null;
  /** Folder of a Whisper, which hears what is said where nothing tells; null where there is none. */
  readonly transcriber: string | null;
  /** Pictures a second. */
  readonly fps: number;
  /** Which face of several. */
  readonly face: FaceChoice;
  /** What steps are. */
  readonly align: StepAlignment;
}

/**
 * What holds where nothing else is asked for: CH-SIMS's 33 numbers of sound, and head pose, gaze and
 * openings of the largest face ten times a second.
 *
 * @example
 * ```ts
 * import { EXTRACT_DEFAULTS } from "./settings.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([EXTRACT_DEFAULTS.vision, EXTRACT_DEFAULTS.fps], [["geometry"], 10]);
 * ```
 */
export const EXTRACT_DEFAULTS: ExtractSettings = {
  audio: LIBROSA,
  vision: ["geometry"],
  audioEncoder: null,
  visionEncoder: null,
  transcriber: null,
  fps: 10,
  face: "largest",
  align: "none",
};

/**
 * What `--audio` names: `librosa`, `none`, or descriptors with commas between them.
 *
 * @throws {UsageError} an unknown name
 *
 * @example
 * ```ts
 * import { parseAudio } from "./settings.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseAudio("librosa"), ["zcr", "mfcc", "chroma"]);
 * assertEquals(parseAudio("rms,flatness"), ["rms", "flatness"]);
 * ```
 */
export function parseAudio(text: string): readonly AudioSet[] {
  const known = ["librosa", ...DESCRIPTOR_NAMES, "egemaps", "wav2vec2", "hubert"] as const;
  const names = namesIn<AudioSet | "librosa">(text, "audio features", known);
  return names.flatMap((name): readonly AudioSet[] => name === "librosa" ? LIBROSA : [name]);
}

/**
 * What `--vision` names: `none`, or sets with commas between them.
 *
 * @throws {UsageError} an unknown name
 *
 * @example
 * ```ts
 * import { parseVision } from "./settings.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseVision("geometry,expression"), ["geometry", "expression"]);
 * assertEquals(parseVision("none"), []);
 * ```
 */
export function parseVision(text: string): readonly VisionSet[] {
  return namesIn(text, "vision features", [...FACE_SET_NAMES, "clip"]);
}

function namesIn<Name extends string>(
  text: string,
  what: string,
  known: readonly Name[],
): readonly Name[] {
  if (text === "none") return [];
  const names = text.split(",").map((part) => part.trim());
  const parts = names.flatMap((name): readonly string[] => name === "librosa" ? LIBROSA : [name]);
  for (const name of names) {
    if (!known.includes(name as Name)) throw new UsageError(unknownName(what, name, known));
    if (ALONE.includes(name) && names.length > 1) {
      throw new UsageError(`Cannot use ${what} "${text}": ${name} goes with no other`);
    }
  }
  if (new Set(parts).size < parts.length) {
    throw new UsageError(`Cannot use ${what} "${text}": expected each once`);
  }
  return names as Name[];
}

/**
 * The settings that a recipe came from, as far as this version knows them.
 *
 * @throws {UsageError} it has features that are unknown here
 *
 * @example
 * ```ts
 * import { settingsOf } from "./settings.ts";
 * import { assertEquals } from "@std/assert";
 * const recipe = { version: 1, audio: { features: "rms" }, align: "none", tools: {} };
 * assertEquals([settingsOf(recipe).audio, settingsOf(recipe).vision], [["rms"], []]);
 * ```
 */
export function settingsOf(recipe: FeatureRecipe): ExtractSettings {
  const { audio, vision } = recipe;
  return {
    ...EXTRACT_DEFAULTS,
    audio: audio === undefined ? [] : parseAudio(String(audio["features"])),
    vision: vision === undefined ? [] : parseVision(String(vision["features"])),
    fps: Number(vision?.["fps"] ?? EXTRACT_DEFAULTS.fps),
    face: vision?.["face"] === "speaker" ? "speaker" : "largest",
    align: recipe.align as StepAlignment,
  };
}
