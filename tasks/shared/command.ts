/**
 * What all commands share: exit statuses, messages, one line of JSON at the end of stdout.
 *
 * This file and the tasks import nothing heavy before their flags are read, so that `--help` and
 * mistakes answer at once.
 *
 * @module
 */

import { messageOf, UsageError } from "../../lib/core/errors.ts";
import { inColor, inLines } from "../../lib/display/terminal.ts";
import type { Call, Command, Flag } from "./call.ts";
import { parseCall } from "./parse_call.ts";

export type { Call, Command, Flag } from "./call.ts";

/** Results as one JSON object in the last line of stdout. */
export const JSON_FLAG: Flag = {
  name: "json",
  help: "print one JSON object as the last line of stdout",
};

/**
 * Runs a command and ends the process with its exit status: what `work` returns (0 by default), 2
 * for wrong flags, 130 or 143 after a signal, 1 for any other error, which is told in one message.
 */
export async function run(
  command: Command,
  work: (call: Call) => Promise<number | undefined | void>,
  args: readonly string[] = Deno.args,
): Promise<never> {
  let status = 0;
  try {
    const call = parseCall(command, args);
    if (typeof call === "string") await printHelp(call, args);
    else status = await work(call) ?? 0;
  } catch (error) {
    status = exitStatus(error);
    const message = inLines(`${status >= 128 ? "" : "error: "}${messageOf(error)}`);
    console.error(message.replace(/^error:/, (word) => inColor(word, "error")));
    if (status === 2) console.error(`Run "deno task ${command.name} --help" for the flags`);
    if (args.includes("--verbose") && error instanceof Error) console.error(error.stack);
  }
  Deno.exit(status);
}

/** Prints the help text, and the settings of a model that is named beside it. */
async function printHelp(text: string, args: readonly string[]): Promise<void> {
  console.log(text);
  const [, model] = /(?:^| )--model[ =](\S+)/.exec(args.join(" ")) ?? [];
  if (model === undefined) return;
  const { settingsHelp } = await import("./model_help.ts");
  console.log(`\n${settingsHelp(model)}`);
}

/** What the work of a command comes to. */
export interface Outcome {
  /** What `--json` prints, where the command has that flag. */
  readonly json?: unknown;
  /** The exit status; 0 where absent. */
  readonly status?: number;
}

/** The module with the work of a command. */
export interface WorkModule {
  work(call: Call): Outcome | void | Promise<Outcome | void>;
}

/**
 * What each file of `tasks` ends in: runs its command where the file is the program, and does
 * nothing where it is imported.
 *
 * @param load imports the work, and the library with it, once the flags are read
 */
export async function start(
  { main }: ImportMeta,
  command: Command,
  load: () => Promise<WorkModule>,
): Promise<void> {
  if (!main) return;
  await run(command, async (call) => {
    const { json, status } = await (await load()).work(call) ?? {};
    if (call.has("json")) printJson(json);
    return status;
  });
}

/** Prints the last line of stdout. */
export function printJson(value: unknown): void {
  console.log(JSON.stringify(value));
}

/** Tells the user something that the results do not depend on them reading. */
export function warn(message: string): void {
  const text = inLines(`warning: ${message}`);
  console.error(text.replace(/^warning:/, (word) => inColor(word, "warning")));
}

function exitStatus(error: unknown): number {
  if (error instanceof UsageError) return 2;
  const status = (error as { exitStatus?: unknown } | null)?.exitStatus;
  return typeof status === "number" ? status : 1;
}
