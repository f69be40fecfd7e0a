/** `deno task data:check`: what a dataset is and what is wrong with it. @module */

import { type Command, JSON_FLAG, printJson, run } from "./command.ts";
import { DATA_FLAGS } from "./flags.ts";

const COMMAND: Command = {
  name: "data:check",
  summary: "Recognises an MMSA pickle or a store, and lists every problem of its data",
  arguments: ["PATH"],
  flags: [...DATA_FLAGS.filter(({ name }) => name === "protocol"), JSON_FLAG],
  notes: [
    "Exit status 1 if any problem is an error. With --json:",
    '{"ok","format","recognized":{"name","by"},"protocol","sha256","splits":{…},',
    '"problems":[{"severity","code","split","modality","count","ids","message"}]}',
  ].join("\n"),
};

await run(COMMAND, async (call) => {
  const { formatInspection } = await import("../lib/data/report.ts");
  const { inspectDataset } = await import("../lib/data/inspect.ts");
  const { isProtocol } = await import("../lib/data/modality.ts");
  const asked = call.get("protocol");
  const inspection = inspectDataset(call.arguments[0]!, isProtocol(asked) ? asked : null);
  if (call.has("json")) printJson(inspection);
  else console.log(formatInspection(inspection));
  return inspection.ok ? 0 : 1;
});
