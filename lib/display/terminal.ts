/** What a terminal can show. @module */

/** Width of a terminal that does not tell its own. */
const UNKNOWN_COLUMNS = 80;

/** Characters of a line: of the terminal, or 80 where there is none. */
export function terminalColumns(): number {
  try {
    // A terminal whose size nobody has set says 0.
    return Deno.consoleSize().columns || UNKNOWN_COLUMNS;
  } catch {
    return UNKNOWN_COLUMNS;
  }
}

/**
 * Characters of a line of a table: as many as the terminal has; in a file or a pipe, where a row is
 * looked for, any number, unless the variable `COLUMNS` says how many.
 */
export function tableColumns(stream: { isTerminal(): boolean } = Deno.stdout): number {
  if (stream.isTerminal()) return terminalColumns();
  return Number(Deno.env.get("COLUMNS")) || Infinity;
}

/**
 * Text in lines that break between words, where it goes to a terminal; a file has each line whole, for
 * who searches in it. Lines with two spaces in them are of tables and stay.
 */
export function inLines(text: string, stream: { isTerminal(): boolean } = Deno.stderr): string {
  if (!stream.isTerminal()) return text;
  const width = terminalColumns();
  const words = new RegExp(`(.{1,${width}})(?: |$)`, "g");
  return text.split("\n").map((line) =>
    line.length <= width || line.includes("  ") ? line : line.replaceAll(words, "$1\n").trimEnd()
  ).join("\n");
}

/** Colours that have one meaning everywhere. */
const CODES = { error: 31, warning: 33, good: 32, strong: 1, faint: 2 } as const;

/** What a colour says. */
export type Tone = keyof typeof CODES;

/** A text in a colour, where it goes to a terminal and `NO_COLOR` is not set. */
export function inColor(
  text: string,
  tone: Tone,
  stream: { isTerminal(): boolean } = Deno.stderr,
): string {
  if (Deno.noColor || !stream.isTerminal()) return text;
  return `\x1b[${CODES[tone]}m${text}\x1b[0m`;
}
