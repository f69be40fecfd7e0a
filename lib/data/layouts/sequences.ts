/**
 * Computational sequences of the CMU SDK: for each video, features and the intervals of time that
 * they belong to. One file has one of them; several joined make a dataset.
 *
 * @module
 */

import { DataError } from "../../core/errors.ts";
import { MODALITIES } from "../modality.ts";
import { counted, listSome, type Problem, problem } from "../problem.ts";
import type { SplitSource } from "../source.ts";
import { samplesOf, Track } from "./align.ts";
import type { Entries, Layout } from "./layout.ts";
import { sequenceMeaning } from "./names.ts";
import type { Notes } from "./notes.ts";
import { entriesOf, isMap, transposed } from "./values.ts";

/** A sequence: by video what makes a track. */
interface Sequence {
  readonly name: string;
  readonly videos: ReadonlyMap<string, unknown>;
}

/** The content of one or several `.csd` files: sequences by name. */
export const SEQUENCES: Layout = {
  name: "CMU SDK computational sequences",
  recognises: (value) => namedSequences(value).length > 0,
  read: (value, notes) => {
    const sequences = sequencesOf(value, notes);
    const hasFeatures = MODALITIES.some((modality) => sequences.has(modality));
    // Labels or words alone are no samples.
    return hasFeatures ? new Map([["all", transposed(aligned(sequences, notes))]]) : new Map();
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

/** Sequences by what they hold; of several of one kind the first by name. */
function sequencesOf(value: unknown, notes: Notes): ReadonlyMap<string, Sequence> {
  const sequences = new Map<string, Sequence>();
  for (const [name, part] of entriesOf(value as Map<unknown, unknown>)) {
    if (!isSequence(part)) continue;
    const meaning = sequenceMeaning(name);
    const known = meaning === undefined ? undefined : sequences.get(meaning);
    if (meaning === undefined || known !== undefined) {
      const why = known === undefined
        ? "its name tells nothing"
        : `"${known.name}" is ${meaning} already`;
      notes.addWarning(`ignores the computational sequence "${name}": ${why}`);
      continue;
    }
    const videos = entriesOf(part.get("data") as Map<unknown, unknown>);
    sequences.set(meaning, { name, videos });
  }
  return sequences;
}

/** The samples of all videos that every sequence has: the SDK leaves out the others, too. */
function aligned(sequences: ReadonlyMap<string, Sequence>, notes: Notes): Entries[] {
  const videos = new Set([...sequences.values()].flatMap(({ videos }) => [...videos.keys()]));
  const lacking = new Map([...sequences.values()].map(({ name }) => [name, 0]));
  const samples: Entries[] = [], empty: string[] = [];
  let left = 0;
  for (const id of videos) {
    // Made for one video at a time: tracks keep their numbers.
    const tracks = new Map<string, Track>();
    for (const [meaning, { name, videos }] of sequences) {
      const track = Track.from(videos.get(id));
      if (track === null) lacking.set(name, lacking.get(name)! + 1);
      else tracks.set(meaning, track);
    }
    if (tracks.size < sequences.size) left++;
    else {
      const found = samplesOf(id, tracks);
      samples.push(...found.samples);
      if (found.empty > 0) empty.push(id);
    }
  }
  const without = [...lacking].filter(([, count]) => count > 0)
    .map(([name, count]) => `"${name}" lacks ${count}`).join(", ");
  if (left === videos.size) {
    throw new DataError(
      `Cannot join ${counted(sequences.size, "computational sequence")}: none of ` +
        `${counted(videos.size, "video")} is in all of them (${without}), expected the same videos`,
    );
  }
  if (left > 0) {
    notes.addWarning(
      `leaves out ${left} of ${counted(videos.size, "video")} that are not in all sequences: ` +
        without,
    );
  }
  if (empty.length > 0) {
    notes.addWarning(
      `leaves out pieces of ${counted(empty.length, "video")} in which nothing is said: ` +
        listSome(empty),
    );
  }
  return samples;
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
