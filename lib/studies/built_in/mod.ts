/** Studies that come with the toolkit: tables and claims of others, to be run on one's own data. @module */

import { findModel } from "../../models/mod.ts";
import type { StudyCell, StudyDefinition } from "../study/definition.ts";
import { ABLATIONS } from "./ablations.ts";
import { REPORT_TABLES } from "./report_tables.ts";
import { SELF_MM_CLAIMS } from "./self_mm_claims.ts";

export { type PublishedMeans, publishedMeans } from "./published.ts";

/** All of them, by what they ask. */
export const STUDIES: readonly StudyDefinition[] = [
  ...REPORT_TABLES,
  ...SELF_MM_CLAIMS,
  ...ABLATIONS,
];

/** A study without the cells that its settings leave nothing to train. */
export interface TrainableStudy {
  /** The study with the rest. */
  readonly definition: StudyDefinition;
  /** What was left out: models that are nothing without a BERT, where text is features. */
  readonly leftOut: readonly StudyCell[];
}

/** Leaves out of a built-in study what cannot be trained with its settings. */
export function trainable(definition: StudyDefinition): TrainableStudy {
  const lacksBert = ({ model, settings }: StudyCell) =>
    findModel(model).needs.includes("bert") && settings["text"] !== "bert";
  const { cells } = definition;
  return {
    definition: { ...definition, cells: cells.filter((cell) => !lacksBert(cell)) },
    leftOut: cells.filter(lacksBert),
  };
}
