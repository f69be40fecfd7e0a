/** `deno task evaluate RUNS…`: metrics of finished runs on a split. @module */

import { type Command, JSON_FLAG, start } from "./shared/command.ts";
import { ENGINE_FLAGS, SOURCE_FLAGS } from "./shared/flags.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "evaluate",
  summary: "Evaluates finished runs on a split of their data or of other data",
  arguments: ["RUNS…"],
  flags: [
    { name: "data", value: "PATH", help: "other data than the run's own" },
    {
      name: "split",
      value: "SPLIT",
      choices: ["train", "valid", "test"],
      default: "test",
      help: "which part of the data",
    },
    { name: "drop", value: "MODALITY,…", repeatable: true, help: "evaluate as if it were missing" },
    {
      name: "noise",
      value: "MODALITY=LEVEL,…",
      repeatable: true,
      help: "add noise, a row for each level",
    },
    {
      name: "representations",
      value: "FILE",
      repeatable: true,
      help: "write what the run makes of each sample: .csv, .safetensors, or .svg for a figure",
    },
    { name: "errors", help: "find the largest errors, and keep them for report" },
    {
      name: "projection",
      value: "NAME",
      choices: ["pca", "umap"],
      default: "pca",
      help: "how the figure shows vectors in two dimensions",
    },
    ...ENGINE_FLAGS,
    ...SOURCE_FLAGS,
    JSON_FLAG,
  ],
  notes: [
    "RUNS are run folders, or any folders above them: several are a row each.",
    "A dropped modality has features of 0 in all its steps, dropped text no words. Noise is normal, in",
    "standard deviations of each feature over the run's train split, and drawn from the run's seed.",
    "--noise audio=0,0.1,0.3,1 gives a row a level; with two modalities, a row a combination.",
    "--representations takes one run: vectors of text, audio, vision and their fusion, as far as the",
    "model has them, by sample; the figure is coloured by label.",
    "--errors tells the ten largest errors of each run, with each modality's own score; RUN/errors.json",
    "has what is said and the nearest samples of train besides, which report shows. Both take the data",
    "as they are, without --drop and --noise.",
    "Notes in RUN/reads.jsonl that the split was read, and how; what came of --drop and --noise is",
    "there too, for report to draw. With --json:",
    '{"run","split","metrics":{…}}, and with --drop or --noise the metrics of the first row and',
    '"points":[{"drop":[…],"noise":{…},"metrics":{…}}] of all; for several {"runs":[…]} of such.',
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/evaluate.ts"));
