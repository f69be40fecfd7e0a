/** Where this user's downloads of programs and libraries are. @module */

import { join } from "node:path";

/** The user's cache folder for this program's downloads, by the convention of the system. */
export function cacheFolder(): string {
  const { env, build } = Deno;
  const home = env.get("HOME") ?? env.get("USERPROFILE") ?? ".";
  if (build.os === "windows") {
    return join(env.get("LOCALAPPDATA") ?? join(home, "AppData", "Local"), "msa");
  }
  const fallback = build.os === "darwin" ? join(home, "Library", "Caches") : join(home, ".cache");
  return join(env.get("XDG_CACHE_HOME") || fallback, "msa");
}
