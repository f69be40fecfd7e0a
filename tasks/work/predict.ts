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
  const rows = scores.map(({ id, prediction, class: name }) => [id, name ?? String(prediction)]);
  const bytes = new TextEncoder().encode(formatCsv(["id", "prediction"], rows));
  if (file !== null) {
    file.write(bytes);
    file.commit();
  } else {
    await print(bytes);
  }
}

/** Flags that say how a clip is read, and their options. */
const ENCODERS = {
  "bert": "bert",
  "audio-encoder": "audioEncoder",
  "vision-encoder": "visionEncoder",
  "transcribe": "transcriber",
} as const;

/** What is to be predicted. @throws {UsageError} its flags do not go together */
function whatToPredict(call: Call): PredictOptions {
  const [data, video, text] = ["data", "video", "text"].map((name) => call.get(name));
  for (const [name, other] of [["video", video], ["text", text]]) {
    if (data !== undefined && other !== undefined) {
      throw new UsageError(`Cannot use --${name} and --data together, expected one of them`);
    }
  }
  const encoders = Object.entries(ENCODERS).flatMap(([flag, option]) => {
    const value = call.get(flag);
    if (value !== undefined && video === undefined) {
      throw new UsageError(`Cannot use --${flag} without --video`);
    }
    return value === undefined ? [] : [[option, value]];
  });
  const words = text === undefined ? {} : { text };
  if (video !== undefined) return { video, ...words, ...Object.fromEntries(encoders) };
  if (text !== undefined) return words;
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
