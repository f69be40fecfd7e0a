/** Flags that say how a table of results is written. @module */

import type { Flag } from "./call.ts";

/** What `--format` takes, and the method that writes it. */
export const FORMATS = {
  text: "toText",
  markdown: "toMarkdown",
  latex: "toLatex",
  csv: "toCsv",
  html: "toHtml",
} as const;

/** How a table is written on stdout. */
export const FORMAT_FLAG: Flag = {
  name: "format",
  value: "FORMAT",
  choices: Object.keys(FORMATS),
  default: "text",
  help: "of the table on stdout",
};

/** A file for a table beside what is printed, for commands whose `--out` is a folder. */
export const SAVE_FLAG: Flag = {
  name: "save",
  value: "FILE",
  help: "write the table too: .txt, .md, .tex, .csv or .html",
};
