/** `deno task parity FOLDER`: replays a recording of the reference implementation. @module */

import { type Command, JSON_FLAG, start } from "./shared/command.ts";
import { ENGINE_FLAGS } from "./shared/flags.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "parity",
  summary: "Replays a recorded training of the reference implementation and compares every step",
  arguments: ["FOLDER"],
  flags: [
    ...ENGINE_FLAGS,
    {
      name: "steps",
      value: "WAY",
      choices: ["compiled", "eager", "checked"],
      default: "compiled",
      help: "whole steps at once where the engine can, op by op, or both with a comparison",
    },
    JSON_FLAG,
  ],
  notes: [
    "Prints the largest absolute deviation of each quantity and its tolerance; that of grads is in",
    "units of its own allowance, 1e-6 + 1e-4 of the tensor's largest entry. Exit status 1 if one is",
    "outside its tolerance or a loss, label, centre or weight is not finite. With --json:",
    '{"ok","loss","grads","outputs","labels","centers","weights","test","metrics","finite",',
    '"tolerance":{…}}, with null for what the recording lacks',
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/parity.ts"));
