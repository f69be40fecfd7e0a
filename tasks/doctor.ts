/** `deno task doctor`: what is installed, what is missing, how to get it. @module */

import { type Command, JSON_FLAG, printJson, run } from "./command.ts";

const COMMAND: Command = {
  name: "doctor",
  summary: "Shows versions, engines and devices, and what is missing and how to get it",
  flags: [JSON_FLAG],
};

await run(COMMAND, async (call) => {
  const { doctor, formatDoctor } = await import("../mod.ts");
  const report = await doctor();
  console.log(formatDoctor(report));
  if (call.has("json")) printJson(report);
});
