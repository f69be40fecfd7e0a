/** `open_engine.ts ENGINE`: opens an engine, whose self-test is the first op. */

import { openEngine } from "../../mod.ts";

await openEngine({ engine: Deno.args[0] as "tensorflow" });
