/** Markdown as `deno fmt` writes it. @module */

const WIDTH = 100;

/** Text in backquotes. */
export function markdownCode(text: string): string {
  return `\`${text}\``;
}

/** A point of a list, on lines no longer than documents have. */
export function markdownItem(text: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && longer.length + 2 > WIDTH) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines.map((line, i) => `${i === 0 ? "- " : "  "}${line}`).join("\n");
}

/** A table; the first row is its header. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const escaped = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = escaped[0]!.map((_, i) => Math.max(3, ...escaped.map((row) => row[i]!.length)));
  const [header, ...body] = escaped.map((row) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`
  );
  const line = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [header, line, ...body].join("\n");
}
