import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import {
  differingCells,
  formatNotebook,
  type Notebook,
  objections,
  withChecks,
  withOutputs,
} from "../../tasks/work/notebook_file.ts";

const FOLDER = join(import.meta.dirname!, "..", "..", "notebooks");

/** A notebook of one code cell with these outputs. */
function notebookOf(...outputs: Record<string, unknown>[]): Notebook {
  const typed = outputs.map((output) => ({ output_type: "stream", name: "stdout", ...output }));
  const cell = { id: "train", cell_type: "code", source: "train();", outputs: typed };
  return { cells: [{ id: "intro", cell_type: "markdown", source: "# Hi" }, cell], nbformat: 4 };
}

Deno.test("differingCells() passes over times, speeds, colours and how texts are cut", () => {
  const before = notebookOf({ text: ["seed 1: MAE 0.5, 3.2 s\n", "12 samples/s, 0:08 left"] });
  const after = notebookOf(
    { text: "seed 1: MAE \x1b[33m0.5\x1b[39m, 10 s\n" },
    { text: "9.5 samples/s, 1:20 left" },
  );
  assertEquals(differingCells(before, after), []);
});

Deno.test("differingCells() names cells with another number, text or figure", () => {
  const before = notebookOf({ text: "MAE 0.512" });
  for (const text of ["MAE 0.513", "MSE 0.512", "MAE 0.512 0"]) {
    assertEquals(differingCells(before, notebookOf({ text })), ["train"], text);
  }
  assertEquals(differingCells(before, notebookOf()), ["train"]);
});

Deno.test("what has to hold is in cells that fail and are in no file", () => {
  const before = notebookOf({ text: "1" });
  const notebook = { ...before, metadata: { msa: { holds: ["x < 1", 'name === "a"'] } } };
  const { cells } = withChecks(notebook);
  assertEquals(cells.slice(0, 2), notebook.cells);
  for (
    const [x, name, message] of [[0, "a", ""], [1, "a", "that x < 1"], [0, "b", 'name === "a"']]
  ) {
    const run = () => new Function("x", "name", cells.slice(2).map(sourceOf).join("\n"))(x, name);
    if (message === "") run();
    else assertThrows(run, Error, `${message}`);
  }
  assertEquals(withOutputs(notebook, withChecks(notebook)).cells.length, 2);
});

function sourceOf({ source }: { readonly source: string | readonly string[] }): string {
  return typeof source === "string" ? source : source.join("");
}

Deno.test("no cell of the notebooks fails for a result that a reader may change", () => {
  for (const { name } of Deno.readDirSync(FOLDER)) {
    if (!name.endsWith(".ipynb")) continue;
    const { cells } = JSON.parse(Deno.readTextFileSync(join(FOLDER, name))) as Notebook;
    for (const { id, source } of cells) {
      const line = sourceOf({ source }).split("\n").find((text) =>
        /^if \(.*(mean|verdict|score)/.test(text)
      );
      assert(!line?.includes("throw"), `${name}, cell "${id}": ${line}`);
    }
  }
});

Deno.test("withOutputs() writes what a fresh kernel shows and leaves all else alone", () => {
  const fresh = notebookOf({ text: "1" }, { text: "\x1b[33m2\x1b[39m" });
  const written = withOutputs({ ...notebookOf(), metadata: { mine: true } }, fresh);
  assertEquals(written["metadata"], { mine: true });
  assertEquals(written.cells[1]!.execution_count, 1);
  assertEquals(written.cells[1]!.outputs!.map(({ text }) => text), [["1", "2"]]);
});

Deno.test("objections() are large outputs, and ids that are no names or given twice", () => {
  assertEquals(objections(notebookOf({ text: "x" })), []);
  assertEquals(objections(notebookOf({ data: { "image/png": "x".repeat(50_001) } })).length, 1);
  const { cells } = notebookOf();
  assertEquals(objections({ cells: [...cells, ...cells] }).length, 2);
  assertEquals(objections({ cells: [{ ...cells[0]!, id: "3f2A" }] }).length, 1);
});

Deno.test("every notebook is committed as the runner writes it, with outputs and without objections", () => {
  const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
    .filter((name) => name.endsWith(".ipynb"));
  assert(names.length >= 6);
  for (const name of names) {
    const text = Deno.readTextFileSync(join(FOLDER, name));
    const notebook: Notebook = JSON.parse(text);
    assertEquals(formatNotebook(notebook), text, name);
    assertEquals(objections(notebook), [], name);
    const code = notebook.cells.filter(({ cell_type }) => cell_type === "code");
    assertEquals(code.map((cell) => cell.execution_count), code.map((_, i) => i + 1), name);
    const sources = code.map(({ source }) => [source].flat().join(""));
    for (const [, from] of sources.join("\n").matchAll(/\bfrom "([^"]+)"/g)) {
      assert(from === "../mod.ts" || from === "@tensorflow/tfjs-core", `${name} imports ${from}`);
    }
  }
});
