/** `deno task search`: random search for settings, scored on valid only. @module */

import { type Command, JSON_FLAG, start } from "./shared/command.ts";
import {
  CLUSTER_FLAGS,
  DATA_FLAGS,
  ENGINE_FLAGS,
  JOBS_FLAG,
  MODEL_FLAG,
  OUT_FLAG,
  seedFlags,
} from "./shared/flags.ts";

/** Its name and flags. */
export const COMMAND: Command = {
  name: "search",
  summary: "Searches settings of a model at random, scored on valid only",
  flags: [
    MODEL_FLAG,
    ...DATA_FLAGS,
    {
      name: "space",
      value: "SPACE",
      repeatable: true,
      help: "FILE.json or KEY=A,B,C; default: the model's own ranges",
    },
    { name: "trials", value: "N", default: "20", help: "how many settings to try" },
    { name: "seed", value: "N", default: "1", help: "of the draws" },
    ...seedFlags("1 a trial"),
    { name: "metric", value: "KEY", default: "mae", help: "of valid, to rank by" },
    JOBS_FLAG,
    ...ENGINE_FLAGS,
    { name: "set", value: "KEY=VALUE", repeatable: true, help: "a setting of all trials" },
    { name: "epochs", value: "N", help: "upper limit of epochs" },
    { name: "out", value: "FOLDER", help: "folder above the search", default: OUT_FLAG.default! },
    ...CLUSTER_FLAGS,
    JSON_FLAG,
  ],
  notes: [
    'FILE.json has ranges by setting: [16,32], {"uniform":[0,0.5]}, {"logUniform":[0.0001,0.01]} or',
    '{"integer":[4,16]}. Writes OUT/search-MODEL/study.json and OUT/search-MODEL/trial-001/…; the',
    "trials never see test. Started again it goes on; more --trials add to those that are there.",
    "With --on slurm a job array trains it (see study --help); the same command prints the ranking.",
    'With --json: {"model","metric","folder","ranking":[{"trial","settings","score"}],"trained",',
    '"kept","failed":[{"run","message"}],"train":[…]}, where train is the command for the best.',
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/search.ts"));
