/** `deno task data:convert`: an MMSA pickle as a store. @module */

import { type Command, JSON_FLAG, start } from "./shared/command.ts";
import { DATA_FLAGS, SOURCE_FLAGS } from "./shared/flags.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "data:convert",
  summary: "Converts a dataset of any layout to a store, which every command takes in its place",
  arguments: ["PATH", "FOLDER"],
  flags: [...DATA_FLAGS.filter(({ name }) => name === "protocol"), ...SOURCE_FLAGS, JSON_FLAG],
  notes: [
    "Writes FOLDER with meta.json and float32 safetensors for each split. It appears when it is",
    "complete. With --json:",
    '{"path","folder","written","name","protocol","sha256","splits":{"train":{"samples"},…},',
    '"problems":[…]}',
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/data_convert.ts"));
