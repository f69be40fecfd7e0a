/** Tiny random text encoders, as `transformers` has them; `record.py` beside them makes them. */

import { join } from "node:path";

/** Where the recordings are. */
export const RECORDINGS: string = join(
  import.meta.dirname!,
  "..",
  "..",
  "golden",
  "text_encoders",
);

/** One of each type, and two of DeBERTa's. */
export const ENCODERS = [
  "bert",
  "roberta",
  "xlm_roberta",
  "electra",
  "distilbert",
  "deberta_v2",
  "deberta_v3",
] as const;
