/**
 * Features of the words of a store, by a BERT, in a process of its own: the package that computes
 * them is in another lock than those that look at clips.
 *
 * @module
 */

import { DataError, messageOf } from "../core/errors.ts";
import { writeJsonAtomic } from "../core/files.ts";
import { readLines } from "../core/json_lines.ts";
import { type ExtractOptions, extractText } from "../features/mod.ts";
import { openTextModel } from "../nn/mod.ts";

/** Which states of a BERT: those of all tokens, or that of the first alone. */
export type TextKind = "tokens" | "cls";

const LOCK = new URL("../../deno.full.lock", import.meta.url);
const RIGHTS = ["--allow-read", "--allow-write", "--allow-env", "--allow-sys", "--allow-ffi"];
RIGHTS.push("--allow-run=python3");

/** From the process, at its end. */
type Ending = { readonly done: true } | { readonly failed: string };

/**
 * Writes the store at `path` anew to `folder`, with a BERT's features as its text.
 *
 * @param words of the samples by their ids, where steps are words
 * @throws {DataError} as `extractText` does
 * @throws the signal's reason when it was aborted; the same call goes on
 */
export async function addText(
  path: string,
  bert: string,
  folder: string,
  kind: TextKind,
  words: Readonly<Record<string, readonly string[]>> | null,
  signal?: AbortSignal,
): Promise<void> {
  const spoken = `${path}.json`;
  writeJsonAtomic(spoken, words);
  const entry = new URL(import.meta.url);
  const lock = LOCK.protocol === "file:" ? [`--lock=${Deno.realPathSync(LOCK)}`] : [];
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-check", "--no-prompt", ...lock, ...RIGHTS],
      entry.protocol === "file:" ? Deno.realPathSync(entry) : entry.href,
      ...[path, bert, folder, kind, spoken],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const stop = () => child.kill("SIGTERM");
  signal?.addEventListener("abort", stop);
  let ending: Ending | null = null;
  for await (const line of readLines<Ending>(child.stdout)) ending = line;
  signal?.removeEventListener("abort", stop);
  const { code } = await child.status;
  signal?.throwIfAborted();
  if (ending !== null && "done" in ending) return;
  throw new DataError(
    ending?.failed ?? `Cannot add features of the words: their process ended with status ${code}`,
  );
}

if (import.meta.main) {
  const [path, bert, folder, kind, spoken] = Deno.args as [
    string,
    string,
    string,
    TextKind,
    string,
  ];
  let ending: Ending;
  try {
    using model = await openTextModel(bert);
    const words: ExtractOptions["words"] | null = JSON.parse(Deno.readTextFileSync(spoken));
    await extractText(path, model, folder, { kind, ...(words ? { words } : {}) });
    ending = { done: true };
  } catch (error) {
    ending = { failed: messageOf(error) };
  }
  console.log(JSON.stringify(ending));
  Deno.exit("done" in ending ? 0 : 1);
}
