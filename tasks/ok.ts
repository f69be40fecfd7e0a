/** `deno task ok`: every check that a change has to pass, cheapest first. @module */

import { type Command, run } from "./shared/command.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "ok",
  summary: "Runs every check: format, lint, types, parity on the cpu engine, tests, notebooks",
  flags: [],
};

/** Arguments of `deno`, one list a check. */
const CHECKS: readonly (readonly string[])[] = [
  ["fmt", "--check"],
  ["lint"],
  ["check"],
  ["task", "-q", "docs", "--check"],
  ["task", "-q", "parity", "tests/golden/self_mm_features", "--engine", "cpu"],
  ["task", "-q", "parity", "tests/golden/self_mm_bert_tiny", "--engine", "cpu"],
  ["task", "-q", "parity:layers", "tests/golden/layers.json", "--engine", "cpu"],
  ["task", "-q", "test"],
  ["task", "-q", "notebooks"],
];

async function work(): Promise<number> {
  for (const args of CHECKS) {
    console.log(`\n$ deno ${args.join(" ")}`);
    const { code } = await new Deno.Command(Deno.execPath(), { args: [...args] }).spawn().status;
    if (code !== 0) {
      console.error(`failed: deno ${args.join(" ")} (exit status ${code})`);
      return 1;
    }
  }
  console.log("\nall checks passed");
  return 0;
}

if (import.meta.main) await run(COMMAND, work);
