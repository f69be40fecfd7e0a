/** Models: what they compute, without files, engines and loops. @module */

export * from "./model.ts";
export { Network } from "./network.ts";
export { linearSchedule, type RateSchedule, type SchedulePlace } from "./rate_schedule.ts";
export { findModel, type ModelName, MODELS } from "./registry.ts";
export * from "./setting.ts";
export { TEXT_SETTINGS } from "./trained_bert.ts";
