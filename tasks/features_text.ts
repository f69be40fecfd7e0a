/** `deno task features:text`: a BERT's features of the raw text, as a store. @module */

import type { ProtocolName } from "../mod.ts";
import { type Call, type Command, JSON_FLAG, printJson, run, warn } from "./shared/command.ts";
import { DATA_FLAGS } from "./shared/flags.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "features:text",
  summary: "Extracts text features with a BERT and writes a store that has them as its text",
  flags: [
    ...DATA_FLAGS.filter(({ name }) => name === "data" || name === "protocol"),
    { name: "bert", value: "FOLDER", help: "config.json, tokenizer, onnx/model.onnx" },
    { name: "out", value: "STORE", help: "the store's folder" },
    {
      name: "kind",
      value: "KIND",
      choices: ["tokens", "cls"],
      default: "tokens",
      help: "states of all tokens, or of [CLS] alone",
    },
    JSON_FLAG,
  ],
  notes: [
    "Interrupted, the same command goes on. Nothing is downloaded but packages. With --json:",
    '{"path","folder","written","kind","splits":{"train":{"samples"},…}}',
  ].join("\n"),
};

/** Milliseconds between two lines of progress. */
const PROGRESS_EVERY = 2000;

async function work(call: Call): Promise<void> {
  const { extractText, InterruptListener, openTextModel } = await import("../mod.ts");
  const [path, bert, folder] = ["data", "bert", "out"].map((name) => call.require(name));
  const protocol = call.get("protocol") as ProtocolName | undefined;
  const kind = call.get("kind") as "tokens" | "cls";
  const model = await openTextModel(bert!);
  using interrupt = new InterruptListener();
  const { meta, problems, written } = await extractText(path!, model, folder!, {
    kind,
    ...(protocol === undefined ? {} : { protocol }),
    onProgress: showProgress(),
    signal: interrupt.signal,
  });
  for (const { message } of problems) warn(message);
  const splits = Object.entries(meta.splits).map(([name, { samples }]) => [name, { samples }]);
  if (call.has("json")) {
    printJson({ path, folder, written, kind, splits: Object.fromEntries(splits) });
  } else {
    const counts = Object.entries(meta.splits).map(([name, { samples }]) => `${samples} ${name}`);
    console.log(`"${folder}" holds text features of ${counts.join(", ")} samples`);
  }
}

function showProgress(): (done: number, all: number) => void {
  let shownAt = performance.now();
  return (done, all) => {
    if (performance.now() - shownAt < PROGRESS_EVERY && done < all) return;
    shownAt = performance.now();
    console.error(`extracting: ${done} of ${all} sentences`);
  };
}

if (import.meta.main) await run(COMMAND, work);
