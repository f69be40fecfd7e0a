/** Long names in narrow tables: a cell goes on in the line below. @module */

import type { BlockOptions } from "./blocks.ts";

/** The part of a line that names may take: with more, a table is left whole. */
const NAMES = 2 / 3;
/** Narrower, a name cannot be read. */
const NARROWEST = 12;
/** Before what goes on from the line above. */
const INDENT = "  ";
/** Where a name may be broken: after its marks. */
const PARTS = /[^,/ ~]*[,/ ~]?/g;

/**
 * The rows, with the cells of names in several lines where they would leave no room for what is
 * told of them, and other cells where they alone are wider than a line; as they are where names cannot
 * be that short. What belongs to a row stands in its first line.
 *
 * @param rows the header first; all of one length
 * @param widths of the columns, in characters
 */
export function breakCells(
  rows: readonly (readonly string[])[],
  widths: readonly number[],
  { limit, gap, repeated }: BlockOptions,
): (readonly string[])[] {
  const names = Math.floor(NAMES * limit) - gap * (repeated.length - 1);
  const taken = (most: number) => repeated.reduce((sum, i) => sum + Math.min(widths[i]!, most), 0);
  // There is no room for what is told: it is left whole.
  if (taken(NARROWEST) > names) return [...rows];
  let most = Math.max(NARROWEST, ...repeated.map((i) => widths[i]!));
  while (most > NARROWEST && taken(most) > names) most--;
  const rest = Math.max(NARROWEST, limit - taken(most) - gap * repeated.length);
  return rows.flatMap((row) => {
    const cells = row.map((text, i) => linesOf(text, repeated.includes(i) ? most : rest));
    const height = Math.max(...cells.map((lines) => lines.length));
    return Array.from({ length: height }, (_, k) => cells.map((lines) => lines[k] ?? ""));
  });
}

/** A text in lines of so many characters at most. */
function linesOf(text: string, most: number): string[] {
  const lines = [""];
  for (let part of text.match(PARTS) ?? []) {
    while (part !== "") {
      const line = lines.at(-1)!;
      const isBegun = line.trim() !== "";
      if (line.length + part.trimEnd().length <= most) {
        lines[lines.length - 1] = line + part;
        part = "";
      } else if (isBegun) lines.push(INDENT);
      else {
        // A part that is longer than a line, after its sign of equality, if it has one.
        const room = most - line.length;
        const end = part.lastIndexOf("=", room - 1) + 1 || room;
        lines[lines.length - 1] = line + part.slice(0, end);
        part = part.slice(end);
        lines.push(INDENT);
      }
    }
  }
  return lines.map((line) => line.trimEnd());
}
