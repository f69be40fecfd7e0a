/** Reads the arguments of a command, refuses what it does not know, writes its help text. @module */

import { parseArgs } from "@std/cli/parse-args";
import { UsageError } from "../../lib/core/errors.ts";
import { nearest } from "../../lib/core/suggest.ts";
import { Call, type Command, type Flag } from "./call.ts";

/** Flags of every command. */
const COMMON: readonly Flag[] = [
  { name: "verbose", help: "with an error, show where it came from" },
  { name: "help", help: "show this text" },
];

/**
 * The call that `args` describe, or the help text where they ask for it.
 *
 * @throws {UsageError} when a flag is unknown (with the nearest one), lacks its value or takes
 * another, or when there are too many or too few arguments.
 */
export function parseCall(command: Command, args: readonly string[]): Call | string {
  // `npm run x -- --flag` taught many to write a -- first, which deno task passes on.
  const given = args[0] === "--" ? args.slice(1) : args;
  const flags = [...command.flags, ...COMMON];
  const switches = flags.filter((flag) => flag.value === undefined).map((flag) => flag.name);
  const unknown: string[] = [];
  const parsed = parseArgs(given, {
    boolean: switches,
    string: [...flags.filter((flag) => flag.value !== undefined).map((flag) => flag.name), "_"],
    collect: flags.filter((flag) => flag.repeatable).map((flag) => flag.name),
    alias: { h: "help" },
    default: Object.fromEntries(
      flags.filter((flag) => flag.default !== undefined).map((flag) => [flag.name, flag.default]),
    ),
    unknown: (arg, key) => {
      if (key !== undefined) unknown.push(arg.split("=")[0]!);
      return key === undefined;
    },
  });
  if (unknown.length === 0 && parsed["help"] === true) return helpText(command, flags);
  for (const flag of flags) checkFlag(flag, parsed[flag.name]);
  for (const arg of unknown) {
    const name = nearest(arg.replace(/^-+/, ""), flags.map((flag) => flag.name));
    const hint = name === undefined ? "--help lists them all" : `did you mean "--${name}"?`;
    throw new UsageError(`Unknown flag "${arg}": ${hint}`);
  }
  refuseTwice(flags, given);
  for (const arg of given) {
    const name = /^--([^=]+)=/.exec(arg)?.[1];
    if (name === undefined || !switches.includes(name)) continue;
    throw new UsageError(`Cannot use "${arg}": --${name} takes no value`);
  }
  const wanted = command.arguments ?? [];
  const least = wanted.filter((name) => !name.startsWith("[")).length;
  const found = parsed._.map(String);
  const takesMany = wanted.at(-1)?.endsWith("…") ?? false;
  if (found.length > wanted.length && !takesMany) {
    throw new UsageError(
      `Unexpected argument "${found[wanted.length]}": expected ${wanted.join(" ") || "flags only"}`,
    );
  }
  if (found.length < least) throw new UsageError(`Missing ${wanted[found.length]}`);
  return new Call(parsed, found);
}

/** @throws {UsageError} for a flag that is given twice: one of the two would be lost in silence */
function refuseTwice(flags: readonly Flag[], args: readonly string[]): void {
  const seen = new Set<string>();
  for (let i = 0; i < args.length && args[i] !== "--"; i++) {
    const [, name, value] = /^--([^=]+)(=[^]*)?$/.exec(args[i]!) ?? [];
    const flag = flags.find((flag) => flag.name === name);
    if (flag === undefined) continue;
    if (flag.value !== undefined && value === undefined) i++;
    if (seen.has(flag.name) && !flag.repeatable) {
      throw new UsageError(`Cannot use --${flag.name} twice, expected it once`);
    }
    seen.add(flag.name);
  }
}

function checkFlag(flag: Flag, value: unknown): void {
  if (flag.value === undefined || value === undefined || Array.isArray(value)) return;
  if (value === "") throw new UsageError(`Missing a value after --${flag.name}: ${flag.value}`);
  if (flag.choices !== undefined && !flag.choices.includes(String(value))) {
    const hint = nearest(String(value), flag.choices);
    throw new UsageError(
      `Cannot use "${value}" for --${flag.name}: ` +
        (hint === undefined ? "it" : `did you mean "${hint}"? It`) +
        ` takes ${flag.choices.join(", ")}`,
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
    const { default: given, repeatable } = flags[i]!;
    const more = [
      ...(repeatable ? ["repeatable"] : []),
      ...(given === undefined ? [] : [`default: ${given}`]),
    ];
    const text = more.length === 0 ? help : `${help} (${more.join(", ")})`;
    return left.length <= width
      ? `  ${left.padEnd(width)}  ${text}`
      : `  ${left}\n  ${"".padEnd(width)}  ${text}`;
  });
  const notes = command.notes === undefined ? "" : `\n\n${command.notes}`;
  return `${command.summary}\n\nUsage: ${usage}\n\n${rows.join("\n")}${notes}`;
}
