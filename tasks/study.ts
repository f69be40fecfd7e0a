/** `deno task study NAME|FILE.json`: many trainings that make one table. @module */

import { type Command, JSON_FLAG, start } from "./shared/command.ts";
import {
  CLUSTER_FLAGS,
  DATA_FLAGS,
  ENGINE_FLAGS,
  JOBS_FLAG,
  OUT_FLAG,
  seedFlags,
} from "./shared/flags.ts";
import { FORMAT_FLAG, SAVE_FLAG } from "./shared/table_flags.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "study",
  summary: "Trains models × settings × modalities × seeds and prints their table",
  arguments: ["STUDY", "[FOLDER]"],
  flags: [
    // Which modalities is for the study to say.
    ...DATA_FLAGS.filter(({ name }) => name !== "modalities"),
    ...seedFlags("those of the study, else 5"),
    JOBS_FLAG,
    ...ENGINE_FLAGS,
    {
      name: "set",
      value: "KEY=VALUE",
      repeatable: true,
      help: "a setting of all cells whose model has it",
    },
    { name: "epochs", value: "N", help: "upper limit of epochs, for a quick look" },
    { name: "out", value: "FOLDER", help: "folder above the study", default: OUT_FLAG.default! },
    FORMAT_FLAG,
    SAVE_FLAG,
    ...CLUSTER_FLAGS,
    JSON_FLAG,
  ],
  notes: [
    "STUDY is report-table-2, -3, -4, -5, -6, self-mm-mosi, self-mm-mosei, self-mm-sims, self-mm-tasks,",
    "self-mm-labels, shared-private-pairs, mmcl-ablation or a FILE.json (STUDIES.md shows one).",
    "Writes OUT/STUDY/study.json and OUT/STUDY/SETTING/MODEL/DATASET/SEED/. Finished runs are kept,",
    "unfinished ones go on: after a kill, start it again. Published values are marked + inside or",
    "- outside of our interval over seeds. With --on slurm a job array trains it: `study status FOLDER`",
    "tells where each run stands, `study cancel FOLDER` ends it, `study table FOLDER` prints the table",
    "so far, and the same command again hands in what is left. With --json:",
    '{"study","folder","trained","kept","failed":[{"run","message"}],"table":{"title","split",',
    '"metrics","rows":[{"slug","label","name","model","dataset","seeds","ours":{"mae":{"mean","deviation",',
    '"estimate":{"value","low","high","level","method","n"}}},"published":[{"label","values":',
    '{"mae":{"value","isInside"}}}],"valid"}],"missing","labels":[{"name","epochs":[{"epoch","seeds",',
    '"corr":{"text"},"mae"}],"best","last"}],"notes"},"claims":[{"claim","dataset","answer":"holds"|',
    '"fails"|"open","comparisons","sentence"}]}; on a cluster without --wait',
    '{"study","folder","jobs","runs","tasks"}; of status {"study","folder","counts","silence","runs":[',
    '{"run","data","state","node","epoch","epochs","validMae","secondsLeft","reason","log","path"}]}.',
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/study.ts"));
