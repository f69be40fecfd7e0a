/** `deno task parity:layers FILE.json`: compares layers with recorded cases. @module */

import { type Command, JSON_FLAG, start } from "./shared/command.ts";
import { ENGINE_FLAGS } from "./shared/flags.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "parity:layers",
  summary: "Compares layers, losses, optimizers and models with recorded cases of the reference",
  arguments: ["FILE.json"],
  flags: [
    { name: "kinds", value: "KIND,…", help: "only cases of these kinds" },
    ...ENGINE_FLAGS,
    { name: "eager", help: "compile nothing: run op by op" },
    JSON_FLAG,
  ],
  notes: [
    "Exit status 1 if a case deviates, or is of a kind that is not there yet. With --json:",
    '{"ok","cases":[{"name","kind","ok","output","inputGrad","weightGrad"}]}',
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/parity_layers.ts"));
