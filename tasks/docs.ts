/** `deno task docs`: the parts of documents that follow from the code. @module */

import { type Command, start } from "./shared/command.ts";

/** Its name and flags. */
export const COMMAND: Command = {
  name: "docs",
  summary: "Writes what documents say of commands, models and data, and descriptions of tasks",
  flags: [{ name: "check", help: "write nothing, and fail where something is stale" }],
  notes: [
    "A part lies between markers, <!-- commands --> and <!-- /commands --> in README.md. What it says",
    "comes from the COMMAND of each file of tasks, from the definition of each model (MODELS.md and the",
    "references of CITATION.cff) and from the published data (DATA.md) and results.",
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/docs.ts"));
