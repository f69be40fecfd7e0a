/** `deno task watch [FOLDER]`: a page that follows trainings. @module */

import { type Command, start } from "./shared/command.ts";
import { OUT_FLAG } from "./shared/flags.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "watch",
  summary: "Shows the runs and studies of a folder in a browser while they train",
  arguments: ["[FOLDER]"],
  flags: [{ name: "port", value: "N", help: "where it listens (default: a free one)" }],
  notes: [
    `Follows all runs in FOLDER and below (default: ${OUT_FLAG.default}), here or on a cluster, by their files:`,
    "curves, states, how long at most, logs, and the grid of each study. Only this machine reaches the",
    "page, only with the token of the address, and nothing can be changed from it. Ctrl-C ends it; the",
    "trainings go on.",
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/watch.ts"));
