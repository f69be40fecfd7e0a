/** `deno task cluster:prepare FOLDER`: what compute nodes without internet need. @module */

import { type Command, JSON_FLAG, start } from "./shared/command.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "cluster:prepare",
  summary: "Puts packages and TensorFlow's library where compute nodes without internet see them",
  arguments: ["FOLDER"],
  flags: [JSON_FLAG],
  notes: [
    "FOLDER lies on a file system that all nodes see. Run it where there is internet, and again after",
    "an update; then give FOLDER/setup.sh to study and search as --setup. With --json:",
    '{"folder","setup","tensorflow","deno"}.',
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/cluster_prepare.ts"));
