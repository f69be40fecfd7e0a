/** The work of `deno task docs`. @module */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { RunError, writeFileAtomic } from "../../lib/core/mod.ts";
import { gigabytes, KNOWN_FILES, publishedBytes } from "../../lib/data/mod.ts";
import { markdownCode, markdownTable } from "../../lib/display/mod.ts";
import { MODELS } from "../../lib/models/mod.ts";
import { publishedMeans } from "../../lib/studies/mod.ts";
import type { Call, Command, Outcome } from "../shared/command.ts";
import { modelSections, modelsTable, references, sharedSettingsTable } from "./model_tables.ts";

const ROOT = join(import.meta.dirname!, "..", "..");

/** The tasks of deno.json by name. */
type Tasks = Readonly<Record<string, { readonly description: string; readonly command: string }>>;

/** Something in a document that follows from the code. */
interface Part {
  /** Its path from the root. */
  readonly file: string;
  /** What a person calls it. */
  readonly name: string;
  /** What is before and after it, each once in the document. */
  readonly between: readonly [string, string];
  readonly text: string;
}

/** Writes every part, or names those that are stale. */
export async function work(call: Call): Promise<Outcome> {
  const stale = await writeDocs(ROOT, call.has("check"));
  if (!call.has("check")) {
    for (const part of stale) console.log(`wrote ${part}`);
    return {};
  }
  if (stale.length === 0) return {};
  throw new RunError(
    `Documents do not say what the code does: ${stale.join(", ")}; "deno task docs" writes them`,
  );
}

/**
 * Brings the documents below `root` up to date.
 *
 * @param isCheck write nothing
 * @returns the parts that were stale
 * @throws {RunError} a document lacks the place of a part
 */
export async function writeDocs(root: string, isCheck: boolean): Promise<string[]> {
  const tasks: Tasks = JSON.parse(Deno.readTextFileSync(join(root, "deno.json"))).tasks;
  const stale: string[] = [];
  for (const { file, name, between, text } of await partsOf(tasks)) {
    const path = join(root, file);
    const before = Deno.readTextFileSync(path);
    const from = before.indexOf(between[0]) + between[0].length;
    const to = before.indexOf(between[1], from);
    if (from < between[0].length || to < 0) {
      throw new RunError(
        `Cannot write ${name} into ${file}: it lacks ${between.join("…").replaceAll("\n", " ")}`,
      );
    }
    if (before.slice(from, to) === text) continue;
    stale.push(`${file} (${name})`);
    if (!isCheck) writeFileAtomic(path, before.slice(0, from) + text + before.slice(to));
  }
  return stale;
}

async function partsOf(tasks: Tasks): Promise<Part[]> {
  const rows: string[][] = [];
  const descriptions: Part[] = [];
  for (const [name, { description, command }] of Object.entries(tasks)) {
    const known = await commandIn(command);
    rows.push([
      markdownCode([name, ...known?.arguments ?? []].join(" ")),
      known?.summary ?? description,
    ]);
    if (known === null) continue;
    descriptions.push({
      file: "deno.json",
      name: `task "${name}"`,
      between: [`    ${JSON.stringify(name)}: {\n      "description": `, ",\n"],
      text: JSON.stringify(known.summary),
    });
  }
  const files = KNOWN_FILES.map((file) => {
    const bytes = publishedBytes(file);
    const about = bytes === null ? "" : gigabytes(bytes);
    return [
      markdownCode(file.name),
      file.path,
      about,
      file.sha256 === null ? "" : markdownCode(file.sha256),
    ];
  });
  const names = MODELS.map(({ name }) => name);
  const list = `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  return [
    ...descriptions,
    inMarkdown("README.md", "published", publishedTable()),
    inMarkdown("README.md", "commands", markdownTable([["command", "does"], ...rows])),
    inMarkdown(
      "DATA.md",
      "data",
      markdownTable([["dataset", "file", "about", "SHA-256"], ...files]),
    ),
    inMarkdown("MODELS.md", "models", await modelsTable()),
    inMarkdown("MODELS.md", "shared settings", sharedSettingsTable()),
    inMarkdown("MODELS.md", "each model", modelSections()),
    {
      file: "CITATION.cff",
      name: "references",
      between: ["references:\n", "# End of the references"],
      text: references(),
    },
    {
      file: "tasks/shared/model_names.ts",
      name: "names of the models",
      between: ["MODEL_NAMES =", ";\n"],
      // As `deno fmt` breaks a long line.
      text: list.length > 70 ? `\n  ${JSON.stringify(list)}` : ` ${JSON.stringify(list)}`,
    },
  ];
}

/** The command of a line of deno.json; null where it runs no file of `tasks`. */
async function commandIn(line: string): Promise<Command | null> {
  const file = / (tasks\/\w+\.ts)$/.exec(line)?.[1];
  if (file === undefined) return null;
  const { COMMAND } = await import(pathToFileURL(join(ROOT, file)).href);
  return COMMAND;
}

function inMarkdown(file: string, name: string, text: string): Part {
  const between = [`<!-- ${name} -->\n`, `<!-- /${name} -->`] as const;
  return { file, name, between, text: `\n${text}\n\n` };
}

/** What may be expected: means that MMSA published of a few models. */
function publishedTable(): string {
  const percent = (share: number) => (100 * share).toFixed(1);
  const means = ["self-mm", "mult", "tfn"].flatMap(publishedMeans);
  const rows = [...Map.groupBy(means, ({ dataset }) => dataset).values()].flat()
    .map(({ dataset, model, values: { mae, corr, acc2NonNeg, acc2NegPos, acc2Sims } }) => [
      dataset.toUpperCase(),
      markdownCode(model),
      mae!.toFixed(3),
      corr!.toFixed(3),
      [acc2Sims, acc2NonNeg, acc2NegPos].filter((value) => value !== undefined).map(percent)
        .join(" / "),
    ]);
  return markdownTable([["dataset", "model", "MAE", "Corr", "Acc-2"], ...rows]);
}
