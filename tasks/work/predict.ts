/** The work of `deno task predict`. @module */

import { formatCsv, UsageError } from "../../lib/core/mod.ts";
import { type PredictOptions, predictRun } from "../../lib/session/mod.ts";
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
  const [split, out] = [call.get("split"), call.get("out")];
  const what = whatToPredict(call);
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

/** What is to be predicted. @throws {UsageError} its flags do not go together */
function whatToPredict(call: Call): PredictOptions {
  const given = Object.fromEntries(
    ["data", "video", "text", "bert"].flatMap((name) => {
      const value = call.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  for (const other of ["video", "text"]) {
    if (given["data"] !== undefined && given[other] !== undefined) {
      throw new UsageError(`Cannot use --${other} and --data together, expected one of them`);
    }
  }
  if (given["bert"] !== undefined && given["video"] === undefined) {
    throw new UsageError("Cannot use --bert without --video");
  }
  if (given["video"] !== undefined || given["text"] !== undefined) return given;
  const source = sourceOf(call);
  return { ...source, data: pathOf(call, source) };
}

/** Writes to stdout; a reader that has seen enough (`… | head`) is no failure. */
async function print(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  try {
    await new Blob([bytes]).stream().pipeTo(Deno.stdout.writable, { preventClose: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
