/** `deno task export RUN`: a trained network, or what happened in runs, for other programs. @module */

import { type Command, JSON_FLAG, start } from "./shared/command.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "export",
  summary: "Writes a trained network as an ONNX file, or epochs of runs for TensorBoard",
  arguments: ["RUN"],
  flags: [
    { name: "onnx", value: "FILE", help: "the network, tried in onnxruntime" },
    {
      name: "tensorboard",
      value: "FOLDER",
      help: "event files of RUN, or of all runs below it, finished or not",
    },
    JSON_FLAG,
  ],
  notes: [
    "The ONNX file has opset 17 and takes any number of samples. Features go in as the data have them,",
    "[batch, steps, width] with true lengths; of runs with --text bert the tokens, as a tokenizer",
    "gives them. Scaling, text encoder and the way back to the labels' range are inside. Its scores",
    "are compared with the network's before the file takes its name. With --json:",
    '{"file","bytes","operators","inputs":[{"name","type","shape"}],"difference"}, and with',
    '--tensorboard {"folder","runs"}.',
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/export.ts"));
