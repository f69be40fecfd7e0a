/** The work of `deno task watch`. @module */

import { TRAINING_DEFAULTS } from "../../lib/training/training_defaults.ts";
import { watchFolder } from "../../lib/watch/mod.ts";
import type { Call } from "../shared/command.ts";

/** Prints the address, and serves it until the process is ended. */
export async function work(call: Call): Promise<void> {
  const [folder = TRAINING_DEFAULTS.out] = call.arguments;
  const watch = watchFolder(folder, portOf(call));
  console.log(`${watch.address}\nOpen it in a browser of this machine. Ctrl-C ends it`);
  await watch.finished;
}

function portOf(call: Call): { readonly port?: number } {
  return call.get("port") === undefined ? {} : { port: call.count("port", 1) };
}
