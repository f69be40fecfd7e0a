/** `deno task ok`: every check that a change has to pass, cheapest first. @module */

import { stripVTControlCharacters } from "node:util";
import { type Command, run } from "./shared/command.ts";
import { findPython } from "./work/kernel_folder.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "ok",
  summary: "Runs every check: format, lint, types, parity on the cpu engine, tests, notebooks",
  flags: [],
  notes: [
    "Goes on after a check that fails. The last line is N passed, N failed: the counts of checks",
    "that count, such as tests, and one for every other. Exits with 1 where anything failed.",
  ].join("\n"),
};

/** Arguments of `deno`, one list a check. */
const CHECKS: readonly (readonly string[])[] = [
  ["fmt", "--check"],
  ["lint"],
  ["check", "--lock=deno.full.lock"],
  ["task", "-q", "docs", "--check"],
  ["task", "-q", "parity", "tests/golden/self_mm_features", "--engine", "cpu"],
  ["task", "-q", "parity", "tests/golden/self_mm_bert_tiny", "--engine", "cpu"],
  ["task", "-q", "parity:layers", "tests/golden/layers.json", "--engine", "cpu"],
  ["task", "-q", "test"],
  ["task", "-q", "notebooks"],
];

/** What passed and what failed, of one check or of all. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/**
 * The tally of a check: what the last of its lines that counts says, or one where none does. One
 * that exits with another status than 0 has failed, whatever it counted.
 */
export function tallyOf(output: string, code: number): Tally {
  const counts = /^(?:.* \| )?(\d+) passed.*?(?:, | \| )(\d+) failed/gm;
  const last = [...stripVTControlCharacters(output).matchAll(counts)].at(-1);
  if (last === undefined) return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  const failed = Number(last[2]);
  return { passed: Number(last[1]), failed: code === 0 ? failed : Math.max(1, failed) };
}

/**
 * Runs all checks, whatever fails, prints which did, and ends in `N passed, N failed`.
 *
 * @param reasonToSkip why a check cannot run here; null where it can
 * @returns the exit status
 */
export async function runChecks(
  checks: readonly (readonly string[])[],
  reasonToSkip: (check: readonly string[]) => Promise<string | null>,
): Promise<number> {
  const summary: string[] = [];
  let [passed, failed] = [0, 0];
  for (const check of checks) {
    const name = `deno ${check.join(" ")}`;
    console.log(`\n$ ${name}`);
    const reason = await reasonToSkip(check);
    if (reason !== null) {
      console.log(`skipped: ${reason}`);
      summary.push(`skipped: ${name}`);
      continue;
    }
    const { output, code } = await runAloud(check);
    const tally = tallyOf(output, code);
    if (tally.failed > 0) summary.push(`failed: ${name} (exit status ${code})`);
    passed += tally.passed;
    failed += tally.failed;
  }
  console.log(["", ...summary, `${passed} passed, ${failed} failed`].join("\n"));
  return Math.sign(failed);
}

/** Runs `deno` and shows what it prints; what came to stdout is returned too. */
async function runAloud(args: readonly string[]): Promise<{ output: string; code: number }> {
  const process = new Deno.Command(Deno.execPath(), { args: [...args], stdout: "piped" }).spawn();
  const decoder = new TextDecoder();
  let output = "";
  for await (const part of process.stdout) {
    for (let at = 0; at < part.length;) at += Deno.stdout.writeSync(part.subarray(at));
    output += decoder.decode(part, { stream: true });
  }
  return { output, code: (await process.status).code };
}

/** Notebooks are run by Python's nbclient, which not every machine has. */
async function withoutNbclient(check: readonly string[]): Promise<string | null> {
  if (!check.includes("notebooks")) return null;
  try {
    await findPython();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

if (import.meta.main) await run(COMMAND, () => runChecks(CHECKS, withoutNbclient));
