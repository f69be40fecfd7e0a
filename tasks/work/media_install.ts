/** The work of `deno task media:install`. @module */

import { installFfmpeg, installOpenSmile } from "../../lib/media/mod.ts";
import type { Call } from "../shared/command.ts";

/** Gets what is asked for. */
export async function work(call: Call): Promise<void> {
  const options = { log: console.error };
  if (call.has("opensmile")) installOpenSmile(call.has("accept-licence"), options);
  else await installFfmpeg(options);
}
