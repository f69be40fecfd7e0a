/**
 * Whether the first step of the text stands for the whole sentence, as BERT's [CLS] does, or is only
 * its first word, as in files of GloVe and other word vectors.
 *
 * @module
 */

import type { FeatureColumn } from "../dataset.ts";
import { probe } from "./probe.ts";

/** Samples that are looked at; those that are compared with the labels are fewer. */
const MOST_SAMPLES = 2000, MOST_PROBED = 600;
/** Share of samples whose first step occurs in others, from which on it is a word. */
const REPEATED = 0.1;
/** Squared distance of first steps to the others, in their own variances, from which on they are a kind of their own. */
const APART = 1;
/** A first step that tells of the labels nearly what the mean of all does stands for the sentence. */
const NEARLY = 0.8;

/** What the first step of the text is, and how that was found. */
export interface TextKind {
  readonly isSentence: boolean;
  /** In words, for people and `config.json`. */
  readonly reason: string;
}

/** @param labels [samples] of the same split; null where there are none */
export function textKind(text: FeatureColumn, labels: Float32Array | null): TextKind {
  const { samples, steps, lengths } = text;
  if (steps === 1 || lengths.every((length) => length <= 1)) {
    return { isSentence: true, reason: "the text has one step" };
  }
  const rows = spaced(samples, MOST_SAMPLES);
  const repeated = repeatedShare(text, rows);
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  if (repeated > REPEATED) {
    const reason = `the first step of ${
      percent(repeated)
    } of the samples occurs in others or is 0: words`;
    return { isSentence: false, reason };
  }
  const apart = distanceOfFirst(text, rows);
  if (apart > APART) {
    const reason = `first steps are ${apart.toFixed(1)} of their variances away from the others: ` +
      "a sentence vector";
    return { isSentence: true, reason };
  }
  if (labels === null) {
    return { isSentence: true, reason: "nothing tells that the first step is a word" };
  }
  const probed = spaced(samples, MOST_PROBED);
  const first = probe(pooled(text, probed, "first"), probed, labels);
  const mean = probe(pooled(text, probed, "mean"), probed, labels);
  const isSentence = first >= NEARLY * mean || mean < 0.05;
  const what = isSentence ? "a sentence vector" : "words";
  const reason = `the first step predicts labels with r = ${first.toFixed(2)}, the mean of all ` +
    `with ${mean.toFixed(2)}: ${what}`;
  return { isSentence, reason };
}

/** Up to `most` positions, evenly spaced. */
function spaced(samples: number, most: number): Uint32Array {
  const count = Math.min(samples, most);
  return Uint32Array.from({ length: count }, (_, i) => Math.floor(i * samples / count));
}

/** Share of samples whose first step is 0 or also a step of another sample, bit for bit. */
function repeatedShare(text: FeatureColumn, rows: Uint32Array): number {
  const owners = new Map<string, number>();
  const firsts: string[] = [];
  eachSample(text, rows, (values, sample, length) => {
    for (let step = 0; step < length; step++) {
      const key = keyOf(values.subarray(step * text.width, (step + 1) * text.width));
      if (step === 0) firsts.push(key);
      const owner = owners.get(key);
      owners.set(key, owner === undefined || owner === sample ? sample : -1);
    }
  });
  const repeated = firsts.filter((key) => key === "" || owners.get(key) === -1).length;
  return repeated / firsts.length;
}

/** A step as a key; empty where it is 0. */
function keyOf(step: Float32Array): string {
  if (step.every((value) => value === 0)) return "";
  // Two words with the same first 8 numbers do not occur.
  return step.subarray(0, 8).join();
}

/** |mean of first steps − mean of the others|², in units of the variance of first steps. */
function distanceOfFirst(text: FeatureColumn, rows: Uint32Array): number {
  const { width } = text;
  const first = new Float64Array(width), squares = new Float64Array(width);
  const others = new Float64Array(width);
  let count = 0;
  eachSample(text, rows, (values, _, length) => {
    for (let j = 0; j < width; j++) {
      first[j]! += values[j]! / rows.length;
      squares[j]! += values[j]! ** 2 / rows.length;
    }
    for (let i = width; i < length * width; i++) others[i % width]! += values[i]!;
    count += length - 1;
  });
  let distance = 0, variance = 0;
  for (let j = 0; j < width; j++) {
    distance += (first[j]! - others[j]! / Math.max(1, count)) ** 2;
    variance += squares[j]! - first[j]! ** 2;
  }
  // Means of few samples differ by chance, by about one variance for each of them.
  return Math.max(0, distance - variance / rows.length) / Math.max(variance, 1e-12);
}

/** One vector a sample, [rows, width]: its first step, or the mean of its true steps. */
function pooled(text: FeatureColumn, rows: Uint32Array, how: "first" | "mean"): Float64Array {
  const { width } = text;
  const vectors = new Float64Array(rows.length * width);
  let at = 0;
  eachSample(text, rows, (values, _, length) => {
    const steps = how === "first" ? 1 : length;
    for (let i = 0; i < steps * width; i++) vectors[at + i % width]! += values[i]! / steps;
    at += width;
  });
  return vectors;
}

function eachSample(
  text: FeatureColumn,
  rows: Uint32Array,
  onSample: (values: Float32Array, sample: number, length: number) => void,
): void {
  const values = new Float32Array(text.steps * text.width);
  for (const row of rows) {
    text.read([row], values);
    onSample(values, row, text.lengths[row]!);
  }
}
