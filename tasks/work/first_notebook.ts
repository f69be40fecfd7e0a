/** The notebook that `deno task init` writes: two models, from the data to a table for a paper. @module */

import type { Notebook, NotebookCell } from "./notebook_file.ts";

/** Texts between code; each code is a cell. */
const CELLS: readonly (readonly [id: string, kind: "markdown" | "code", source: string])[] = [
  [
    "intro",
    "markdown",
    `# Two models and a table

Change what you like and run it with Shift+Enter. \`help(train)\` tells what something takes,
\`help("self-mm")\` what can be set of a model, \`help()\` what else there is.`,
  ],
  [
    "load",
    "code",
    `import { compare, help, learningCurves, loadDataset, resultsTable, train } from "TOOLKIT";

const data = await loadDataset("synthetic:n=100"); // or "/path/to/mosi/unaligned_50.pkl"
data;`,
  ],
  [
    "train",
    "code",
    `const common = { data, runs: 4, epochs: 10, engine: "cpu", out: "runs" } as const; // or "auto"
const first = await train({ ...common, model: "self-mm" });
const second = await train({ ...common, model: "lmf" });
first;`,
  ],
  ["curves", "code", "learningCurves([first, second]);"],
  ["compare", "code", "compare(first, second);"],
  [
    "save",
    "code",
    `const table = resultsTable([first, second]);
table.save("results.tex");
table.save("results.csv");
table;`,
  ],
];

/**
 * The notebook without outputs.
 *
 * @param toolkit the address of mod.ts
 */
export function firstNotebook(toolkit: string): Notebook {
  return {
    cells: CELLS.map(([id, kind, source]): NotebookCell => ({
      cell_type: kind,
      id,
      metadata: {},
      source: source.replace("TOOLKIT", () => toolkit).split(/(?<=\n)/),
      ...(kind === "code" ? { execution_count: null, outputs: [] } : {}),
    })),
    metadata: {
      kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
      language_info: { file_extension: ".ts", mimetype: "text/x.typescript", name: "typescript" },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}
