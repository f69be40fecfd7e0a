/** The work of `deno task engine:install`. @module */

import { installTensorflow } from "../../lib/engine/mod.ts";
import type { Call } from "../shared/command.ts";

/** Gets the library. */
export async function work(call: Call): Promise<void> {
  await installTensorflow({ cuda: call.has("cuda"), log: console.error });
}
