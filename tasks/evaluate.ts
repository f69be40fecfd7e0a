/** `deno task evaluate RUN`: metrics of a finished run on a split. @module */

import { type Call, type Command, JSON_FLAG, printJson, run } from "./command.ts";
import { ENGINE_FLAGS } from "./flags.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "evaluate",
  summary: "Evaluates a finished run on a split of its data or of other data",
  arguments: ["RUN"],
  flags: [
    { name: "data", value: "PATH", help: "other data than the run's own" },
    {
      name: "split",
      value: "SPLIT",
      choices: ["train", "valid", "test"],
      default: "test",
      help: "which part of the data",
    },
    ...ENGINE_FLAGS,
    JSON_FLAG,
  ],
  notes: [
    "Notes in RUN/reads.jsonl that the split was read. With --json:",
    '{"run","split","metrics":{…}}',
  ].join("\n"),
};

async function work(call: Call): Promise<void> {
  const { evaluate } = await import("./evaluate_run.ts");
  const result = await evaluate(call);
  if (call.has("json")) printJson(result);
}

if (import.meta.main) await run(COMMAND, work);
