/** The work of `deno task predict`. @module */

import {
  DataError,
  formatCsv,
  openEngine,
  openRun,
  type Split,
  type SplitName,
  SPLITS,
  writeFileAtomic,
} from "../mod.ts";
import type { Call } from "./command.ts";
import { openPath } from "./open_data.ts";

/** Predicts and writes the file. */
export async function predict(call: Call): Promise<void> {
  const source = call.require("data");
  const engine = await openEngine({
    engine: call.get("engine") as "auto",
    device: call.get("device") as "auto",
    log: console.error,
  });
  using predictor = openRun(call.arguments[0]!, engine);
  const { modalities, protocol } = predictor;
  using dataset = openPath(source, { modalities, protocol, warn: console.error });
  const asked = call.get("split") as SplitName | undefined;
  const splits = (asked === undefined ? SPLITS : [asked]).map((name) => dataset.splits[name])
    .filter((split): split is Split => split !== undefined);
  if (splits.length === 0) {
    throw new DataError(`Cannot predict "${source}": it has no split "${asked}"`);
  }
  const rows: string[][] = [];
  for (const split of splits) {
    const scores = await predictor.predict(split);
    split.ids.forEach((id, i) => rows.push([id, String(scores[i])]));
  }
  const text = formatCsv(["id", "prediction"], rows);
  const out = call.get("out");
  if (out !== undefined) writeFileAtomic(out, text);
  else await new Blob([text]).stream().pipeTo(Deno.stdout.writable, { preventClose: true });
}
