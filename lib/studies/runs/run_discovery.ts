/** Finds run folders below other folders. @module */

import { join } from "node:path";
import { exists } from "../../core/files.ts";
import { reasonOf } from "../../core/errors.ts";

/** Something among the runs that is none, or none that can be read. */
export interface Skipped {
  /** Where it is. */
  readonly path: string;
  /** Why, in a sentence. */
  readonly reason: string;
}

/** What was found. */
export interface Discovery {
  /** Folders that hold a run's record or configuration, each once: in the order of the paths, then by name. */
  readonly folders: string[];
  /** What was passed over, and why. */
  readonly skipped: Skipped[];
}

/**
 * Looks for run folders in `paths` and below. A part without any is reported once, by its highest
 * folder; files beside runs and hidden folders are passed over. Links are followed, in no circles.
 */
export function findRunFolders(paths: readonly string[]): Discovery {
  const folders = new Map<string, string>();
  const seen = new Set<string>();
  const visit = (path: string): { readonly found: boolean; readonly skipped: Skipped[] } => {
    let real: string;
    let names: string[];
    try {
      real = Deno.realPathSync(path);
      if (seen.has(real)) return { found: true, skipped: [] };
      seen.add(real);
      names = [...Deno.readDirSync(real)].filter((entry) => isFolder(path, entry))
        .map((entry) => entry.name).sort();
    } catch (error) {
      return { found: false, skipped: [{ path, reason: reasonOf(error) }] };
    }
    if (exists(join(path, "run.json")) || exists(join(path, "config.json"))) {
      folders.set(real, path);
      return { found: true, skipped: [] };
    }
    const parts = names.filter((name) => !name.startsWith("."))
      .map((name) => visit(join(path, name)));
    if (parts.some((part) => part.found)) {
      return { found: true, skipped: parts.flatMap((part) => part.skipped) };
    }
    const reason = parts.length === 0 ? "it holds no run" : "there is no run in it or below";
    return { found: false, skipped: [{ path, reason }] };
  };
  const skipped = paths.flatMap((path) => visit(path).skipped);
  return { folders: [...folders.values()], skipped };
}

function isFolder(parent: string, entry: Deno.DirEntry): boolean {
  if (!entry.isSymlink) return entry.isDirectory;
  try {
    return Deno.statSync(join(parent, entry.name)).isDirectory;
  } catch {
    return false;
  }
}
