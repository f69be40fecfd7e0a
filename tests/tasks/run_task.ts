/**
 * Runs commands as a user does: another process with the rights that deno.json gives it and
 * nobody to ask for more, its exit status and its output.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";

/** The checkout. */
export const ROOT: string = join(import.meta.dirname!, "..", "..");

const TASKS: Readonly<Record<string, { readonly command: string }>> = JSON.parse(
  Deno.readTextFileSync(join(ROOT, "deno.json")),
).tasks;

/** What a command did. */
export interface TaskResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The arguments with which `deno` runs `tasks/<file>.ts`, and `args`. */
export function taskArguments(file: string, args: readonly string[]): string[] {
  const task = Object.values(TASKS).find(({ command }) => command.endsWith(`tasks/${file}.ts`));
  const declared = task!.command.split(" ").slice(2, -1);
  const quiet = ["--quiet", "--no-check", "--no-prompt"];
  return ["run", ...quiet, ...declared, join(ROOT, "tasks", `${file}.ts`), ...args];
}

/** Runs `tasks/<file>.ts`. */
export function runTask(file: string, ...args: string[]): Promise<TaskResult> {
  return runDeno(taskArguments(file, args));
}

/** Runs `deno` in the checkout. */
export async function runDeno(args: string[]): Promise<TaskResult> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1" },
    cwd: ROOT,
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** The JSON object in the last line. */
export function lastJson(stdout: string): Record<string, unknown> {
  return JSON.parse(stdout.trimEnd().split("\n").at(-1)!);
}

/** Fails unless the command failed with this status and one message, without a stack trace. */
export function assertFails(result: TaskResult, status: number, message: RegExp): void {
  const { code, stdout, stderr } = result;
  assertEquals([code, stdout], [status, ""], stderr);
  assertMatch(stderr, message);
  assertEquals(stderr.match(/^error: /gm)?.length, 1, stderr);
  assert(!/^\s+at /m.test(stderr), `a stack trace: ${stderr}`);
}

/** The bytes of every file below a folder, by path. */
export function contentOf(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    if (isDirectory) Object.assign(found, contentOf(path));
    else found[path] = Deno.readFileSync(path).join();
  }
  return found;
}
