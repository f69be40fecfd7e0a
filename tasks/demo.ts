/** `deno task demo`: the main job with nothing but npm packages. @module */

import { type Command, JSON_FLAG, start } from "./shared/command.ts";
import { seedFlags } from "./shared/flags.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "demo",
  summary: "Trains Self-MM and the baseline on built-in data and prints one table of results",
  flags: [
    ...seedFlags("3; train and study have 5"),
    {
      name: "engine",
      value: "ENGINE",
      choices: ["auto", "tensorflow", "webgpu", "cpu"],
      default: "cpu",
      help: "who computes; cpu needs nothing installed",
    },
    { name: "out", value: "FOLDER", help: "folder above the runs", default: "runs/demo" },
    JSON_FLAG,
  ],
  notes: [
    "The data are made up: every modality has a sentiment of its own, and the label mixes them.",
    "Self-MM never sees the sentiments; the second table shows how well it found them.",
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/demo.ts"));
