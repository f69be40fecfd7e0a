/** The samples that a run is most wrong about. @module */

import { table } from "../../display/html.ts";
import { rounded } from "../spread.ts";

/** Samples that are listed. */
const SHOWN = 10;

/** Scores of labelled samples. */
interface Scored {
  readonly ids: readonly string[];
  readonly labels: ArrayLike<number>;
  readonly predictions: ArrayLike<number>;
}

/** The largest errors, the worst first; of equal ones that which comes first by its id. */
export function largestErrors({ ids, labels, predictions }: Scored): string {
  const errors = ids.map((id, i) => ({ id, i, error: predictions[i]! - labels[i]! }))
    .sort((a, b) => Math.abs(b.error) - Math.abs(a.error) || (a.id < b.id ? -1 : 1));
  return table(
    ["sample", "label", "score", "error"],
    errors.slice(0, SHOWN).map(({ id, i, error }) => [
      id,
      rounded(labels[i]!),
      rounded(predictions[i]!),
      `${error > 0 ? "+" : ""}${rounded(error)}`,
    ]),
    { title: "The largest errors", align: "lrrr" },
  );
}
