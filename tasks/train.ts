/** `deno task train`: trains and evaluates a model, one run a seed. @module */

import { type Command, JSON_FLAG, start } from "./shared/command.ts";
import {
  DATA_FLAGS,
  ENGINE_FLAGS,
  JOBS_FLAG,
  MODEL_FLAG,
  OUT_FLAG,
  seedFlags,
} from "./shared/flags.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "train",
  summary: "Trains and evaluates a model, one run a seed",
  flags: [
    MODEL_FLAG,
    ...DATA_FLAGS,
    ...seedFlags(),
    JOBS_FLAG,
    ...ENGINE_FLAGS,
    {
      name: "mode",
      value: "MODE",
      choices: ["reference", "robust"],
      help: "the published method (default), or its guarded form",
    },
    {
      name: "text",
      value: "TEXT",
      choices: ["features", "bert"],
      help: "features of the data (default), or a BERT that is trained",
    },
    { name: "bert", value: "FOLDER", help: "with --text bert: config.json, model.safetensors, …" },
    { name: "retokenize", help: "make tokens from the raw text with the tokenizer in --bert" },
    { name: "config", value: "FILE.json", help: "settings, or config.json of a run, to repeat it" },
    { name: "set", value: "KEY=VALUE", repeatable: true, help: "one setting, over --config" },
    { name: "epochs", value: "N", help: "upper limit of epochs (default: 200)" },
    {
      name: "like",
      value: "RUN",
      help: "as that run was: model, data, settings, seed; further flags change it",
    },
    OUT_FLAG,
    { name: "name", value: "NAME", help: "of the folder, SEED~NAME; default: what differs" },
    { name: "resume", help: "continue unfinished runs; start where there is none" },
    { name: "overwrite", help: "remove the run that is there, and train anew" },
    { name: "tensorboard", help: "write event files into the runs: tensorboard --logdir OUT" },
    JSON_FLAG,
  ],
  notes: [
    "Writes OUT/MODEL/DATASET/SEED/ with config.json, run.json, history.jsonl, predictions.csv,",
    "metrics.json, model.safetensors, labels.csv and checkpoint/. A finished run is skipped. Settings",
    "other than those in SEED/ go to SEED~dropout=0.2/ beside it, and find it again.",
    "With --jobs seeds are trained beside each other, in the bytes of one after the other; one that",
    "fails does not stop the others, and the exit status is 1.",
    "--model NAME --help lists the settings of a model, which --set and --config name. With --json:",
    '{"runs":[{"model","dataset","seed","path","engine","device","parameters","epochs","bestEpoch",',
    '"valid":{…},"test":{…},"seconds":{"load","train","evaluate"},"epochSeconds":[…],"samplesPerSecond",',
    '"peakRssBytes"}],"failed":[{"run","message"}]}, where failed is what has no result.',
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/train.ts"));
