/** Where labels lie: the one place that says it. @module */

import type { ProtocolName } from "./modality.ts";

/** The scale that people rated on. */
export interface LabelRange {
  /** The most negative label. */
  readonly low: number;
  /** The most positive label. */
  readonly high: number;
  /** The label that is neither: 0 of what is trained on and measured. */
  readonly neutral: number;
}

/**
 * The labels of each protocol (METHODS 0.1).
 *
 * @example
 * ```ts
 * import { LABEL_RANGES } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(LABEL_RANGES.sims, { low: -1, high: 1, neutral: 0 });
 * ```
 */
export const LABEL_RANGES: Readonly<Record<ProtocolName, LabelRange>> = {
  mosi: { low: -3, high: 3, neutral: 0 },
  mosei: { low: -3, high: 3, neutral: 0 },
  sims: { low: -1, high: 1, neutral: 0 },
};
