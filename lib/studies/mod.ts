/** Many trainings: studies, searches, and the table of runs. @module */

export * from "./built_in/mod.ts";
export * from "./cluster/mod.ts";
export * from "./runs/mod.ts";
export { type QueuedTask, type Scheduler, type TaskArray } from "./schedulers/scheduler.ts";
export { SLURM } from "./schedulers/slurm.ts";
export * from "./search/mod.ts";
export * from "./study/mod.ts";
