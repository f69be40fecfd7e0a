/** `deno task doctor`: what is installed, what is missing, how to get it. @module */

import { type Call, type Command, JSON_FLAG, printJson, run } from "./shared/command.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "doctor",
  summary: "Shows versions, engines and devices, and what is missing and how to get it",
  flags: [JSON_FLAG],
  notes: [
    "With --json:",
    '{"deno","engines":{"tensorflow":{"available","version","library","devices":[…]},"webgpu":{…},',
    '"cpu":{…}},"packages":{…},"problems":[…]}',
  ].join("\n"),
};

async function work(call: Call): Promise<void> {
  const { doctor, formatDoctor } = await import("../mod.ts");
  const report = await doctor();
  console.log(formatDoctor(report));
  if (call.has("json")) printJson(report);
}

if (import.meta.main) await run(COMMAND, work);
