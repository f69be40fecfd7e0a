/** `deno task train`: trains and evaluates a model, one run a seed. @module */

import { type Command, JSON_FLAG, printJson, run } from "./command.ts";
import { DATA_FLAGS, ENGINE_FLAGS } from "./flags.ts";

const COMMAND: Command = {
  name: "train",
  summary: "Trains and evaluates a model, one run a seed",
  flags: [
    { name: "model", value: "NAME", help: "self-mm or constant" },
    ...DATA_FLAGS,
    { name: "seeds", value: "N,N,…", help: "one run for each", default: "1111" },
    ...ENGINE_FLAGS,
    {
      name: "mode",
      value: "MODE",
      choices: ["reference", "robust"],
      help: "the published method, or its guarded form",
    },
    { name: "config", value: "FILE.json", help: "settings as a JSON object" },
    { name: "set", value: "KEY=VALUE", repeatable: true, help: "one setting; goes over --config" },
    { name: "epochs", value: "N", help: "upper limit of epochs" },
    { name: "out", value: "FOLDER", help: "folder above the runs", default: "runs" },
    { name: "resume", help: "continue unfinished runs; start where there is none" },
    JSON_FLAG,
  ],
  notes: [
    "Writes OUT/MODEL/DATASET/SEED/ with config.json, run.json, history.jsonl, predictions.csv,",
    "metrics.json, model.safetensors, labels.csv and checkpoint/. A finished run is skipped.",
    "Settings and their defaults: see config.json of a run.",
  ].join("\n"),
};

await run(COMMAND, async (call) => {
  const { train } = await import("./train_runs.ts");
  const runs = await train(call);
  if (call.has("json")) printJson({ runs });
});
