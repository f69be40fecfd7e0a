/** `deno task data:convert`: an MMSA pickle as a store. @module */

import type { ProtocolName } from "../mod.ts";
import { type Call, type Command, JSON_FLAG, printJson, run, warn } from "./shared/command.ts";
import { DATA_FLAGS } from "./shared/flags.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "data:convert",
  summary:
    "Converts an MMSA pickle or synthetic data to a store, which every command takes in its place",
  arguments: ["PATH", "FOLDER"],
  flags: [...DATA_FLAGS.filter(({ name }) => name === "protocol"), JSON_FLAG],
  notes: [
    "Writes FOLDER with meta.json and float32 safetensors for each split. It appears when it is",
    "complete. With --json:",
    '{"path","folder","written","name","protocol","sha256","splits":{"train":{"samples"},…},',
    '"problems":[…]}',
  ].join("\n"),
};

/** Milliseconds between two lines of progress. */
const PROGRESS_EVERY = 2000;

async function work(call: Call): Promise<void> {
  const { convertDataset } = await import("../mod.ts");
  const [path = "", folder = ""] = call.arguments;
  const asked = call.get("protocol") as ProtocolName | undefined;
  const { meta, problems, written } = convertDataset(path, folder, {
    ...(asked === undefined ? {} : { protocol: asked }),
    onProgress: showProgress(),
  });
  for (const { message } of problems) warn(message);
  const splits = Object.entries(meta.splits).map(([name, { samples }]) => [name, { samples }]);
  if (call.has("json")) {
    const { name, protocol, source: { sha256 } } = meta;
    const rest = { name, protocol, sha256, splits: Object.fromEntries(splits), problems };
    printJson({ path, folder, written, ...rest });
  } else {
    const counts = Object.entries(meta.splits).map(([name, { samples }]) => `${samples} ${name}`);
    const did = written ? "holds" : "already holds";
    console.log(`"${folder}" ${did} "${meta.name}": ${counts.join(", ")} samples`);
  }
}

function showProgress(): (done: number) => void {
  let shownAt = performance.now();
  return (done) => {
    if (performance.now() - shownAt < PROGRESS_EVERY) return;
    shownAt = performance.now();
    console.error(`converting: ${Math.floor(100 * done)} %`);
  };
}

if (import.meta.main) await run(COMMAND, work);
