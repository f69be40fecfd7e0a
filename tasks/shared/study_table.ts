/** The table of a study for people. @module */

import { type ShownStudy, studyTables } from "../../lib/analysis/mod.ts";
import type { Call } from "./command.ts";
import { printTables, saverOf } from "./tables.ts";

/** Prints our values, their interval over seeds and the published values, and saves them with `--save`. */
export function printStudies(call: Call, studies: readonly ShownStudy[]): void {
  const tables = studyTables(studies);
  printTables(tables, call.require("format"));
  saverOf(call)(tables);
}
