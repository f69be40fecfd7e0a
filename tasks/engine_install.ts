/** `deno task engine:install`: TensorFlow's library for the `tensorflow` engine. @module */

import { type Command, start } from "./shared/command.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "engine:install",
  summary: "Gets TensorFlow's library (about 270 MB) into the cache folder of this user",
  flags: [{
    name: "cuda",
    help: "the build for NVIDIA GPUs, with NVIDIA's libraries (about 3.4 GB)",
  }],
};

await start(import.meta, COMMAND, () => import("./work/engine_install.ts"));
