/** Gets programs and libraries that read clips, with pip, into the cache folder of this user. @module */

import { dirname, join } from "node:path";
import { cacheFolder } from "../core/cache_folder.ts";
import { EngineError, UsageError } from "../core/errors.ts";
import { exists } from "../core/files.ts";
import { pipDownload, requirePip, unpackMembers, wheelsIn } from "../core/wheels.ts";
import { OPENSMILE_PACKAGE, openSmileFolder } from "./audio/opensmile_files.ts";
import { ffmpegVersion } from "./decode/ffmpeg.ts";
import { FFMPEG_PACKAGE, installedFfmpeg } from "./decode/ffmpeg_path.ts";

/** Options of {@linkcode installFfmpeg} and {@linkcode installOpenSmile}. */
export interface MediaInstallOptions {
  /** Gets a line at each stage; by default nothing is said. */
  readonly log?: (line: string) => void;
}

/**
 * Gets the program ffmpeg, which decodes clips, where none is on the `PATH`. It is a program under
 * the GPL, in a process of its own.
 *
 * @returns its path
 * @throws {EngineError} there is no Python with pip, no build for this system, no connection or no
 *   space; the cache folder then is as it was
 *
 * @example
 * ```ts ignore
 * import { installFfmpeg } from "./install.ts";
 * await installFfmpeg({ log: console.error }); // downloads 68 MB where it is not there yet
 * ```
 */
export async function installFfmpeg({ log = () => {} }: MediaInstallOptions = {}): Promise<string> {
  const path = installedFfmpeg();
  if (!exists(path)) {
    requirePip("ffmpeg", "install ffmpeg otherwise, or set MSA_FFMPEG to its path");
    fetchWheel(FFMPEG_PACKAGE, dirname(path), log, "about 70 MB", (wheel, folder) => {
      unpackMembers(
        wheel,
        folder,
        ["imageio_ffmpeg/binaries/ffmpeg-*"],
        "imageio_ffmpeg/binaries/",
      );
      const program = [...Deno.readDirSync(folder)].find(({ name }) => name.startsWith("ffmpeg-"));
      if (program === undefined) {
        throw new EngineError(`Cannot install ffmpeg: "${wheel}" has none for this system`);
      }
      const target = join(folder, path.slice(dirname(path).length + 1));
      Deno.renameSync(join(folder, program.name), target);
      Deno.chmodSync(target, 0o755);
    });
  }
  log(`ffmpeg ${await ffmpegVersion(path)} is installed: ${path}`);
  return path;
}

/**
 * Gets openSMILE's library, for `--audio egemaps`. Its licence allows no commercial use, neither of
 * the library nor of the features.
 *
 * @param isAccepted whether who installs it accepts its licence
 * @returns its folder
 * @throws {UsageError} the licence is not accepted
 * @throws {EngineError} as {@linkcode installFfmpeg}
 *
 * @example
 * ```ts
 * import { installOpenSmile } from "./install.ts";
 * import { assertThrows } from "@std/assert";
 * assertThrows(() => installOpenSmile(false), Error, "licence");
 * ```
 */
export function installOpenSmile(
  isAccepted: boolean,
  { log = () => {} }: MediaInstallOptions = {},
): string {
  if (!isAccepted) {
    throw new UsageError(
      "Cannot install openSMILE without --accept-licence: its licence allows research and personal " +
        "use only, not commercial use of it or of features extracted with it " +
        "(https://github.com/audeering/opensmile-python/blob/main/LICENSE)",
    );
  }
  const folder = openSmileFolder();
  if (!exists(folder)) {
    requirePip("openSMILE", "do without --audio egemaps");
    fetchWheel(OPENSMILE_PACKAGE, folder, log, "about 1 MB", (wheel, to) => {
      unpackMembers(
        wheel,
        to,
        ["opensmile/core/bin/*", "opensmile/core/config/*"],
        "opensmile/core/",
      );
    });
  }
  log(`openSMILE ${OPENSMILE_PACKAGE.version} is installed: ${folder}`);
  return folder;
}

/** Downloads a wheel and unpacks it to `folder`, which appears when it is whole. */
function fetchWheel(
  { name, version }: { readonly name: string; readonly version: string },
  folder: string,
  log: (line: string) => void,
  size: string,
  unpack: (wheel: string, folder: string) => void,
): void {
  Deno.mkdirSync(cacheFolder(), { recursive: true });
  const part = Deno.makeTempDirSync({ dir: cacheFolder(), prefix: ".media-" });
  try {
    log(`Downloading ${name} ${version} with pip (${size})`);
    pipDownload(`${name} ${version}`, join(part, "wheel"), ["--no-deps", `${name}==${version}`]);
    const [wheel] = wheelsIn(join(part, "wheel"));
    if (wheel === undefined) throw new EngineError(`Cannot install ${name}: pip left no wheel`);
    log("Unpacking it");
    const whole = join(part, "whole");
    Deno.mkdirSync(whole);
    unpack(wheel, whole);
    Deno.renameSync(whole, folder);
  } finally {
    Deno.removeSync(part, { recursive: true });
  }
}
