/** `deno task runs`: the finished runs of a folder. @module */

import { type Command, JSON_FLAG, start } from "./shared/command.ts";
import { OUT_FLAG } from "./shared/flags.ts";

/** Its name and flags. */
export const COMMAND: Command = {
  name: "runs",
  summary: "Lists the finished runs of a folder",
  flags: [
    { name: "model", value: "NAME", help: "only those of a model" },
    { name: "dataset", value: "NAME", help: "only those on a dataset" },
    {
      name: "sort",
      value: "KEY",
      default: "path",
      help: "a metric on test (best first), valid.METRIC, or a column such as started",
    },
    { name: "out", value: "FOLDER", default: OUT_FLAG.default!, help: "where the runs are" },
    { name: "rebuild", help: "read all runs again" },
    JSON_FLAG,
  ],
  notes: [
    "Keeps an index in FOLDER/.index.sqlite, which follows the folders and may be deleted.",
    'With --json: {"runs":[{"path","model","dataset","seed","setting","variant","sha256","protocol",',
    '"engine","device","epochs","bestEpoch","started","valid":{…},"test":{…}}],"skipped":[{"path",',
    '"reason"}]}',
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/runs.ts"));
