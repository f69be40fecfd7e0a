/** The work of `deno task features:text`. @module */

import { prepareData } from "../../lib/data/mod.ts";
import { extractText } from "../../lib/features/mod.ts";
import { openTextModel } from "../../lib/nn/mod.ts";
import { InterruptListener } from "../../lib/training/mod.ts";
import { type Call, type Outcome, warn } from "../shared/command.ts";
import { pathOf, sourceOf } from "../shared/data_flags.ts";
import { protocolOf } from "../shared/flags.ts";
import { paced, sampleCounts, samplesBySplit } from "../shared/store_notes.ts";

/** Extracts the features, and says what the store holds. */
export async function work(call: Call): Promise<Outcome> {
  const source = sourceOf(call);
  const path = pathOf(call, source), bert = call.require("bert"), folder = call.require("out");
  const kind = call.require("kind") as "tokens" | "cls";
  using model = await openTextModel(bert, { log: console.error });
  await prepareData(path, source);
  using interrupt = new InterruptListener();
  const show = paced();
  const { meta, problems, written } = await extractText(path, model, folder, {
    kind,
    ...source,
    ...protocolOf(call),
    onProgress: (done, all) => show(`extracting: ${done} of ${all} sentences`, done >= all),
    signal: interrupt.signal,
  });
  for (const { message } of problems) warn(message);
  if (!call.has("json")) {
    console.log(`"${folder}" holds text features of ${sampleCounts(meta)} samples`);
  }
  return { json: { path, folder, written, kind, splits: samplesBySplit(meta) } };
}
