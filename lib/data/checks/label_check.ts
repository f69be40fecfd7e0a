/**
 * Whether labels can be trained on and scored.
 *
 * @module
 */

import { LABEL_RANGES, type LabelRange } from "../label_range.ts";
import { MODALITIES, type Modality, type ProtocolName } from "../modality.ts";
import { type Problem, problem } from "../problem.ts";
import type { SplitSource } from "../source.ts";

/** Fewer strictly positive or strictly negative labels leave no class centre to train with. */
const LEAST_OF_A_SIGN = 2;

/** Classes that are taken for such, at most; more whole numbers may be scores. */
const MOST_CLASSES = 4;
/** Scores of no more values than this are worth a warning. */
const MOST_SIGNED = 3;

/**
 * Errors for labels that are not finite or, where the protocol is known, out of its range; a
 * warning for a train split of one sign, on which Self-MM's unimodal labels cannot be generated
 * (METHODS 0.1).
 */
export function labelProblems(
  split: SplitSource,
  protocol: ProtocolName | null,
  given?: LabelRange,
): Problem[] {
  const scale = scaleOf(protocol, given);
  const problems = split.labels === null ? [] : badLabels(split, split.labels, null, scale);
  for (const modality of MODALITIES) {
    const labels = split.unimodalLabels[modality];
    if (labels !== undefined) problems.push(...badLabels(split, labels, modality, scale));
  }
  if (split.name === "train" && split.labels !== null && split.ids.length > 0) {
    // Who says the range has looked at the labels.
    const kinds = protocol === null || given !== undefined ? [] : fewKinds(split.labels, protocol);
    const neutral = scale?.range.neutral ?? 0;
    const centred = split.labels.map((label) => label - neutral);
    problems.push(...(kinds.length > 0 ? kinds : oneSided(centred, given === undefined)));
  }
  return problems;
}

/** Where labels must lie, and who says so. */
interface Scale {
  readonly range: LabelRange;
  readonly by: string;
}

function scaleOf(protocol: ProtocolName | null, given?: LabelRange): Scale | null {
  if (given !== undefined) return { range: given, by: "--labels" };
  if (protocol === null) return null;
  const by =
    `protocol ${protocol} (--labels LEAST..GREATEST says another range, --protocol another protocol)`;
  return { range: LABEL_RANGES[protocol], by };
}

function badLabels(
  split: SplitSource,
  labels: Float32Array,
  modality: Modality | null,
  scale: Scale | null,
): Problem[] {
  const range = scale?.range ?? null;
  const nonfinite: number[] = [];
  const outside: number[] = [];
  labels.forEach((label, row) => {
    if (!Number.isFinite(label)) nonfinite.push(row);
    else if (range !== null && (label < range.low || label > range.high)) outside.push(row);
  });
  const wanted = range === null ? "a finite number" : `a number in [${range.low}, ${range.high}]`;
  const asked = `${wanted} by ${scale?.by}`;
  return ([["nonfinite-label", nonfinite, wanted], ["label-range", outside, asked]] as const)
    .filter(([, rows]) => rows.length > 0)
    .map(([code, rows, expected]) => {
      const row = rows[0]!;
      const kind = modality === null ? "label" : `${modality} label`;
      const more = rows.length > 1 ? `, and so are ${rows.length - 1} more` : "";
      const message = `split "${split.name}" ${kind} ${row} ("${split.ids[row]}") is ` +
        `${labels[row]}, expected ${expected}${more}`;
      const ids = rows.map((index) => split.ids[index]!);
      return problem("error", code, message, { split: split.name, modality, ids });
    });
}

/** Labels that are classes rather than scores: a few whole numbers. */
function fewKinds(labels: Float32Array, protocol: ProtocolName): Problem[] {
  const kinds = [...new Set(labels)].sort((a, b) => a - b);
  const shown = kinds.join(", ");
  const rest = { split: "train", count: labels.length } as const;
  const areClasses = kinds.every((label) => Number.isInteger(label) && label >= 0);
  if (areClasses && kinds.length <= MOST_CLASSES && kinds.length > 1) {
    const { low, high } = LABEL_RANGES[protocol];
    const message =
      `split "train" has the labels ${shown} only, which look like classes, expected ` +
      `scores from ${low} to ${high} by protocol ${protocol}: --labels ` +
      `${kinds[0]}..${
        kinds.at(-1)
      } says their range, --protocol another protocol, --labels classes ` +
      "that they are classes, for svm";
    return [problem("error", "class-labels", message, rest)];
  }
  if (kinds.length > MOST_SIGNED || !(kinds[0]! < 0)) return [];
  const message = `split "train" has the labels ${shown} only: scores of ${kinds.length} values ` +
    "say little of a correlation or of more classes than that";
  return [problem("warning", "few-labels", message, rest)];
}

/** @param isPlain whether nobody said where the labels lie */
function oneSided(labels: Float32Array, isPlain: boolean): Problem[] {
  const { negative, positive } = countSigns(labels);
  if (Math.min(negative, positive) >= LEAST_OF_A_SIGN) return [];
  const bounds = [Math.floor(Math.min(...labels)), Math.ceil(Math.max(...labels))].join("..");
  // What is never negative may be counted from another point than 0.
  const hint = isPlain && Math.min(negative, positive) === 0
    ? `, and metrics of the sign too: --labels LEAST..GREATEST, here ${bounds}, makes the middle neutral`
    : "";
  const message = `split "train" has ${negative} negative and ${positive} positive labels: ` +
    `unimodal labels need at least ${LEAST_OF_A_SIGN} of each${hint}`;
  const count = Math.min(negative, positive);
  return [problem("warning", "one-sided-labels", message, { split: "train", count })];
}

/** Number of labels below, at and above 0. */
export function countSigns(
  labels: Float32Array,
): { negative: number; neutral: number; positive: number } {
  let [negative, neutral, positive] = [0, 0, 0];
  for (const label of labels) {
    if (label < 0) negative++;
    else if (label > 0) positive++;
    else if (label === 0) neutral++;
  }
  return { negative, neutral, positive };
}
