/**
 * What a run was made with, for its record.
 *
 * @module
 */

/**
 * Version of this toolkit.
 */
export const VERSION = "0.1.0";

/** Versions by name. */
export function versions(engineVersion: string): Record<string, string> {
  return { msa: VERSION, deno: Deno.version.deno, v8: Deno.version.v8, engine: engineVersion };
}

/** The commit of the git checkout that the code is in, wherever it is called; null where there is none. */
export function gitCommit(): string | null {
  try {
    const { success, stdout } = new Deno.Command("git", {
      args: ["rev-parse", "HEAD"],
      ...(import.meta.dirname === undefined ? {} : { cwd: import.meta.dirname }),
      stdout: "piped",
      stderr: "null",
    }).outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch {
    return null;
  }
}

/** Largest resident memory of this process so far in bytes; the present one where the system does not tell. */
export function peakMemory(): number {
  try {
    const match = /VmHWM:\s+(\d+) kB/.exec(Deno.readTextFileSync("/proc/self/status"));
    if (match !== null) return 1024 * Number(match[1]);
  } catch {
    // Not Linux.
  }
  return Deno.memoryUsage().rss;
}
