/** What the data tell of how they should be read. @module */

export { columnScales, type ScaleFinding } from "./column_scales.ts";
export { type TextKind, textKind } from "./text_kind.ts";
