/** Reports: a study as one page. @module */

export { MODEL_CARDS, type ModelCard } from "./model_cards.ts";
export { makeReport } from "./report.ts";
