/** The work of `deno task notebooks`. @module */

import { join } from "node:path";
import { UsageError } from "../../lib/core/errors.ts";
import { writeFileAtomic } from "../../lib/core/files.ts";
import type { Call, Outcome } from "../shared/command.ts";
import { findPython, type KernelFolder, openKernelFolder } from "./kernel_folder.ts";
import {
  differingCells,
  formatNotebook,
  type Notebook,
  objections,
  withChecks,
  withOutputs,
} from "./notebook_file.ts";

const ROOT = join(import.meta.dirname!, "..", "..");
const FOLDER = join(ROOT, "notebooks");
const EXECUTE = join(ROOT, "tests", "notebooks", "execute.py");

/**
 * Runs the notebooks that were asked for, and compares their outputs or writes them.
 *
 * @throws {UsageError} there is no such notebook
 */
export async function work(call: Call): Promise<Outcome> {
  const [only, update] = [call.get("only") ?? "", call.has("update")];
  const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
    .filter((name) => name.endsWith(".ipynb") && name.includes(only)).sort();
  if (names.length === 0) throw new UsageError(`Cannot find a notebook with "${only}" in its name`);
  const python = await findPython();
  // Not in `notebooks`: runs of yours are left alone.
  using folder = openKernelFolder();
  let failed = 0, skipped = 0;
  for (const name of names) {
    const missing = missingPrograms(readNotebook(join(FOLDER, name)));
    if (missing.length > 0) {
      console.log(`${name} skipped: ${missing.join(", ")} cannot be found`);
      skipped++;
      continue;
    }
    const started = performance.now();
    const problems = await runNotebook(name, update, python, folder);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${name} ${problems.length === 0 ? "ok" : "FAILED"} (${seconds} s)`);
    for (const problem of problems) console.log(`  ${problem.replaceAll("\n", "\n  ")}`);
    failed += Math.sign(problems.length);
  }
  const last = skipped > 0 ? `, ${skipped} skipped` : "";
  console.log(`${names.length - failed - skipped} passed, ${failed} failed${last}`);
  return { status: Math.sign(failed) };
}

/** Programs that a notebook needs, by its `metadata.msa.needs`, and that do not run here. */
function missingPrograms({ metadata }: Notebook): string[] {
  return (metadata?.msa?.needs ?? []).filter((program) => {
    try {
      const command = new Deno.Command(program, { args: ["-version"], stdout: "null" });
      return !command.outputSync().success;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return true;
      throw error;
    }
  });
}

/** What is wrong, nothing when all is well. */
async function runNotebook(
  name: string,
  update: boolean,
  python: string,
  folder: KernelFolder,
): Promise<string[]> {
  const path = join(FOLDER, name);
  const notebook = readNotebook(path);
  const target = join(folder.path, name);
  const source = `${target}.source`;
  Deno.writeTextFileSync(source, formatNotebook(withChecks(notebook)));
  const { code, stderr } = await new Deno.Command(python, {
    args: [EXECUTE, source, target, folder.path],
    env: folder.env,
    stdout: "null",
    stderr: "piped",
  }).output();
  let executed: Notebook;
  try {
    executed = readNotebook(target);
  } catch {
    return [new TextDecoder().decode(stderr)];
  }
  const errors = executed.cells.flatMap(({ id, outputs }) =>
    (outputs ?? []).filter(({ output_type }) => output_type === "error").map((output) =>
      `cell "${id}" fails: ${output["ename"]}: ${output["evalue"]}`
    )
  );
  if (code !== 0 || errors.length > 0) return errors;
  const updated = withOutputs(notebook, executed);
  if (update) writeFileAtomic(path, formatNotebook(updated));
  const differing = update ? [] : differingCells(notebook, executed);
  return [
    ...objections(updated),
    ...differing.map((id) =>
      `cell "${id}" has other outputs in the file: deno task notebooks --update writes them anew`
    ),
  ];
}

function readNotebook(path: string): Notebook {
  return JSON.parse(Deno.readTextFileSync(path));
}
