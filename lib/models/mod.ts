/** Models: what they compute, without files, engines and loops. @module */

export * from "./model.ts";
export { findModel, MODELS } from "./registry.ts";
