/** The work of `deno task cluster:prepare`. @module */

import { createProgress } from "../../lib/display/mod.ts";
import { prepareFolder } from "../../lib/studies/mod.ts";
import type { Call, Outcome } from "../shared/command.ts";

/** What a task of a cluster starts, beside what trains. */
const MODULES = ["study.ts", "search.ts", "train.ts"];

/** Prepares the folder, and says what to set. */
export async function work(call: Call): Promise<Outcome> {
  using progress = createProgress();
  const modules = MODULES.map((name) => new URL(`../${name}`, import.meta.url).href);
  const note = (line: string) => progress.note(line);
  const prepared = await prepareFolder(call.arguments[0]!, modules, note);
  const deno = Deno.execPath();
  if (prepared.tensorflow === null) {
    progress.note("There is no TensorFlow here: nodes compute on the cpu engine");
    progress.note("  (deno task engine:install gets it, then run this again)");
  }
  console.log(`Ready. Nodes have to see ${prepared.folder} and this Deno, ${deno}. Then:`);
  console.log(`  deno task study STUDY --on slurm --setup ${prepared.setup}`);
  return { json: { ...prepared, deno } };
}
