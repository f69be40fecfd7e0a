/** Margins of equivalence on a command line. @module */

import { UsageError } from "../../lib/core/errors.ts";
import type { Call, Flag } from "./call.ts";

/** Of `compare` and `report`. */
export const EQUIVALENCE_FLAG: Flag = {
  name: "equivalence",
  value: "MARGIN",
  help: "also test whether models are equivalent within it, in the metric's unit (a share for " +
    "accuracies): 0.02, or by metric mae=0.02,corr=0.05",
};

/**
 * The margins that were asked for, as the library takes them; none where there are none.
 *
 * @throws {UsageError} what follows is neither a number nor numbers by metric
 */
export function marginsOf(call: Call): { equivalence?: number | Record<string, number> } {
  const items = call.list("equivalence");
  if (items === undefined) return {};
  if (items.length === 1 && !items[0]!.includes("=")) return { equivalence: numberIn(items[0]!) };
  const entries = items.map((item) => {
    const [key = "", text = ""] = item.split("=").map((part) => part.trim());
    return [key, numberIn(text)] as const;
  });
  const keys = entries.map(([key]) => key);
  const twice = keys.find((key, i) => key === "" || keys.indexOf(key) < i);
  if (twice !== undefined) throw refusal(items.join(","));
  return { equivalence: Object.fromEntries(entries) };
}

function numberIn(text: string): number {
  const value = text === "" ? NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw refusal(text);
}

function refusal(text: string): UsageError {
  return new UsageError(
    `Cannot use --equivalence "${text}": expected a margin like 0.02, or one for each metric like ` +
      "mae=0.02,corr=0.05",
  );
}
