/** `deno task init FOLDER`: a folder for notebooks and scripts of one's own. @module */

import { type Command, start } from "./shared/command.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "init",
  summary: "Makes a folder for notebooks and scripts of your own, anywhere, with a first notebook",
  arguments: ["FOLDER"],
  flags: [],
  notes: [
    "Writes deno.json, package.json and first.ipynb, and replaces no file. They name this checkout by its",
    "whole path: where it has moved, make the folder anew.",
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/init.ts"));
