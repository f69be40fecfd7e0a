/**
 * What all commands share: flags with help texts, unknown flags refused with the nearest name,
 * exit statuses, one line of JSON at the end of stdout.
 *
 * This file and the tasks import nothing heavy before their flags are read, so that `--help` and
 * mistakes answer at once.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { UsageError } from "../lib/core/errors.ts";
import { nearest } from "../lib/core/suggest.ts";

/** A flag of a command. */
export interface Flag {
  readonly name: string;
  readonly help: string;
  /** What follows it, for example `FILE`; a flag without is a switch. */
  readonly value?: string;
  /** Whether it may be given several times. */
  readonly repeatable?: boolean;
  /** The values that it takes, where they are few. */
  readonly choices?: readonly string[];
  readonly default?: string;
}

/** A command: `deno task NAME`. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Its arguments that are no flags, for example `["PATH", "FOLDER"]`. */
  readonly arguments?: readonly string[];
  readonly flags: readonly Flag[];
  /** Lines after the flags in the help text. */
  readonly notes?: string;
}

/** The flags of a call. */
export class Call {
  readonly arguments: readonly string[];
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>, positional: readonly string[]) {
    this.#values = values;
    this.arguments = positional;
  }

  /** Whether a switch was given. */
  has(name: string): boolean {
    return this.#values[name] === true;
  }

  /** The value of a flag; undefined where it was not given and has no default. */
  get(name: string): string | undefined {
    const value = this.#values[name];
    return value === undefined ? undefined : String(value);
  }

  /** The values of a repeatable flag. */
  all(name: string): string[] {
    return ((this.#values[name] ?? []) as unknown[]).map(String);
  }

  /** The value of a flag that must be there. @throws {UsageError} when it is not. */
  require(name: string): string {
    const value = this.get(name);
    if (value === undefined) throw new UsageError(`Missing --${name}`);
    return value;
  }

  /** A list of numbers, separated by commas. @throws {UsageError} when one is not a whole number. */
  seeds(name: string): number[] {
    return this.require(name).split(",").map((text) => {
      const seed = Number(text);
      if (text.trim() === "" || !Number.isSafeInteger(seed) || seed < 0) {
        throw new UsageError(
          `Cannot use "${text}" in --${name}: expected whole numbers like 1111,1112`,
        );
      }
      return seed;
    });
  }
}

const HELP: Flag = { name: "help", help: "show this text" };
const VERBOSE: Flag = { name: "verbose", help: "with an error, show where it came from" };
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
  work: (call: Call) => Promise<number | void>,
  args: readonly string[] = Deno.args,
): Promise<never> {
  let status = 0;
  try {
    const call = parse(command, args);
    status = call === null ? 0 : await work(call) ?? 0;
  } catch (error) {
    status = exitStatus(error);
    const message = error instanceof Error ? error.message : String(error);
    console.error(`${status >= 128 ? "" : "error: "}${message}`);
    if (status === 2) console.error(`Run "deno task ${command.name} --help" for the flags`);
    if (args.includes("--verbose") && error instanceof Error) console.error(error.stack);
  }
  Deno.exit(status);
}

/** Prints the last line of stdout. */
export function printJson(value: unknown): void {
  console.log(JSON.stringify(value));
}

function exitStatus(error: unknown): number {
  if (error instanceof UsageError) return 2;
  const status = (error as { exitStatus?: unknown } | null)?.exitStatus;
  return typeof status === "number" ? status : 1;
}

/** null when the help text was asked for, and printed */
function parse(command: Command, args: readonly string[]): Call | null {
  const flags = [...command.flags, VERBOSE, HELP];
  const parsed = parseArgs(args, {
    boolean: flags.filter((flag) => flag.value === undefined).map((flag) => flag.name),
    string: [...flags.filter((flag) => flag.value !== undefined).map((flag) => flag.name), "_"],
    collect: flags.filter((flag) => flag.repeatable).map((flag) => flag.name),
    default: Object.fromEntries(
      flags.filter((flag) => flag.default !== undefined).map((flag) => [flag.name, flag.default]),
    ),
    unknown: (arg, key) => {
      if (key === undefined) return true;
      const name = nearest(key, flags.map((flag) => flag.name));
      throw new UsageError(`Unknown flag "${arg.split("=")[0]}": did you mean "--${name}"?`);
    },
  });
  if (parsed["help"] === true) {
    console.log(helpText(command, flags));
    return null;
  }
  for (const flag of flags) checkFlag(flag, parsed[flag.name]);
  const wanted = command.arguments ?? [];
  const given = parsed._.map(String);
  if (given.length > wanted.length) {
    throw new UsageError(`Unexpected argument "${given[wanted.length]}"`);
  }
  if (given.length < wanted.length) throw new UsageError(`Missing ${wanted[given.length]}`);
  return new Call(parsed, given);
}

function checkFlag(flag: Flag, value: unknown): void {
  if (flag.value === undefined || value === undefined || Array.isArray(value)) return;
  if (value === "") throw new UsageError(`Missing a value after --${flag.name}: ${flag.value}`);
  if (flag.choices !== undefined && !flag.choices.includes(String(value))) {
    const hint = nearest(String(value), flag.choices);
    throw new UsageError(
      `Cannot use "${value}" for --${flag.name}: did you mean "${hint}"? ` +
        `It takes ${flag.choices.join(", ")}`,
    );
  }
}

function helpText(command: Command, flags: readonly Flag[]): string {
  const usage = ["deno task", command.name, ...(command.arguments ?? []), "[flags]"].join(" ");
  const lines = flags.map((flag) => {
    const value = flag.choices?.join("|") ?? flag.value;
    return [`--${flag.name}${value === undefined ? "" : ` ${value}`}`, flag.help] as const;
  });
  const width = Math.max(...lines.map(([left]) => left.length).filter((n) => n <= 30));
  const rows = lines.map(([left, help], i) => {
    const given = flags[i]!.default;
    const text = given === undefined || given === "" ? help : `${help} (default: ${given})`;
    return left.length <= width
      ? `  ${left.padEnd(width)}  ${text}`
      : `  ${left}\n  ${"".padEnd(width)}  ${text}`;
  });
  const notes = command.notes === undefined ? "" : `\n\n${command.notes}`;
  return `${command.summary}\n\nUsage: ${usage}\n\n${rows.join("\n")}${notes}`;
}
