/** Runs commands as a user does: another process, its exit status and its output. */

import { join } from "node:path";

const ROOT = join(import.meta.dirname!, "..", "..");

/** What a command did. */
export interface TaskResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `tasks/<name>.ts`. */
export async function runTask(name: string, ...args: string[]): Promise<TaskResult> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "-A", join(ROOT, "tasks", `${name}.ts`), ...args],
    env: { NO_COLOR: "1" },
    cwd: ROOT,
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** The JSON object in the last line. */
export function lastJson(stdout: string): Record<string, unknown> {
  return JSON.parse(stdout.trimEnd().split("\n").at(-1)!);
}
