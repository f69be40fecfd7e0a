/** The work of `deno task data:convert`. @module */

import { convertDataset, prepareData } from "../../lib/data/mod.ts";
import { type Call, type Outcome, warn } from "../shared/command.ts";
import { sourceOf } from "../shared/data_flags.ts";
import { protocolOf } from "../shared/flags.ts";
import { paced, sampleCounts, samplesBySplit } from "../shared/store_notes.ts";

/** Converts, and says what the store holds. */
export async function work(call: Call): Promise<Outcome> {
  const [path = "", folder = ""] = call.arguments;
  const source = sourceOf(call);
  await prepareData(path, source);
  const show = paced();
  const { meta, problems, written } = convertDataset(path, folder, {
    ...source,
    ...protocolOf(call),
    onProgress: (done) => show(`converting: ${Math.floor(100 * done)} %`),
  });
  for (const { message } of problems) warn(message);
  if (!call.has("json")) {
    const did = written ? "holds" : "already holds";
    console.log(`"${folder}" ${did} "${meta.name}": ${sampleCounts(meta)} samples`);
  }
  const { name, protocol, source: { sha256 } } = meta;
  const splits = samplesBySplit(meta);
  return { json: { path, folder, written, name, protocol, sha256, splits, problems } };
}
