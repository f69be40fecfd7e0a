/** The file of a notebook: what of it is compared, and what is refused. @module */

/** An output of a cell; what it holds depends on its type. */
export interface CellOutputRecord {
  readonly output_type: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly text?: string | readonly string[];
  readonly [name: string]: unknown;
}

/** A cell as it is in the file. */
export interface NotebookCell {
  readonly id: string;
  readonly cell_type: string;
  readonly source: string | readonly string[];
  readonly outputs?: readonly CellOutputRecord[];
  readonly execution_count?: number | null;
  readonly [name: string]: unknown;
}

/** What this project says of a notebook in its metadata. */
export interface NotebookFacts {
  /** Programs without which it does not run. */
  readonly needs?: readonly string[];
  /** Conditions on its variables that are true after the last cell: tests, which no reader meets. */
  readonly holds?: readonly string[];
}

/** A notebook as it is in the file. */
export interface Notebook {
  readonly cells: readonly NotebookCell[];
  readonly metadata?: { readonly msa?: NotebookFacts; readonly [name: string]: unknown };
  readonly [name: string]: unknown;
}

/** Characters that one content of an output may have: reviewers read notebooks too. */
const LARGEST_OUTPUT = 50_000;

/** What differs from one run to the next: colours, times of day, durations, speeds. */
const VOLATILE: readonly (readonly [RegExp, string])[] = [
  // deno-lint-ignore no-control-regex -- colours of a terminal
  [/\x1b\[[\d;]*m/g, ""],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>"],
  [/\b\d+(?:\.\d+)? (s|ms|min|samples\/s)(?!\w)/g, "<number> $1"],
  [/\b\d+:\d\d(?::\d\d)?\b/g, "<duration>"],
];

/**
 * The notebook with the outputs of an executed copy; everything else stays as it is. Cells are
 * counted from 1, as after a restart of the kernel.
 */
export function withOutputs(notebook: Notebook, executed: Notebook): Notebook {
  let count = 0;
  return {
    ...notebook,
    cells: notebook.cells.map((cell, i) => {
      if (cell.cell_type !== "code") return cell;
      const outputs = executed.cells[i]!.outputs!.map(withoutColours);
      return { ...cell, execution_count: ++count, outputs: numbered(joinStreams(outputs), count) };
    }),
  };
}

/** The notebook with a cell more for each of its conditions, which fails where it is not true. */
export function withChecks(notebook: Notebook): Notebook {
  const checks = (notebook.metadata?.msa?.holds ?? []).map((condition, i): NotebookCell => ({
    cell_type: "code",
    execution_count: null,
    id: `holds-${i}`,
    metadata: {},
    outputs: [],
    source: `if (!(${condition})) throw new Error(${
      JSON.stringify(`It does not hold that ${condition}`)
    });`,
  }));
  return { ...notebook, cells: [...notebook.cells, ...checks] };
}

/** Ids of code cells whose outputs are others than those of `executed`, volatile parts aside. */
export function differingCells(notebook: Notebook, executed: Notebook): string[] {
  const expected = withOutputs(notebook, executed).cells;
  return notebook.cells.filter((cell, i) =>
    stable(cell.outputs ?? []) !== stable(expected[i]!.outputs ?? [])
  ).map(({ id }) => id);
}

/** What a reviewer would object to, one sentence each. */
export function objections(notebook: Notebook): string[] {
  const ids = notebook.cells.map(({ id }) => id);
  return [
    ...ids.filter((id, i) => !/^[a-z][a-z0-9-]*$/.test(id ?? "") || ids.indexOf(id) < i)
      .map((id) => `cell id "${id}" is given twice, or is no name like "train-self-mm"`),
    ...notebook.cells.flatMap(({ id, outputs }) =>
      (outputs ?? []).flatMap(({ data, ...rest }) => [...Object.values(data ?? {}), rest])
        .map((content) => JSON.stringify(content).length)
        .filter((length) => length > LARGEST_OUTPUT)
        .map((length) =>
          `cell "${id}": an output has ${length} characters, expected ${LARGEST_OUTPUT} at most`
        )
    ),
  ];
}

/** The text of a notebook file, as Jupyter writes it. */
export function formatNotebook(notebook: Notebook): string {
  return `${JSON.stringify(notebook, null, 1)}\n`;
}

function stable(outputs: readonly CellOutputRecord[]): string {
  return JSON.stringify(outputs, (_, value) => {
    // Jupyter writes a text as one string or as its lines.
    const isText = Array.isArray(value) && value.every((line) => typeof line === "string");
    const text = isText ? value.join("") : value;
    if (typeof text === "string") {
      return VOLATILE.reduce((rest, [pattern, by]) => rest.replaceAll(pattern, by), text);
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1));
  });
}

/** What was written in several pieces, which fall differently each time, as one output. */
function joinStreams(outputs: readonly CellOutputRecord[]): CellOutputRecord[] {
  const joined: CellOutputRecord[] = [];
  for (const output of outputs) {
    const last = joined.at(-1);
    if (output.output_type === "stream" && last?.["name"] === output["name"]) {
      joined[joined.length - 1] = { ...last!, text: [...lines(last!.text), ...lines(output.text)] };
    } else joined.push(output);
  }
  return joined;
}

function lines(text: string | readonly string[] | undefined): readonly string[] {
  return typeof text === "string" ? [text] : text ?? [];
}

function numbered(outputs: readonly CellOutputRecord[], count: number): CellOutputRecord[] {
  return outputs.map((output) =>
    "execution_count" in output ? { ...output, execution_count: count } : output
  );
}

function withoutColours(output: CellOutputRecord): CellOutputRecord {
  const [[colours]] = VOLATILE as [readonly [RegExp, string]];
  return JSON.parse(
    JSON.stringify(output),
    (_, value) => typeof value === "string" ? value.replaceAll(colours, "") : value,
  );
}
