/** The work of `deno task predict`. @module */

import { formatCsv, UsageError } from "../../lib/core/mod.ts";
import { predictRun } from "../../lib/session/mod.ts";
import { RunFolder } from "../../lib/training/mod.ts";
import type { Modality, SplitName } from "../../lib/data/mod.ts";
import type { Corruption } from "../../lib/features/mod.ts";
import { AtomicFile } from "../../lib/core/files.ts";
import { type Call, warn } from "../shared/command.ts";
import { corruptionsOf } from "../shared/corruptions.ts";
import { pathOf, sourceOf } from "../shared/data_flags.ts";
import { engineOf } from "../shared/flags.ts";

/** Predicts every sample, in file order, or one utterance, and writes the scores. */
export async function work(call: Call): Promise<void> {
  const path = call.arguments[0]!;
  const [text, split, out] = [call.get("text"), call.get("split"), call.get("out")];
  if (text !== undefined && call.get("data") !== undefined) {
    throw new UsageError("Cannot use --text and --data together, expected one of them");
  }
  const source = sourceOf(call);
  const what = text === undefined ? { ...source, data: pathOf(call, source) } : { text };
  const { config } = new RunFolder(path).readFinished();
  const used = String(config["modalities"]).split(",") as Modality[];
  const [{ drop }] = corruptionsOf(call, used) as [Corruption];
  // Opened first: that it cannot be written had better be known before all is computed.
  using file = out === undefined ? null : new AtomicFile(out);
  const scores = await predictRun(path, {
    ...what,
    drop,
    ...engineOf(call),
    ...(split === undefined ? {} : { split: split as SplitName }),
    onWarning: warn,
    log: console.error,
  });
  const rows = scores.map(({ id, prediction }) => [id, String(prediction)]);
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
