/** `deno task notebooks`: runs every notebook without a browser. @module */

import { type Command, start } from "./shared/command.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "notebooks",
  summary: "Runs every notebook without a browser, and checks what comes out",
  flags: [
    { name: "only", value: "TEXT", help: "the notebooks whose names contain it, for example 03" },
    { name: "update", help: "write the outputs into the notebooks: clears them and runs again" },
  ],
  notes: [
    "Fails when a cell fails, and without --update when the outputs are not those in the file.",
    "Times, speeds and colours are not compared. Needs python3 with nbclient, for example by",
    "pip install nbclient ipykernel, or Debian's python3-nbclient.",
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/notebooks.ts"));
