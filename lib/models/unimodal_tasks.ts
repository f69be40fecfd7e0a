/**
 * Which unimodal tasks are learned beside the multimodal one, from whose labels, and with which weights:
 * the ablations of Self-MM, and of what is built on it (METHODS 1.8).
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import { MODALITIES, type Modality } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import type { Target } from "./network_types.ts";
import { oneOf, text, type ValuesOf } from "./setting.ts";
import { disagreement, type UnimodalLabels } from "./unimodal_labels.ts";

/** Letters of the tasks, in their order. */
const LETTERS = { T: "text", A: "audio", V: "vision" } as const;
const ALL = "M,T,A,V";

/** The settings of networks that learn unimodal tasks. */
export const UNIMODAL_TASKS = {
  unimodalLabels: oneOf(
    ["generated", "human", "copied", "none"],
    "what the unimodal tasks learn: labels that training generates, those of people, the multimodal " +
      "one, or nothing",
  ),
  tasks: text(ALL, "tasks that are learned: M, and with it T, A and V", {
    expected: "M, and after it some of T, A, V in that order, for example M,T,V",
    accepts: (tasks) => lettersOf(tasks) !== null,
  }),
  weights: oneOf(
    ["tanh", "constant"],
    "weights of the unimodal losses: tanh of how far a label is from the multimodal one, or 1",
  ),
};

/** Their values. */
export type UnimodalSettings = ValuesOf<typeof UNIMODAL_TASKS>;

/** As Self-MM is published: a task for each modality, by generated labels. */
export const GENERATED: UnimodalSettings = {
  unimodalLabels: "generated",
  tasks: ALL,
  weights: "tanh",
};

/** The letters after M; null for a text that is no set of tasks. */
function lettersOf(tasks: string): (keyof typeof LETTERS)[] | null {
  const [multimodal, ...letters] = tasks.split(",");
  const known = Object.keys(LETTERS);
  const isInOrder = letters.every((letter, i) =>
    known.includes(letter) && (i === 0 || known.indexOf(letters[i - 1]!) < known.indexOf(letter))
  );
  return multimodal === "M" && isInOrder ? letters as (keyof typeof LETTERS)[] : null;
}

/**
 * The modalities with a task of their own, among those in use.
 *
 * @throws {UsageError} a task was asked for of a modality that is not in use
 */
export function learnedModalities(
  { unimodalLabels, tasks }: UnimodalSettings,
  modalities: readonly Modality[],
): Modality[] {
  const asked: readonly Modality[] = lettersOf(tasks)!.map((letter) => LETTERS[letter]);
  const absent = asked.filter((modality) => !modalities.includes(modality));
  // All is also what nobody asked for.
  if (tasks !== ALL && absent.length > 0) {
    throw new UsageError(
      `Cannot set tasks to ${tasks}: ${absent.join(" and ")} ${
        absent.length > 1 ? "are" : "is"
      } not ` +
        `in use, expected tasks of ${modalities.join(", ")}`,
    );
  }
  if (unimodalLabels === "none") return [];
  return MODALITIES.filter((modality) => asked.includes(modality) && modalities.includes(modality));
}

/** The modalities of which people's labels are learned. */
export function humanLabelsOf(
  settings: UnimodalSettings,
  modalities: readonly Modality[],
): Modality[] {
  return settings.unimodalLabels === "human" ? learnedModalities(settings, modalities) : [];
}

/** @throws {UsageError} all weights would be 0 */
export function checkUnimodalTasks({ unimodalLabels, weights }: UnimodalSettings): void {
  if (unimodalLabels !== "copied" || weights !== "tanh") return;
  throw new UsageError(
    "Cannot set unimodalLabels to copied with weights tanh: a copy is never far from the multimodal " +
      "label, so that every weight is 0 and nothing is learned, expected weights constant, or " +
      "unimodalLabels none",
  );
}

/** Labels Y_s of a modality for a batch, and weights W_s of their losses: [batch], (15). */
export interface UnimodalTarget {
  readonly labels: tf.Tensor1D;
  readonly weights: tf.Tensor1D;
}

/**
 * What a unimodal task learns from.
 *
 * @param generated where labels are generated
 * @throws {UsageError} they are people's, and the data have none
 */
export function unimodalTarget(
  { unimodalLabels, weights }: UnimodalSettings,
  modality: Modality,
  target: Target,
  generated: UnimodalLabels | null,
): UnimodalTarget {
  const labels = generated?.of(modality, target.index) ??
    (unimodalLabels === "copied" ? target.labels : target.labelsOf[modality]);
  if (labels === undefined) {
    throw new UsageError(
      `Cannot train on unimodal labels: the data have none of people for ${modality}, ` +
        "expected one a sample for each modality in use",
    );
  }
  return {
    labels,
    weights: weights === "constant" ? tf.onesLike(labels) : disagreement(labels, target.labels),
  };
}
