/** Opens an engine in a process of its own; for tests that need another environment. */

import { FULL_LOCK } from "../full_lock.ts";
import { join } from "node:path";
import { type EngineOptions, openEngine } from "../../lib/engine/mod.ts";
import { messageOf } from "../../lib/core/errors.ts";

if (import.meta.main) {
  try {
    const { name, library } = await openEngine(JSON.parse(Deno.args[0]!) as EngineOptions);
    console.log(JSON.stringify({ name, library }));
  } catch (error) {
    console.log(JSON.stringify({ error: (error as Error).name, message: messageOf(error) }));
    Deno.exitCode = 1;
  }
}

/** What a process of {@linkcode probe} says. */
export interface Probe {
  readonly code: number;
  readonly stderr: string;
  readonly name?: string;
  readonly library?: string | null;
  readonly error?: string;
  readonly message?: string;
}

/** Runs a script of this folder with changes to the environment; its last line is JSON. */
export function runScript(
  script: string,
  argument: unknown,
  env: Record<string, string>,
): Probe {
  const { code, stdout, stderr } = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", FULL_LOCK, join(import.meta.dirname!, script), JSON.stringify(argument)],
    env: { NO_COLOR: "1", ...env },
  }).outputSync();
  const text = new TextDecoder().decode(stdout).trim().split("\n").at(-1)!;
  const said = text.startsWith("{") ? JSON.parse(text) : { message: text };
  return { code, stderr: new TextDecoder().decode(stderr), ...said };
}

/** Opens an engine in another process. */
export function probe(options: EngineOptions, env: Record<string, string>): Probe {
  return runScript("probe.ts", options, env);
}
