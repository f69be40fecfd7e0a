/** What a process of a test is started with, so that it notes no package in `deno.lock`. @module */

import { join } from "node:path";

/** A flag of `deno run`: the lock that knows all packages. */
export const FULL_LOCK = `--lock=${join(import.meta.dirname!, "..", "deno.full.lock")}`;
