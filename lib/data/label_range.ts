/** Where labels lie: the one place that says it. @module */

import { UsageError } from "../core/errors.ts";
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

/** `1..5`, or `1..5,neutral=2` where that is not the middle. */
const RANGE = /^([-+]?\d+(?:\.\d+)?)\.\.([-+]?\d+(?:\.\d+)?)(?:,neutral=([-+]?\d+(?:\.\d+)?))?$/;

/**
 * Whether `text` is a range of labels and not, for example, the name of a file.
 *
 * @example
 * ```ts
 * import { isLabelRange } from "./label_range.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(["1..5", "label.csv"].map(isLabelRange), [true, false]);
 * ```
 */
export function isLabelRange(text: string): boolean {
  return RANGE.test(text);
}

/**
 * The range in `1..5` or `1..5,neutral=2`; the neutral point is the middle where none is said.
 *
 * @throws {UsageError} for anything else
 *
 * @example
 * ```ts
 * import { parseLabelRange } from "./label_range.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseLabelRange("1..5"), { low: 1, high: 5, neutral: 3 });
 * ```
 */
export function parseLabelRange(text: string): LabelRange {
  const [, first, second, third] = RANGE.exec(text) ?? [];
  const [low, high] = [Number(first), Number(second)];
  const neutral = third === undefined ? (low + high) / 2 : Number(third);
  if (low < neutral && neutral < high) return { low, high, neutral };
  throw new UsageError(
    `Cannot use labels "${text}": expected LEAST..GREATEST such as 1..5, with a neutral point ` +
      "between them: 1..5,neutral=2",
  );
}

/** A range as it is typed. */
export function formatLabelRange({ low, high, neutral }: LabelRange): string {
  const middle = (low + high) / 2;
  return `${low}..${high}${neutral === middle ? "" : `,neutral=${neutral}`}`;
}
