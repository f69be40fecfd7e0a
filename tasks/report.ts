/** `deno task report STUDY`: a study as one HTML file. @module */

import { type Command, JSON_FLAG, start } from "./shared/command.ts";
import { EQUIVALENCE_FLAG } from "./shared/margins.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "report",
  summary: "Writes a study as one HTML file: tables, verdicts, figures, model cards, provenance",
  arguments: ["STUDY"],
  flags: [
    {
      name: "out",
      value: "FILE",
      default: "report.html",
      help: "the file to write; .md, .tex, .csv or .txt has the table of results alone",
    },
    {
      name: "metric",
      value: "KEY",
      default: "mae",
      help: "compare the models by this metric, or by several with commas",
    },
    EQUIVALENCE_FLAG,
    JSON_FLAG,
  ],
  notes: [
    "STUDY is the folder of a study, or any folder of runs. What is no finished run is passed over",
    'and listed at the end of the report. With --json: {"report","bytes"}.',
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/report.ts"));
