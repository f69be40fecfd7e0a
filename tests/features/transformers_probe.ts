/**
 * Runs the real tokenizer in a process of its own: the package is large, and a process that loads it
 * adds it to the lock file that it was started with.
 */

import { join } from "node:path";
import { messageOf } from "../../lib/core/errors.ts";
import { openTokenizer, tokenize } from "../../lib/features/mod.ts";

const ROOT = join(import.meta.dirname!, "..", "..");

/** What the process is asked for: sentences with the tokenizer of a folder. */
interface Question {
  readonly folder: string;
  readonly texts: readonly string[];
  readonly places: number;
}

if (import.meta.main) {
  const { folder, texts, places }: Question = JSON.parse(
    await new Response(Deno.stdin.readable).text(),
  );
  try {
    const { values } = tokenize(await openTokenizer(folder), texts, places);
    console.log(JSON.stringify([...values]));
  } catch (error) {
    console.log(JSON.stringify(messageOf(error)));
  }
}

/** [texts, 3, places] as one list, or the message of an error. */
export async function askTokenizer(question: Question): Promise<number[] | string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--lock=deno.full.lock",
      ...["--allow-read", "--allow-env", "--allow-sys", "--allow-ffi"],
      join(import.meta.dirname!, "transformers_probe.ts"),
    ],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(question)));
  await writer.close();
  const { stdout } = await child.output();
  return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
}
