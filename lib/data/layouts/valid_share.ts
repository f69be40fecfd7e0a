/** A valid split for data that have none: some of the videos of train. @module */

import { RandomStream } from "../../core/random.ts";
import { DataError } from "../../core/errors.ts";
import { SelectedRows } from "../arrays/views.ts";
import { rowNumberPrefix } from "../checks/sample_check.ts";
import type { TextBert } from "../dataset.ts";
import { type Problem, problem } from "../problem.ts";
import type { ColumnSource, SplitSource } from "../source.ts";

/** The same videos for every training, whatever its seed: runs are compared on the same data. */
const SEED = 20240607;

/** Splits with a valid one, and the videos that it took. */
export interface Divided {
  readonly splits: readonly SplitSource[];
  /** Null where nothing was asked for. */
  readonly videos: readonly string[] | null;
  /** What is odd about them. */
  readonly problems: readonly Problem[];
}

/**
 * Takes about `share` of the samples of train as valid, whole videos, so that no voice and face is
 * in both.
 *
 * @throws {DataError} when there is a valid split already, or too few videos to take any
 */
export function withValid(
  path: string,
  splits: readonly SplitSource[],
  share: number | undefined,
): Divided {
  if (share === undefined) return { splits, videos: null, problems: [] };
  const refuse = (state: string) =>
    new DataError(`Cannot take a valid split out of "${path}": ${state}`);
  const train = splits.find(({ name }) => name === "train");
  const valid = splits.find(({ name }) => name === "valid");
  if (valid !== undefined && valid.ids.length > 0) {
    throw refuse(`it has one of ${valid.ids.length} samples, expected none with --valid`);
  }
  if (train === undefined) throw refuse('it has no split "train"');
  const rowsOfVideo = new Map<string, number[]>();
  const areRows = rowNumberPrefix(train.ids) !== null;
  train.ids.forEach((id, row) => {
    const video = areRows ? id : videoOf(id);
    rowsOfVideo.set(video, [...rowsOfVideo.get(video) ?? [], row]);
  });
  const videos = [...rowsOfVideo.keys()];
  if (videos.length < 2) {
    throw refuse(`all ${train.ids.length} samples of train are of one video, expected several`);
  }
  const order = RandomStream.fromSeed(SEED).split("valid").permutation(videos.length);
  const wanted = Math.max(1, Math.round(share * train.ids.length));
  const taken = new Set<number>();
  const chosen: string[] = [];
  for (const place of order) {
    const rows = rowsOfVideo.get(videos[place]!)!;
    const over = taken.size + rows.length - wanted;
    // The video that comes nearer to the share than stopping before it is still taken.
    if (taken.size > 0 && over > wanted - taken.size) continue;
    if (taken.size + rows.length === train.ids.length) continue;
    rows.forEach((row) => taken.add(row));
    chosen.push(videos[place]!);
    if (taken.size >= wanted) break;
  }
  if (taken.size === 0) throw refuse("no video is small enough to leave samples in train");
  const all = train.ids.map((_, row) => row);
  const parts = [
    takeRows(train, all.filter((row) => !taken.has(row)), "train"),
    takeRows(train, all.filter((row) => taken.has(row)), "valid"),
  ];
  const others = splits.filter(({ name }) => name === "test");
  const message =
    `split "train" has row numbers as ids, which tell no videos: samples are taken as ` +
    "valid one by one, and one voice may be in both";
  const rest = { split: "train", count: chosen.length } as const;
  const problems = areRows ? [problem("warning", "made-ids", message, rest)] : [];
  return { splits: [...parts, ...others], videos: chosen.toSorted(), problems };
}

/** The video of an id: what stands before the clip's number. */
export function videoOf(id: string): string {
  return id.includes("$_$")
    ? id.slice(0, id.indexOf("$_$"))
    : id.replace(/(\[\d+\]|_\d+)$/, "") || id;
}

/** Some rows of a split, as a split of their own. */
function takeRows(
  split: SplitSource,
  rows: readonly number[],
  name: "train" | "valid",
): SplitSource {
  const pick = <T>(values: readonly T[] | null) => values && rows.map((row) => values[row]!);
  const numbers = (values: Float32Array) => Float32Array.from(rows, (row) => values[row]!);
  const columns = Object.values(split.columns).map((column) => takeColumn(column, rows));
  const labels = Object.entries(split.unimodalLabels).map(([modality, values]) =>
    [modality, numbers(values)] as const
  );
  return {
    name,
    ids: pick(split.ids)!,
    labels: split.labels && numbers(split.labels),
    unimodalLabels: Object.fromEntries(labels),
    columns: Object.fromEntries(columns.map((column) => [column.modality, column])),
    rawText: pick(split.rawText),
    textBert: split.textBert && takeTokens(split.textBert, rows),
    annotations: pick(split.annotations),
  };
}

function takeColumn(column: ColumnSource, rows: readonly number[]): ColumnSource {
  const wrong = new Set(column.wrongLengths);
  return {
    ...column,
    samples: rows.length,
    values: new SelectedRows(column.values, rows),
    lengths: Int32Array.from(rows, (row) => column.lengths[row]!),
    wrongLengths: rows.flatMap((row, place) => wrong.has(row) ? [place] : []),
  };
}

function takeTokens(
  { shape: [, three, tokens], values }: TextBert,
  rows: readonly number[],
): TextBert {
  const size = three * tokens;
  const taken = new Int32Array(rows.length * size);
  rows.forEach((row, i) => taken.set(values.subarray(row * size, (row + 1) * size), i * size));
  return { shape: [rows.length, three, tokens], values: taken };
}
