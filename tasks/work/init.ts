/** The work of `deno task init`. @module */

import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { UsageError } from "../../lib/core/errors.ts";
import { exists, writeFileAtomic } from "../../lib/core/files.ts";
import type { Call, Outcome } from "../shared/command.ts";
import { firstNotebook } from "./first_notebook.ts";
import { formatNotebook } from "./notebook_file.ts";

const ROOT = join(import.meta.dirname!, "..", "..");
const NOTEBOOK = "first.ipynb";

/**
 * Writes the files of a folder for notebooks.
 *
 * @throws {UsageError} one of them is there
 */
export function work(call: Call): Outcome {
  const folder = resolve(call.arguments[0]!);
  const files = new Map([
    ["deno.json", `${JSON.stringify(configuration(), null, 2)}\n`],
    ["package.json", Deno.readTextFileSync(join(ROOT, "package.json"))],
    [NOTEBOOK, formatNotebook(firstNotebook(pathToFileURL(join(ROOT, "mod.ts")).href))],
  ]);
  const there = [...files.keys()].filter((name) => exists(join(folder, name)));
  if (there.length > 0) {
    throw new UsageError(
      `Cannot make "${folder}": it has ${there.join(", ")} already, expected a folder without`,
    );
  }
  Deno.mkdirSync(folder, { recursive: true });
  for (const [name, text] of files) writeFileAtomic(join(folder, name), text);
  console.log(`Wrote ${[...files.keys()].join(", ")} into ${folder}`);
  console.log(`Open it, in the checkout, by deno task jupyter ${JSON.stringify(folder)}`);
  return {};
}

/** That of `notebooks`, with whole paths: packages come from this checkout's lists and lock. */
function configuration(): Record<string, unknown> {
  const { importMap, lock, links, ...rest } = JSON.parse(
    Deno.readTextFileSync(join(ROOT, "notebooks", "deno.json")),
  );
  const whole = (path: string) => join(ROOT, "notebooks", path);
  return { importMap: whole(importMap), ...rest, lock: whole(lock), links: links.map(whole) };
}
