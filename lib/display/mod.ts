/** How things show themselves: progress, tables, pages, notebooks. @module */

export {
  type Broadcast,
  CellOutput,
  type Displayable,
  isNotebook,
  JUPYTER_DISPLAY,
  type MediaBundle,
} from "./notebook.ts";
export type { ProgressCell } from "./cell_progress.ts";
export {
  createProgress,
  type Progress,
  type ProgressOptions,
  type ProgressStart,
  type ProgressStream,
} from "./progress.ts";
export { barOf, formatDuration, type ProgressState } from "./progress_line.ts";
export { markdownCode, markdownItem, markdownTable } from "./markdown.ts";
export type { Grid, GridCell } from "./grid.ts";
export { GridTables, TABLE_FILES } from "./grid_tables.ts";
export { inColor, inLines, tableColumns, type Tone } from "./terminal.ts";
export { htmlTable, textTable, type TextWidth } from "./tables.ts";
export { escapeForNotebook, escapeXml } from "./xml.ts";
