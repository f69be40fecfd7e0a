/** Faces through a clip: found, followed, and one of them chosen. @module */

import type { Track } from "../track.ts";
import { detectFaces } from "./face_detector.ts";
import { type Face, lookAt } from "./face.ts";
import type { FaceModels } from "./face_models.ts";
import { faceRow, type FaceSetName, faceWidth } from "./face_sets.ts";
import { axesOf } from "./geometry.ts";
import type { Picture, Square } from "./picture.ts";
import { loudnessOf, type SeenFace, speakingScore } from "./speaker.ts";

/** Which face of several is taken. */
export type FaceChoice = "largest" | "speaker";

/** What is asked for. */
export interface FollowOptions {
  readonly sets: readonly FaceSetName[];
  /** Pictures a second. */
  readonly fps: number;
  readonly choice: FaceChoice;
  /** Of the clip, for `speaker`; null where there is no sound, or none is needed. */
  readonly sound: { readonly samples: Float32Array; readonly rate: number } | null;
}

/** Features of the face of a clip; frames without one are zeros. */
export interface FaceTrack extends Track {
  /** Frames with a face; null where none is looked for. */
  readonly seen: number | null;
  /** Most faces that were found at once; null where none is looked for. */
  readonly mostFaces: number | null;
}

/** Faces that are followed at once where the one that speaks is looked for. */
const MOST_FOLLOWED = 4;
/** A new face takes the place of a followed one when it is larger by this factor. */
const TAKES_OVER = 1.3;
/** From this correlation on a face counts as speaking. */
const SPEAKS = 0.2;

/** A face that is or was followed. */
interface Person {
  /** Where it is; null when it is lost. */
  region: Square | null;
  readonly frames: number[];
  readonly mouth: number[];
  readonly rows: Map<number, { readonly row: Float32Array; readonly size: number }>;
}

/** The numbers of the chosen face in every picture, a row each. */
export async function followFaces(
  models: FaceModels,
  pictures: AsyncIterable<Picture>,
  options: FollowOptions,
): Promise<FaceTrack> {
  const { fps, sound } = options;
  const follower = new FaceFollower(models, options);
  let frames = 0;
  for await (const picture of pictures) follower.next(picture, frames++);
  const isSpeaker = options.choice === "speaker" && sound !== null && follower.people.length > 1;
  const loudness = isSpeaker ? loudnessOf(sound.samples, sound.rate, fps, frames) : null;
  const scores = follower.people.map((person) =>
    loudness === null ? null : speakingScore(person satisfies SeenFace, loudness, fps)
  );
  const width = faceWidth(options.sets);
  const values = new Float32Array(frames * width);
  let seen = 0;
  for (let t = 0; t < frames; t++) {
    const row = chosenRow(follower.people, scores, t);
    if (row === null) continue;
    values.set(row, t * width);
    seen++;
  }
  const times = Float64Array.from({ length: frames }, (_, t) => t / fps);
  return { values, width, times, seen, mostFaces: follower.mostFaces };
}

/** Of the face that speaks, where one does; else of the largest. */
function chosenRow(
  people: readonly Person[],
  scores: readonly (number | null)[],
  frame: number,
): Float32Array | null {
  let best: { readonly row: Float32Array; readonly speaks: number; readonly size: number } | null =
    null;
  people.forEach(({ rows }, i) => {
    const found = rows.get(frame);
    if (found === undefined) return;
    const score = scores[i] ?? 0, speaks = score >= SPEAKS ? score : 0;
    const isBetter = best === null || speaks > best.speaks ||
      (speaks === best.speaks && found.size > best.size);
    if (isBetter) best = { ...found, speaks };
  });
  return (best as { readonly row: Float32Array } | null)?.row ?? null;
}

class FaceFollower {
  readonly people: Person[] = [];
  mostFaces = 0;
  readonly #models: FaceModels;
  readonly #options: FollowOptions;
  readonly #most: number;

  constructor(models: FaceModels, options: FollowOptions) {
    this.#models = models;
    this.#options = options;
    this.#most = options.choice === "speaker" ? MOST_FOLLOWED : 1;
  }

  next(picture: Picture, frame: number): void {
    for (const person of this.#followed()) {
      this.#record(person, picture, frame, lookAt(this.#models, picture, person.region!));
    }
    // A look at the whole picture is dear, and needed where nobody is followed, or somebody new may
    // have come.
    const isDue = frame % Math.max(1, Math.round(this.#options.fps)) === 0;
    if (isDue || this.#followed().length === 0) this.#search(picture, frame);
  }

  #followed(): Person[] {
    return this.people.filter(({ region }) => region !== null);
  }

  #search(picture: Picture, frame: number): void {
    const squares = detectFaces(this.#models, picture);
    this.mostFaces = Math.max(this.mostFaces, squares.length);
    for (const square of squares) {
      const followed = this.#followed();
      if (followed.some(({ region }) => isSame(region!, square))) continue;
      const smallest = followed.toSorted((a, b) => a.region!.size - b.region!.size)[0];
      const isFull = followed.length >= this.#most;
      if (isFull && square.size < TAKES_OVER * smallest!.region!.size) continue;
      // The detector's square is rough: what it shows tells where to look properly.
      const rough = lookAt(this.#models, picture, square);
      const face = rough === null ? null : lookAt(this.#models, picture, rough.region);
      if (face === null || followed.some(({ region }) => isSame(region!, face.region))) continue;
      if (isFull) {
        smallest!.rows.delete(frame);
        smallest!.region = null;
      }
      const person: Person = { region: null, frames: [], mouth: [], rows: new Map() };
      this.people.push(person);
      this.#record(person, picture, frame, face);
    }
  }

  #record(person: Person, picture: Picture, frame: number, face: Face | null): void {
    person.region = face?.region ?? null;
    if (face === null) return;
    const row = faceRow(this.#models, picture, face, this.#options.sets);
    person.rows.set(frame, { row, size: face.region.size });
    person.frames.push(frame);
    person.mouth.push(mouthOpening(face));
  }
}

/** Whether two squares are around the same face: the middle of the one is well within the other. */
function isSame(a: Square, b: Square): boolean {
  return Math.hypot(a.x - b.x, a.y - b.y) < 0.35 * Math.max(a.size, b.size);
}

/** Distance of the lips in eye distances. */
function mouthOpening(face: Face): number {
  const { points } = face, [upper, lower] = [3 * 13, 3 * 14];
  const difference = [0, 1, 2].map((i) => points[upper + i]! - points[lower + i]!);
  return Math.hypot(...difference) / axesOf(face).scale;
}
