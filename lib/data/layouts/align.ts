/**
 * What is said, heard and seen at the same time: the samples that the CMU SDK's `align` makes, first
 * by words, with the mean of what is heard and seen during each, then by the times of the labels. A
 * word is a step of all modalities or of none: the SDK leaves a word that a label cuts in two out of
 * those modalities that have nothing in the label's part of it, so that their steps no longer match.
 *
 * @module
 */

import type { ArraySource } from "../arrays/array_source.ts";
import { floatsOf, isArraySource } from "../arrays/values.ts";
import { MODALITIES } from "../modality.ts";
import type { Entries } from "./layout.ts";
import { sentencesOf } from "./texts.ts";
import { isList, isMap } from "./values.ts";

/** Pieces of time that share no more than this share none, as in the SDK; in seconds. */
const EPSILON = 1e-5;

type Interval = readonly [begin: number, end: number];

/** What is said, heard or seen in a video, in pieces of time, in their order. */
export class Track {
  readonly #intervals: readonly Interval[];
  /** Positions of the pieces in the file, where they may be in any order. */
  readonly #order: readonly number[];
  readonly #longest: number;
  readonly #features: unknown;
  #values: ReturnType<typeof floatsOf> | undefined;

  /** @param features [pieces, width] numbers, or words */
  constructor(intervals: readonly Interval[], features: unknown) {
    this.#intervals = intervals;
    this.#features = features;
    // Stable: pieces that begin together stay in the file's order.
    this.#order = [...intervals.keys()].sort((a, b) => intervals[a]![0] - intervals[b]![0]);
    this.#longest = intervals.reduce((most, [begin, end]) => Math.max(most, end - begin), 0);
  }

  /** A track of a file; null where it has no times. */
  static from(value: unknown): Track | null {
    const times = isMap(value) ? value.get("intervals") : undefined;
    if (!isMap(value) || !isArraySource(times) || times.shape[1] !== 2) return null;
    const values = Float64Array.from(times.values() as ArrayLike<number>, Number);
    const intervals = Array.from(
      { length: times.shape[0] ?? 0 },
      (_, i): Interval => [values[2 * i]!, values[2 * i + 1]!],
    );
    return new Track(intervals, value.get("features"));
  }

  /** When the pieces begin and end, as they are in the file. */
  get intervals(): readonly Interval[] {
    return this.#intervals;
  }

  /** Positions of the pieces that share time with an interval; those without duration share none. */
  during([begin, end]: Interval): number[] {
    if (end - begin <= EPSILON) return [];
    const found: number[] = [];
    for (let at = this.#firstAfter(begin - this.#longest); at < this.#order.length; at++) {
      const i = this.#order[at]!;
      const [from, to] = this.#intervals[i]!;
      if (from >= end - EPSILON) break;
      if (to - from > EPSILON && to > begin + EPSILON) found.push(i);
    }
    return found;
  }

  /** The place in order of the first piece that begins at `time` or later: there are thousands. */
  #firstAfter(time: number): number {
    let [low, high] = [0, this.#order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#intervals[this.#order[middle]!]![0] < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** [groups, width] the mean of each group of pieces; zeros for one of none. */
  means(groups: readonly (readonly number[])[]): ArraySource {
    // Read once for all samples of a video.
    const found = this.#values ??= floatsOf(this.#features);
    const width = found?.shape[1] ?? 1;
    const values = new Float32Array(groups.length * width);
    groups.forEach((rows, group) => {
      for (let j = 0; j < width; j++) {
        let sum = 0;
        for (const row of rows) sum += found?.values[row * width + j] ?? 0;
        values[group * width + j] = rows.length === 0 ? 0 : sum / rows.length;
      }
    });
    return {
      shape: [groups.length, width],
      dtype: "<f4",
      size: values.length,
      readFloat32: (start, target) => target.set(values.subarray(start, start + target.length)),
      values: () => values,
    };
  }

  /** The words of some pieces. */
  words(pieces: readonly number[]): string[] {
    const texts = sentencesOf(this.#features)?.texts ?? [];
    return pieces.map((i) => texts[i] ?? "");
  }

  /** What there is for each piece: numbers of a row, or whatever a list has. */
  rows(): unknown[] {
    if (isList(this.#features)) return [...this.#features];
    const found = floatsOf(this.#features);
    const width = found?.shape[1] ?? 1;
    return this.#intervals.map((_, i) => [
      ...found?.values.subarray(i * width, (i + 1) * width) ?? [],
    ]);
  }
}

/** The tracks of one video by what they hold, a key of a split. */
export type Tracks = ReadonlyMap<string, Track>;

/**
 * The samples of a video: one for each interval of the labels, or one of all where there are none.
 * What has no words (or no pieces, in data without words) is no sample and left out.
 */
export function samplesOf(video: string, tracks: Tracks): { samples: Entries[]; empty: number } {
  const labels = tracks.get("regression_labels");
  if (labels === undefined) {
    const sample = sampleOf(video, tracks, [-Infinity, Infinity]);
    return { samples: sample === null ? [] : [sample], empty: Number(sample === null) };
  }
  const scores = labels.rows();
  const samples = labels.intervals.map((time, i) => {
    const sample = sampleOf(`${video}$_$${i}`, tracks, time);
    return sample && new Map<string, unknown>([...sample, ["regression_labels", scores[i]]]);
  });
  const found = samples.filter((sample) => sample !== null);
  return { samples: found, empty: samples.length - found.length };
}

function sampleOf(id: string, tracks: Tracks, time: Interval): Entries | null {
  const words = tracks.get("raw_text");
  const pivot = tracks.get("text") ?? words;
  const own = MODALITIES.flatMap((modality) => tracks.get(modality) ?? []);
  const pieces = pivot?.during(time).map((i) => pivot.intervals[i]!);
  if (
    pieces === undefined
      ? own.every((track) => track.during(time).length === 0)
      : pieces.length === 0
  ) {
    return null;
  }
  const sample = new Map<string, unknown>([["id", id]]);
  if (words !== undefined) sample.set("raw_text", words.words(words.during(time)));
  for (const modality of MODALITIES) {
    const track = tracks.get(modality);
    if (track === undefined) continue;
    const groups = track === pivot || pieces === undefined
      ? track.during(time).map((i) => [i])
      : pieces.map((piece) => track.during(piece));
    // A modality without a single piece has one step of zeros.
    sample.set(modality, track.means(groups.length === 0 ? [[]] : groups));
  }
  return sample;
}
