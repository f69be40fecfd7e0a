/** `deno task engine:install`: TensorFlow's library for the `tensorflow` engine. @module */

import { type Command, run } from "./command.ts";

const COMMAND: Command = {
  name: "engine:install",
  summary: "Gets TensorFlow's library (about 270 MB) into the cache folder of this user",
  flags: [{ name: "cuda", help: "the build for NVIDIA GPUs" }],
};

await run(COMMAND, async (call) => {
  const { installTensorflow } = await import("../mod.ts");
  await installTensorflow({ cuda: call.has("cuda"), log: console.error });
});
