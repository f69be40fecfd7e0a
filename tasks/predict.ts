/** `deno task predict RUN`: scores of samples, with or without labels. @module */

import { type Command, run } from "./command.ts";
import { ENGINE_FLAGS } from "./flags.ts";

const COMMAND: Command = {
  name: "predict",
  summary: "Writes id,prediction as CSV for every sample of a file",
  arguments: ["RUN"],
  flags: [
    {
      name: "data",
      value: "PATH",
      help: "an MMSA pickle, a store folder or synthetic; labels are not needed",
    },
    {
      name: "split",
      value: "SPLIT",
      choices: ["train", "valid", "test"],
      help: "one part of the data (default: all, in file order)",
    },
    { name: "out", value: "FILE", help: "write here instead of stdout" },
    ...ENGINE_FLAGS,
  ],
};

await run(COMMAND, async (call) => {
  const { predict } = await import("./predict_run.ts");
  await predict(call);
});
