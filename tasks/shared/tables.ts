/** Tables on stdout and in files. @module */

import {
  type GridTables,
  inColor,
  inLines,
  TABLE_FILES,
  tableColumns,
  type Tone,
} from "../../lib/display/mod.ts";
import { UsageError } from "../../lib/core/mod.ts";
import type { Call } from "./command.ts";
import { FORMATS } from "./table_flags.ts";

/** Prints a table as `--format` says; a text is as wide as the terminal. */
export function printTables(tables: GridTables, format: string, details = false): void {
  const method = FORMATS[format as keyof typeof FORMATS];
  const text = method === "toText"
    ? withTones(inLines(tables.toText({ width: tableColumns(), details }), Deno.stdout))
    : tables[method]();
  console.log(text.replace(/\n$/, ""));
}

/** The best values, which have a star, in bold, and verdicts in colour, where the terminal can. */
function withTones(text: string): string {
  const tone = (tone: Tone) => (part: string) => inColor(part, tone, Deno.stdout);
  return text
    .replaceAll(/\d[\d.]*(?: ± [\d.]+)?\*/g, tone("strong"))
    .replaceAll(/(?<= )\S+ better$|(?<= )equivalent$|(?<=: )established$/gm, tone("good"))
    .replaceAll(/(?<= )not (?:established|shown either way)$/gm, tone("faint"));
}

/**
 * What writes tables to a file, by the end of its name.
 *
 * @param more ends of names that the command writes by itself
 * @throws {UsageError} nothing is written to such a file
 */
export function tableWriter(
  path: string,
  more: readonly string[] = [],
): (tables: GridTables) => void {
  const ends = Object.keys(TABLE_FILES);
  if (ends.some((end) => path.endsWith(end))) return (tables) => tables.save(path);
  throw new UsageError(
    `Cannot write "${path}": expected a name that ends in ${[...ends, ...more].join(", ")}`,
  );
}

/** What `--save` asks for; nothing where it was not given. @throws as {@linkcode tableWriter} */
export function saverOf(call: Call): (tables: GridTables) => void {
  const path = call.get("save");
  return path === undefined ? () => {} : tableWriter(path);
}
