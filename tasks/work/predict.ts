/** The work of `deno task predict`. @module */

import {
  formatCsv,
  openEngine,
  openRun,
  type Predictor,
  RunFolder,
  type SplitName,
  UsageError,
} from "../../mod.ts";
import { AtomicFile } from "../../lib/core/files.ts";
import { type Call, warn } from "../shared/command.ts";
import { engineOf } from "../shared/flags.ts";
import { openForRun } from "../shared/open_data.ts";

/** Predicts every sample, in file order, or one utterance, and writes the scores. */
export async function work(call: Call): Promise<void> {
  const path = call.arguments[0]!;
  if (call.get("text") === undefined) call.require("data");
  else if (call.get("data") !== undefined) {
    throw new UsageError("Cannot use --text and --data together, expected one of them");
  }
  const out = call.get("out");
  new RunFolder(path).readFinished();
  // Opened first: that it cannot be written had better be known before all is computed.
  using file = out === undefined ? null : new AtomicFile(out);
  const engine = await openEngine({ ...engineOf(call), log: console.error });
  using predictor = openRun(path, engine);
  const text = call.get("text");
  const rows = text === undefined
    ? await predictData(call, predictor)
    : [["text", String(await predictor.predictText(text))]];
  const bytes = new TextEncoder().encode(formatCsv(["id", "prediction"], rows));
  if (file !== null) {
    file.write(bytes);
    file.commit();
  } else {
    await print(bytes);
  }
}

/** `id,prediction` of every sample of `--data`. */
async function predictData(call: Call, predictor: Predictor): Promise<string[][]> {
  const split = call.get("split") as SplitName | undefined;
  const splits = split === undefined ? {} : { splits: [split] };
  using dataset = openForRun(call.require("data"), predictor, { ...splits, onWarning: warn });
  const rows: string[][] = [];
  for (const split of Object.values(dataset.splits)) {
    const scores = await predictor.predict(split);
    split.ids.forEach((id, i) => rows.push([id, String(scores[i])]));
  }
  return rows;
}

/** Writes to stdout; a reader that has seen enough (`… | head`) is no failure. */
async function print(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  try {
    await new Blob([bytes]).stream().pipeTo(Deno.stdout.writable, { preventClose: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
