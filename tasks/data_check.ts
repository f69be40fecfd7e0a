/** `deno task data:check`: what a dataset is and what is wrong with it. @module */

import { type Command, JSON_FLAG, start } from "./shared/command.ts";
import { DATA_FLAGS, SOURCE_FLAGS } from "./shared/flags.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "data:check",
  summary: "Recognises a dataset of any layout, a store or synthetic data, and lists every problem",
  arguments: ["PATH"],
  flags: [...DATA_FLAGS.filter(({ name }) => name === "protocol"), ...SOURCE_FLAGS, JSON_FLAG],
  notes: [
    "Exit status 1 if any problem is an error. With --json:",
    '{"ok","format","layout","renamed":[…],"padding":{…},"textPooling","standardize",',
    '"recognized":{"name","by"},"protocol","sha256","splits":{…},',
    '"problems":[{"severity","code","split","modality","count","ids","message"}]}',
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/data_check.ts"));
