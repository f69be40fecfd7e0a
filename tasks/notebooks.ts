/** `deno task notebooks`: runs every notebook without a browser. @module */

import { type Call, type Command, run } from "./shared/command.ts";

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

async function work(call: Call): Promise<number> {
  const { runNotebooks } = await import("./run_notebooks.ts");
  return await runNotebooks(call.get("only") ?? "", call.has("update"));
}

if (import.meta.main) await run(COMMAND, work);
