/**
 * The names that everything about the data shares: modalities, splits, protocols.
 *
 * @module
 */

/** A channel of a clip, named as in the files. */
export type Modality = "text" | "audio" | "vision";

/**
 * All modalities, in the order of every table, tensor and file of this project.
 *
 * @example
 * ```ts
 * import { MODALITIES } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 * const pairs = MODALITIES.flatMap((a, i) => MODALITIES.slice(i + 1).map((b) => `${a}-${b}`));
 * assertEquals(pairs, ["text-audio", "text-vision", "audio-vision"]);
 * ```
 */
export const MODALITIES: readonly Modality[] = ["text", "audio", "vision"];

/** A part of a dataset, named as the keys of the files. */
export type SplitName = "train" | "valid" | "test";

/**
 * All splits, in file order.
 *
 * @example
 * ```ts
 * import { loadDataset, SPLITS } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 * using data = loadDataset("synthetic:n=80");
 * assertEquals(SPLITS.map((name) => data.splits[name]!.samples), [80, 20, 40]);
 * ```
 */
export const SPLITS: readonly SplitName[] = ["train", "valid", "test"];

/** Which labels, metrics and default settings apply. */
export type ProtocolName = "mosi" | "mosei" | "sims";

/** All protocols. */
export const PROTOCOL_NAMES: readonly ProtocolName[] = ["mosi", "mosei", "sims"];

/** The suffix of a modality's human label in the files: `regression_labels_T`. */
export const MODALITY_LETTERS: Readonly<Record<Modality, "T" | "A" | "V">> = {
  text: "T",
  audio: "A",
  vision: "V",
};
