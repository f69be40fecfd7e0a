/** `deno task data:check`: what a dataset is and what is wrong with it. @module */

import type { ProtocolName } from "../mod.ts";
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
  const { formatInspection, inspectDataset } = await import("../mod.ts");
  const protocol = call.get("protocol") as ProtocolName | undefined;
  const inspection = inspectDataset(call.arguments[0]!, protocol);
  if (call.has("json")) printJson(inspection);
  else console.log(formatInspection(inspection));
  return inspection.ok ? 0 : 1;
});
