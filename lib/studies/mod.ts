/** Many trainings: studies, searches, and the table of runs. @module */

export * from "./runs/mod.ts";
export * from "./search/mod.ts";
export * from "./study/mod.ts";
