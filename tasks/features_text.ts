/** `deno task features:text`: a text encoder's features of the raw text, as a store. @module */

import { type Command, JSON_FLAG, start } from "./shared/command.ts";
import { DATA_FLAGS, SOURCE_FLAGS } from "./shared/flags.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "features:text",
  summary:
    "Extracts text features with a text encoder and writes a store that has them as its text",
  flags: [
    ...DATA_FLAGS.filter(({ name }) => name === "data" || name === "protocol"),
    ...SOURCE_FLAGS,
    {
      name: "bert",
      value: "FOLDER",
      help: "config.json, tokenizer, model.safetensors (or pytorch_model.bin, onnx/model.onnx)",
    },
    { name: "out", value: "STORE", help: "the store's folder" },
    {
      name: "kind",
      value: "KIND",
      choices: ["tokens", "cls"],
      default: "tokens",
      help: "states of all tokens, or of [CLS] alone",
    },
    JSON_FLAG,
  ],
  notes: [
    "Interrupted, the same command goes on. Nothing is downloaded but packages. With --json:",
    '{"path","folder","written","kind","splits":{"train":{"samples"},…}}',
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/features_text.ts"));
