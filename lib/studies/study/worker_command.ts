/** How a process that trains is started. @module */

import { exists } from "../../core/files.ts";

/** Those of `train`; squeue tells whether the owner of a lock is dead. */
const RIGHTS = [
  ...["--allow-read", "--allow-write", "--allow-env", "--allow-sys", "--allow-ffi"],
  "--allow-run=git,python3,squeue",
];

/** Every package by its hash: the one that Deno takes by itself has few, and would be added to. */
const LOCK = new URL("../../../deno.full.lock", import.meta.url);

/**
 * The command that runs a module of ours in a process of its own.
 *
 * @param url of the module, as `import.meta.resolve` gives it
 * @param flags more of them for `deno run`
 */
export function workerCommand(url: string, ...flags: string[]): [deno: string, ...string[]] {
  const entry = url.startsWith("file:") ? Deno.realPathSync(new URL(url)) : url;
  const lock = LOCK.protocol === "file:" && exists(LOCK.pathname)
    ? [`--lock=${LOCK.pathname}`]
    : [];
  return [
    Deno.execPath(),
    ...["run", "--quiet", "--no-check", "--no-prompt", ...lock, ...flags, ...RIGHTS],
    ...["--v8-flags=--max-semi-space-size=4", entry],
  ];
}
