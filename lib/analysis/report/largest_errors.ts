/** The samples that a run is most wrong about, from its predictions alone. @module */

import { table } from "../../display/html.ts";
import { errorRows, type Scored, worstOf } from "../errors/mod.ts";

/** A table of the largest errors, the worst first. */
export function largestErrors(scored: Scored): string {
  const errors = worstOf(scored).map((i) => ({
    id: scored.ids[i]!,
    label: scored.labels[i]!,
    prediction: scored.predictions[i]!,
    scores: {},
  }));
  const { header, rows } = errorRows({ errors, scoredBy: null });
  return table(header, rows, { title: "The largest errors", align: "lrrr" });
}
