import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/core/errors.ts";
import { blocksOf } from "../../lib/display/blocks.ts";
import type { Grid } from "../../lib/display/grid.ts";
import { gridHtml, GridTables, TABLE_FILES } from "../../lib/display/grid_tables.ts";
import { escapeLatex, latexTable } from "../../lib/display/latex.ts";

/** Two models on one dataset, as many metrics as wanted. */
function made(metrics = 2, change: Partial<Grid> = {}): Grid {
  const names = Array.from({ length: metrics }, (_, i) => `M-${i} (neg/pos)`);
  return {
    title: "Results on test",
    name: "results",
    header: ["model", "dataset", "seeds", ...names],
    rows: [
      ["a_b", "mosi", "5", ...names.map(() => ({ best: "0.713 ± 0.012" }))],
      ["c<d", "mosi", "5", ...names.map(() => "-0.5 ± 0.1")],
    ],
    align: `llr${"r".repeat(metrics)}`,
    keys: 3,
    best: "the best",
    notes: ["a & b"],
    details: ["At | length"],
    records: [{ model: "a_b", mae: 0.71312345, note: null }, { model: 'c,"d', mae: -0.5 }],
    ...change,
  };
}

Deno.test("blocksOf() keeps a table whole that fits, and divides another evenly", () => {
  const options = { limit: 20, gap: 2, repeated: [0] };
  assertEquals(blocksOf([4, 6, 6], options), [[0, 1, 2]]);
  assertEquals(blocksOf([4, 6, 6, 6], options), [[0, 1, 2], [0, 3]]);
  assertEquals(blocksOf([4, 2, 2, 2, 2, 2], options), [[0, 1, 2, 3], [0, 4, 5]]);
  assertEquals(blocksOf([], options), [[]]);
});

Deno.test("blocksOf() gives a column that is too wide a block, and a long name one table", () => {
  const options = { limit: 20, gap: 2, repeated: [0] };
  assertEquals(blocksOf([4, 6, 40, 6], options), [[0, 1], [0, 2], [0, 3]]);
  assertEquals(blocksOf([15, 6, 6], options), [[0, 1, 2]]);
  assertEquals(blocksOf([3, 9, 3, 9], { ...options, repeated: [0, 2] }), [[0, 1, 2], [0, 2, 3]]);
});

Deno.test("a table as text has a star beside the best, and no line is wider than asked", () => {
  const tables = new GridTables("", [made(5)]);
  const whole = tables.toText().split("\n");
  assertMatch(whole[2]!, /^model {2}dataset {2}seeds {2}M-0 \(neg\/pos\) {2}.*M-4 \(neg\/pos\)$/);
  assertMatch(whole[3]!, /^a_b {4}mosi {9}5 {2}0\.713 ± 0\.012\*/);
  assertStringIncludes(tables.toText(), "\n* the best\na & b\n");
  const narrow = tables.toText({ width: 40 });
  for (const line of narrow.split("\n")) assert(line.length <= 40, line);
  assertEquals(narrow.match(/^c<d/gm)?.length, 3, "each block names its rows");
  assertEquals(narrow.match(/mosi/g)?.length, 2, "what all rows share is told once");
  assertMatch(
    narrow,
    /^ +M-1 +M-2\nmodel +\(neg\/pos\) +\(neg\/pos\)$/m,
    "heads on two lines",
  );
  assert(!tables.toText().includes("At | length"));
  assertStringIncludes(tables.toText({ details: true }), "\nAt | length\n");
});

Deno.test("a table as Markdown has the best in bold and folds what is long", () => {
  const text = new GridTables("", [made(1)]).toMarkdown();
  assertStringIncludes(text, "| --- | --- | ---: | ---: |");
  assertStringIncludes(text, "| a_b | mosi | 5 | **0.713 ± 0.012** |");
  assertMatch(text, /- Bold: the best\n- a & b\n\n<details><summary>At length<\/summary>\n/);
});

Deno.test("a table as LaTeX says what it needs, and what all rows share in its caption", () => {
  const text = latexTable(made(1));
  assertMatch(text, /^% Needs \\usepackage\{booktabs\}\n% At \| length\n\\begin\{table\}\[t\]\n/);
  assertStringIncludes(
    text,
    "\\caption{Results on test, dataset mosi, seeds 5. Bold: the best. a \\& b.}\n" +
      "\\label{tab:results}",
  );
  assertStringIncludes(text, "\\begin{tabular}{@{}lr@{}}\n\\toprule\n");
  assertStringIncludes(text, "model & \\shortstack[r]{M-0\\\\(neg/pos)} \\\\\n\\midrule");
  assertStringIncludes(text, "a\\_b & \\textbf{0.713}{\\scriptsize\\,$\\pm$\\,.012} \\\\");
  assertStringIncludes(text, "c$<$d & $-$0.5{\\scriptsize\\,$\\pm$\\,.1} \\\\\n\\bottomrule");
});

Deno.test("a table as LaTeX fits a column, in blocks; with a long name both, or is made smaller", () => {
  const wide = latexTable(made(9));
  assertEquals(wide.match(/\\begin\{tabular\}\{@\{\}lrrr@\{\}\}/g)?.length, 3);
  assert(!wide.includes("resizebox"));
  const named = (letters: number) =>
    latexTable(made(2, { rows: [["x".repeat(letters), "mosi", "5", "1", "2"]] }));
  assertMatch(
    named(60),
    /^% Needs \\usepackage\{booktabs\}\n[^]*\\begin\{table\*\}[^]*\\end\{table\*\}/,
  );
  assertMatch(named(120), /^% Needs .*booktabs.* and \\usepackage\{graphicx\}\n/);
  assertStringIncludes(named(120), "\\resizebox{\\textwidth}{!}{%\n\\begin{tabular}");
});

Deno.test("asides are left out of LaTeX alone", () => {
  const grid = made(1, { asides: [1] });
  assert(!latexTable(grid).includes("c$<$d"));
  assertStringIncludes(new GridTables("", [grid]).toMarkdown(), "| c<d |");
});

Deno.test("escapeLatex() escapes every special sign, and makes a minus of a hyphen before a digit", () => {
  assertEquals(
    escapeLatex("a\\b ~ ^ # $ % & _ { }"),
    [
      ...["a\\textbackslash{}b", "\\textasciitilde{}", "\\textasciicircum{}"],
      ...["\\#", "\\$", "\\%", "\\&", "\\_", "\\{", "\\}"],
    ].join(" "),
  );
  assertEquals(escapeLatex("[-0.1, -0.2] acc-2 a - b"), "[$-$0.1, $-$0.2] acc-2 a $-$ b");
});

Deno.test("a table as CSV has unrounded numbers, and an empty field for what is not known", () => {
  assertEquals(
    new GridTables("", [made(1)]).toCsv(),
    'model,mae,note\na_b,0.71312345,\n"c,""d",-0.5,\n',
  );
});

Deno.test("a table in a page scrolls by keys, under its name, and folds what is long", () => {
  const html = gridHtml(made(1));
  assertMatch(html, /<div class="wide" tabindex="0" role="group" aria-label="Results on test">/);
  assertStringIncludes(html, '<td class="number"><b>0.713 ± 0.012</b></td>');
  assertStringIncludes(html, "<td>c&lt;d</td>");
  assertMatch(html, /<details><summary>At length<\/summary>\n<ul>/);
});

Deno.test("every kind of file is written by a method, and a notebook shows text and HTML", () => {
  const tables = new GridTables("Page", [made()]);
  for (const method of Object.values(TABLE_FILES)) assert(tables[method]().includes("a"), method);
  assertMatch(tables.toHtml(), /^<!doctype html>[^]*<title>Page<\/title>[^]*<\/html>\n$/);
  const file = Deno.makeTempFileSync({ suffix: ".csv" });
  tables.save(file);
  assertEquals(Deno.readTextFileSync(file), tables.toCsv());
  assertThrows(() => tables.save(`${file}.doc`), UsageError, "ends in .txt, .md, .tex, .csv");
  Deno.removeSync(file);
  const shown = tables[Symbol.for("Jupyter.display") as never] as () => Record<string, string>;
  const bundle = shown.call(tables);
  assertStringIncludes(bundle["text/html"]!, "<b>0.713 ± 0.012</b>");
  assertEquals(bundle["text/plain"], tables.toText({ details: true }));
});
