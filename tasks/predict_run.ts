/** The work of `deno task predict`. @module */

import { formatCsv, openEngine, openRun, RunFolder, type SplitName } from "../mod.ts";
import { AtomicFile } from "../lib/core/files.ts";
import { type Call, warn } from "./command.ts";
import { openForRun } from "./open_data.ts";

/** Predicts every sample, in file order, and writes the scores. */
export async function predict(call: Call): Promise<void> {
  const path = call.arguments[0]!;
  const source = call.require("data");
  const split = call.get("split") as SplitName | undefined;
  const out = call.get("out");
  new RunFolder(path).readFinished();
  // Opened first: that it cannot be written had better be known before all is computed.
  using file = out === undefined ? null : new AtomicFile(out);
  const engine = await openEngine({
    engine: call.get("engine") as "auto",
    device: call.get("device") as "auto",
    log: console.error,
  });
  using predictor = openRun(path, engine);
  const splits = split === undefined ? {} : { splits: [split] };
  using dataset = openForRun(source, predictor, { ...splits, onWarning: warn });
  const rows: string[][] = [];
  for (const split of Object.values(dataset.splits)) {
    const scores = await predictor.predict(split);
    split.ids.forEach((id, i) => rows.push([id, String(scores[i])]));
  }
  const bytes = new TextEncoder().encode(formatCsv(["id", "prediction"], rows));
  if (file !== null) {
    file.write(bytes);
    file.commit();
  } else {
    await print(bytes);
  }
}

/** Writes to stdout; a reader that has seen enough (`… | head`) is no failure. */
async function print(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  try {
    await new Blob([bytes]).stream().pipeTo(Deno.stdout.writable, { preventClose: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
