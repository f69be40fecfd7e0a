/** `deno task export RUN --onnx FILE`: a trained network for other programs. @module */

import { type Command, JSON_FLAG, start } from "./shared/command.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "export",
  summary: "Writes a trained network as an ONNX file, and tries it in onnxruntime",
  arguments: ["RUN"],
  flags: [
    { name: "onnx", value: "FILE", help: "the file to write; needed" },
    JSON_FLAG,
  ],
  notes: [
    "The file has opset 17 and takes any number of samples. Features go in as the data have them,",
    "[batch, steps, width] with true lengths; of runs with --text bert the tokens, as a tokenizer",
    "gives them. Scaling, text encoder and the way back to the labels' range are inside. Its scores",
    "are compared with the network's before the file takes its name.",
    'With --json: {"file","bytes","operators","inputs":[{"name","type","shape"}],"difference"}.',
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/export.ts"));
