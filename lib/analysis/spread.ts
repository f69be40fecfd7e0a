/** Means and their deviations as papers print them. @module */

import { mean, standardDeviation } from "../statistics/mod.ts";
import { isConstant } from "../statistics/descriptive.ts";

/**
 * A mean and the standard deviation over seeds, `0.713 ± 0.012`; the value alone where there is one seed,
 * or the same value for each; nothing where there is none.
 */
export function spreadText(values: readonly number[]): string {
  if (values.length === 0) return "";
  if (values.length < 2 || isConstant(values)) return rounded(values[0]!);
  return `${rounded(mean(values))} ± ${rounded(standardDeviation(values))}`;
}

/** Three decimals; a small negative value is not printed as -0.000. */
export function rounded(value: number): string {
  return value.toFixed(3).replace(/^-(0\.0*)$/, "$1");
}

/** A share of 1: `95 %`, `99.5 %`. */
export function percent(share: number): string {
  return `${Number((100 * share).toPrecision(4))} %`;
}
