/** `deno task models`: every model, and what can be trained on some data. @module */

import { type Command, JSON_FLAG, start } from "./shared/command.ts";
import { DATA_FLAGS } from "./shared/flags.ts";

/** Its name and flags. */
export const COMMAND: Command = {
  name: "models",
  summary: "Lists every model: year, needs, parameters, and whether it can be trained on your data",
  flags: [
    ...DATA_FLAGS.filter(({ name }) => name !== "nonfinite"),
    { name: "bert", value: "FOLDER", help: "a BERT, for the models that cannot do without one" },
    JSON_FLAG,
  ],
  notes: [
    "Needs: text as a sequence; a BERT (--text bert --bert FOLDER); labels of people for each modality;",
    "aligned data. Parameters are those with default settings on the published files, without a BERT's.",
    "With --data: those on the data, or no, with the reason. Features are not read: data:check finds",
    "what is wrong with them. With --json:",
    '{"dataset","models":[{"name","summary","kind","year","needs":[…],',
    '"parameters":{"mosi","mosei","sims","simsv2"},"data":{"runs","reason","parameters","warnings":[…]}}]}',
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/models.ts"));
