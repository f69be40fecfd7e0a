/**
 * A toolkit for multimodal sentiment analysis: data, models, training, evaluation, comparison.
 *
 * @module
 */

export * from "./lib/core/mod.ts";
export * from "./lib/statistics/mod.ts";
export * from "./lib/display/mod.ts";
export * from "./lib/engine/mod.ts";
export * from "./lib/data/mod.ts";
export * from "./lib/features/mod.ts";
export * from "./lib/nn/mod.ts";
export * from "./lib/evaluation/mod.ts";
export * from "./lib/models/mod.ts";
export * from "./lib/training/mod.ts";
export * from "./lib/parity/mod.ts";
export * from "./lib/studies/mod.ts";
export * from "./lib/analysis/mod.ts";
export * from "./lib/session/mod.ts";
