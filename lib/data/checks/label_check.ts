/**
 * Whether labels can be trained on and scored.
 *
 * @module
 */

import { LABEL_RANGES } from "../label_range.ts";
import { MODALITIES, type Modality, type ProtocolName } from "../modality.ts";
import { type Problem, problem } from "../problem.ts";
import type { SplitSource } from "../source.ts";

/** Fewer strictly positive or strictly negative labels leave no class centre to train with. */
const LEAST_OF_A_SIGN = 2;

/**
 * Errors for labels that are not finite or, where the protocol is known, out of its range; a
 * warning for a train split of one sign, on which Self-MM's unimodal labels cannot be generated
 * (METHODS 0.1).
 */
export function labelProblems(split: SplitSource, protocol: ProtocolName | null): Problem[] {
  const problems = split.labels === null ? [] : badLabels(split, split.labels, null, protocol);
  for (const modality of MODALITIES) {
    const labels = split.unimodalLabels[modality];
    if (labels !== undefined) problems.push(...badLabels(split, labels, modality, protocol));
  }
  if (split.name === "train" && split.labels !== null && split.ids.length > 0) {
    problems.push(...oneSided(split.labels));
  }
  return problems;
}

function badLabels(
  split: SplitSource,
  labels: Float32Array,
  modality: Modality | null,
  protocol: ProtocolName | null,
): Problem[] {
  const range = protocol === null ? null : LABEL_RANGES[protocol];
  const nonfinite: number[] = [];
  const outside: number[] = [];
  labels.forEach((label, row) => {
    if (!Number.isFinite(label)) nonfinite.push(row);
    else if (range !== null && (label < range.low || label > range.high)) outside.push(row);
  });
  const wanted = range === null ? "a finite number" : `a number in [${range.low}, ${range.high}]`;
  const asked = `${wanted} by protocol ${protocol}`;
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

function oneSided(labels: Float32Array): Problem[] {
  const { negative, positive } = countSigns(labels);
  if (Math.min(negative, positive) >= LEAST_OF_A_SIGN) return [];
  const message = `split "train" has ${negative} negative and ${positive} positive labels: ` +
    `unimodal labels need at least ${LEAST_OF_A_SIGN} of each`;
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
