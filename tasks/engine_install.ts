/** `deno task engine:install`: TensorFlow's library for the `tensorflow` engine. @module */

import { type Call, type Command, run } from "./shared/command.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "engine:install",
  summary: "Gets TensorFlow's library (about 270 MB) into the cache folder of this user",
  flags: [{
    name: "cuda",
    help: "the build for NVIDIA GPUs, with NVIDIA's libraries (about 3.4 GB)",
  }],
};

async function work(call: Call): Promise<void> {
  const { installTensorflow } = await import("../mod.ts");
  await installTensorflow({ cuda: call.has("cuda"), log: console.error });
}

if (import.meta.main) await run(COMMAND, work);
