/** What a command and all its children take of the memory at a time. @module */

import { ROOT } from "./results.ts";

/** Milliseconds between two looks. */
const PAUSE = 100;

/** What a command took. */
export interface Taken {
  readonly seconds: number;
  /** Largest memory, in which what processes share counts once; null where the system does not tell. */
  readonly peakBytes: number | null;
}

/** Runs a command. @throws {Error} if it fails */
export async function measureTree(command: string, args: readonly string[]): Promise<Taken> {
  const started = performance.now();
  const child = new Deno.Command(command, {
    args: [...args],
    cwd: ROOT,
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let peak = 0, isOver = false;
  const ended = child.output().then((result) => {
    isOver = true;
    return result;
  });
  while (!isOver) {
    peak = Math.max(peak, treeOf(child.pid).reduce((sum, pid) => sum + sharedOut(pid), 0));
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, PAUSE))]);
  }
  const { success, stderr } = await ended;
  const seconds = (performance.now() - started) / 1000;
  if (!success) throw new Error(`${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return { seconds, peakBytes: peak === 0 ? null : peak };
}

/** A process and all below it. */
function treeOf(pid: number): number[] {
  try {
    const threads = [...Deno.readDirSync(`/proc/${pid}/task`)];
    const children = threads.flatMap(({ name }) =>
      Deno.readTextFileSync(`/proc/${pid}/task/${name}/children`).split(" ").filter(Boolean)
    );
    return [pid, ...children.flatMap((child) => treeOf(Number(child)))];
  } catch {
    return []; // It has ended, or this is not Linux.
  }
}

/** Memory of a process in bytes, each page divided by the number of those that share it. */
function sharedOut(pid: number): number {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/smaps_rollup`);
    return 1024 * Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
