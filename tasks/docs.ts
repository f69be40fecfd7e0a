/** `deno task docs`: the parts of documents that follow from the code. @module */

import { type Command, start } from "./shared/command.ts";

/** Its name and flags. */
export const COMMAND: Command = {
  name: "docs",
  summary: "Writes the tables of commands and models into documents, and descriptions of tasks",
  flags: [{ name: "check", help: "write nothing, and fail where something is stale" }],
  notes: [
    "A part lies between markers, <!-- commands --> and <!-- /commands --> in README.md. What it says",
    "comes from the COMMAND of each file of tasks and from the definition of each model.",
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/docs.ts"));
