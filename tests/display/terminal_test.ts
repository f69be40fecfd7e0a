import { assert, assertEquals } from "@std/assert";
import { inColor, inLines, tableColumns } from "../../lib/display/terminal.ts";

const FILE = { isTerminal: () => false };
const TERMINAL = { isTerminal: () => true };

Deno.test("tableColumns() folds no line of a file, unless COLUMNS says where", () => {
  const before = Deno.env.get("COLUMNS");
  Deno.env.delete("COLUMNS");
  assertEquals(tableColumns(FILE), Infinity);
  Deno.env.set("COLUMNS", "72");
  assertEquals(tableColumns(FILE), 72);
  if (before === undefined) Deno.env.delete("COLUMNS");
  else Deno.env.set("COLUMNS", before);
  assert(Number.isFinite(tableColumns(TERMINAL)));
});

Deno.test("inLines() breaks between words on a terminal, and leaves tables and files alone", () => {
  const words = "word ".repeat(60).trim();
  const lines = inLines(words, TERMINAL).split("\n");
  assert(lines.length > 1 && lines.every((line) => /^word( word)*$/.test(line)), lines.join("|"));
  assertEquals(lines.join(" "), words);
  const row = `${words}  ${words}`;
  assertEquals([inLines(row, TERMINAL), inLines(words, FILE)], [row, words]);
  assertEquals(inLines("x".repeat(300), TERMINAL), "x".repeat(300));
});

Deno.test("inColor() writes no colours into a file", () => {
  assertEquals(inColor("error:", "error", FILE), "error:");
});
