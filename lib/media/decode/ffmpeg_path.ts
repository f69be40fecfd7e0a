/** Where the program ffmpeg is. @module */

import { join } from "node:path";
import { cacheFolder } from "../../core/cache_folder.ts";
import { exists } from "../../core/files.ts";

/** The package of Python's index that has ffmpeg as one file, and its version. */
export const FFMPEG_PACKAGE = { name: "imageio-ffmpeg", version: "0.8.1" } as const;

/** Where `media:install` puts it. */
export function installedFfmpeg(): string {
  const name = Deno.build.os === "windows" ? "ffmpeg.exe" : "ffmpeg";
  return join(cacheFolder(), `ffmpeg-${FFMPEG_PACKAGE.version}`, name);
}

/** The one that was found in this process. */
let found: string | null = null;

/** `MSA_FFMPEG`, or else the one on the `PATH`, or else the one that `media:install` got. */
export function ffmpegPath(): string {
  return found ??= Deno.env.get("MSA_FFMPEG") ?? (isOnPath() ? "ffmpeg" : fallback());
}

function fallback(): string {
  return exists(installedFfmpeg()) ? installedFfmpeg() : "ffmpeg";
}

function isOnPath(): boolean {
  try {
    return new Deno.Command("ffmpeg", { args: ["-version"], stdout: "null", stderr: "null" })
      .outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
