/**
 * Computational sequences of the CMU SDK: for each video, features and the intervals of time that
 * they belong to. One file has one of them; several joined make a dataset.
 *
 * @module
 */

import type { ArraySource } from "../arrays/array_source.ts";
import { floatsOf, isArraySource } from "../arrays/values.ts";
import { MODALITIES } from "../modality.ts";
import { type Problem, problem } from "../problem.ts";
import type { SplitSource } from "../source.ts";
import type { Entries, Layout } from "./layout.ts";
import { sequenceMeaning } from "./names.ts";
import { sentencesOf } from "./texts.ts";
import { entriesOf, isList, isMap, transposed } from "./values.ts";

/** What is said, heard or seen in a video, in pieces of time. */
interface Track {
  /** [pieces, 2] begin and end, in seconds */
  readonly intervals: Float32Array;
  /** [pieces, width] numbers, or words */
  readonly features: unknown;
}

/** A sequence by what it holds, a key of a split. */
type Sequences = ReadonlyMap<string, ReadonlyMap<string, Track>>;

/** Pieces of time that overlap by less do not, as in the SDK. */
const EPSILON = 1e-5;

/** The content of one or several `.csd` files: sequences by name. */
export const SEQUENCES: Layout = {
  name: "CMU SDK computational sequences",
  recognises: (value) => namedSequences(value).length > 0,
  read: (value) => {
    const sequences = sequencesOf(value);
    const hasFeatures = MODALITIES.some((modality) => sequences.has(modality));
    // Labels or words alone are no samples.
    return hasFeatures ? new Map([["all", transposed(aligned(sequences))]]) : new Map();
  },
};

/** The names of the sequences in a file, with what each holds where its name tells it. */
export function namedSequences(value: unknown): { name: string; meaning: string | undefined }[] {
  if (!isMap(value)) return [];
  return [...entriesOf(value)].filter(([, part]) => isSequence(part))
    .map(([name]) => ({ name, meaning: sequenceMeaning(name) }));
}

function isSequence(value: unknown): value is ReadonlyMap<string, unknown> {
  const data = isMap(value) ? value.get("data") : undefined;
  if (!isMap(data) || data.size === 0) return false;
  const [first] = data.values();
  return isMap(first) && first.has("features") && first.has("intervals");
}

function sequencesOf(value: unknown): Sequences {
  const sequences = new Map<string, ReadonlyMap<string, Track>>();
  for (const [name, part] of entriesOf(value as Map<unknown, unknown>)) {
    const meaning = sequenceMeaning(name);
    if (meaning === undefined || !isSequence(part) || sequences.has(meaning)) continue;
    const tracks = [...entriesOf(part.get("data") as Map<unknown, unknown>)].flatMap(
      ([id, track]): [string, Track][] => {
        if (!isMap(track)) return [];
        const intervals = floatsOf(track.get("intervals"));
        if (intervals === null || intervals.shape[1] !== 2) return [];
        return [[id, { intervals: intervals.values, features: track.get("features") }]];
      },
    );
    sequences.set(meaning, new Map(tracks));
  }
  return sequences;
}

/**
 * A sample for each interval of the labels (or for each video, where there are none): its words, and
 * for each word the mean of what is heard and seen during it. Without words, all pieces of each
 * modality. This is what the SDK's `align` does, first to the words and then to the labels.
 */
function aligned(sequences: Sequences): Entries[] {
  const labels = sequences.get("regression_labels");
  const pivot = sequences.get("text") ?? sequences.get("raw_text");
  const ids = [...labels?.keys() ?? pivot?.keys() ?? [...sequences.values()][0]?.keys() ?? []];
  return ids.flatMap((id): Entries[] => {
    const tracks = new Map(
      [...sequences].flatMap(([meaning, all]): [string, Track][] => {
        const track = all.get(id);
        return track === undefined ? [] : [[meaning, track]];
      }),
    );
    // The SDK leaves out what is not in all sequences.
    if (tracks.size < sequences.size) return [];
    if (labels === undefined) return [sampleOf(id, tracks, [-Infinity, Infinity])];
    const { intervals, features } = tracks.get("regression_labels")!;
    const scores = rowsOf(features);
    return scores.map((score, i) => {
      const time: Interval = [intervals[2 * i]!, intervals[2 * i + 1]!];
      return new Map<string, unknown>([
        ...sampleOf(`${id}$_$${i}`, tracks, time),
        ["regression_labels", score],
      ]);
    });
  });
}

type Interval = readonly [begin: number, end: number];

function sampleOf(id: string, tracks: ReadonlyMap<string, Track>, time: Interval): Entries {
  const sample = new Map<string, unknown>([["id", id]]);
  const words = tracks.get("raw_text");
  const pivot = tracks.get("text") ?? words;
  if (words !== undefined) {
    const texts = sentencesOf(words.features)?.texts ?? [];
    sample.set("raw_text", overlapping(words, time).map((i) => texts[i] ?? ""));
  }
  const pieces = pivot && overlapping(pivot, time).map((i) => intervalOf(pivot, i));
  for (const modality of MODALITIES) {
    const track = tracks.get(modality);
    if (track !== undefined) {
      sample.set(modality, featuresIn(track, time, track === pivot ? undefined : pieces));
    }
  }
  return sample;
}

function intervalOf({ intervals }: Track, i: number): Interval {
  return [intervals[2 * i]!, intervals[2 * i + 1]!];
}

/** Positions of the pieces that share time with an interval; those without duration share none. */
function overlapping({ intervals }: Track, [begin, end]: Interval): number[] {
  const found: number[] = [];
  for (let i = 0; 2 * i + 1 < intervals.length; i++) {
    const [from, to] = [intervals[2 * i]!, intervals[2 * i + 1]!];
    if (to - from > EPSILON && from < end - EPSILON && to > begin + EPSILON) found.push(i);
  }
  return found;
}

/** [steps, width]: the pieces in an interval, or of each of `pieces` the mean. */
function featuresIn(track: Track, time: Interval, pieces?: readonly Interval[]): ArraySource {
  const found = floatsOf(track.features);
  const width = found?.shape[1] ?? 1;
  const all = found?.values ?? new Float32Array(0);
  const groups = pieces?.map((piece) => overlapping(track, piece)) ??
    overlapping(track, time).map((i) => [i]);
  // A sample in which nothing is heard or seen has one step of zeros.
  const steps = Math.max(1, groups.length);
  const values = new Float32Array(steps * width);
  groups.forEach((rows, step) => {
    for (let j = 0; j < width; j++) {
      let sum = 0;
      for (const row of rows) sum += all[row * width + j] ?? 0;
      values[step * width + j] = rows.length === 0 ? 0 : sum / rows.length;
    }
  });
  return {
    shape: [steps, width],
    dtype: "<f4",
    size: values.length,
    readFloat32: (start, target) => target.set(values.subarray(start, start + target.length)),
    values: () => values,
  };
}

/** The rows of an array or list of two axes. */
function rowsOf(value: unknown): unknown[] {
  if (isList(value)) return [...value];
  if (!isArraySource(value)) return [];
  const found = floatsOf(value);
  const width = found?.shape[1] ?? 1;
  const values = found?.values ?? new Float32Array(0);
  return Array.from({ length: found?.shape[0] ?? 0 }, (_, i) => [
    ...values.subarray(i * width, (i + 1) * width),
  ]);
}

/** A file that holds a single sequence is a part of a dataset, which says what to join it with. */
export function partProblem(value: unknown, splits: readonly SplitSource[]): Problem[] {
  const sequences = namedSequences(value);
  if (sequences.length !== 1) return [];
  const [{ name, meaning }] = sequences as [{ name: string; meaning: string | undefined }];
  const count = splits.reduce((sum, { ids }) => sum + ids.length, 0);
  const message = `it is one computational sequence, "${name}"` +
    `${meaning === undefined ? "" : ` (${meaning})`}, a part of a dataset: put it into a folder ` +
    "with the sequences of the words, the other modalities and the labels, and give the folder";
  return [problem("warning", "part-of-dataset", message, { count })];
}
