/** Gets TensorFlow's library with pip, and unpacks the two files that are needed. @module */

import { dirname, join } from "node:path";
import { EngineError } from "../../core/errors.ts";
import { exists } from "../../core/files.ts";
import {
  cacheFolder,
  installFolder,
  libraryNames,
  pythonName,
  TENSORFLOW_VERSION,
} from "./library.ts";
import { libraryVersion } from "./loading.ts";

/** Options of {@linkcode installTensorflow}. */
export interface InstallOptions {
  /** The build for NVIDIA GPUs; not in this version. */
  readonly cuda?: boolean;
  /** Gets a line at each stage; by default nothing is said. */
  readonly log?: (line: string) => void;
}

/** What pip is asked for on this system. */
interface Wheel {
  readonly packageName: string;
  readonly platform: string;
}

/** Python's tag of the wheels; any would do, as the two files are the same in all. */
const PYTHON = "3.11";
const ABI = "cp311";

/** Systems that have a wheel, by `os-arch`. */
const WHEELS: Readonly<Record<string, Wheel>> = {
  "linux-x86_64": { packageName: "tensorflow-cpu", platform: "manylinux_2_27_x86_64" },
  "linux-aarch64": { packageName: "tensorflow", platform: "manylinux_2_27_aarch64" },
  "darwin-aarch64": { packageName: "tensorflow", platform: "macosx_12_0_arm64" },
};

/** Writes members of a zip to a folder, flushed to the disk; zipfile checks each CRC. */
const UNPACK = `
import os, shutil, sys, zipfile
wheel, folder, names = sys.argv[1], sys.argv[2], sys.argv[3:]
with zipfile.ZipFile(wheel) as archive:
    for name in names:
        with archive.open("tensorflow/" + name) as source:
            with open(os.path.join(folder, name), "wb") as target:
                shutil.copyfileobj(source, target, 1 << 22)
                target.flush()
                os.fsync(target.fileno())
`;

/**
 * Downloads TensorFlow's library and puts it in the cache folder of this user, where the engine
 * finds it. What is installed is left alone; a download that was finished is not repeated.
 *
 * @returns the path of the library
 * @throws {EngineError} if there is no Python with pip, no build for this system, no connection,
 *   no space, or if the library does not load; the cache folder then is as it was
 */
export function installTensorflow(options: InstallOptions = {}): string {
  const { cuda = false, log = () => {} } = options;
  if (cuda) {
    throw new EngineError(
      `Cannot install TensorFlow for CUDA: this version installs the build for CPUs only`,
    );
  }
  const folder = installFolder();
  const path = join(folder, libraryNames().main[0]!);
  if (exists(path)) {
    log(`TensorFlow ${libraryVersion(path)} is already installed: ${path}`);
    return path;
  }
  const wheel = WHEELS[`${Deno.build.os}-${Deno.build.arch}`];
  if (wheel === undefined) {
    throw new EngineError(
      `Cannot install TensorFlow: there is no build for ${Deno.build.os} on ${Deno.build.arch}; ` +
        `set MSA_TENSORFLOW to a library of your own`,
    );
  }
  requirePip();
  const download = join(cacheFolder(), `download-${TENSORFLOW_VERSION}`);
  log(`Downloading ${wheel.packageName} ${TENSORFLOW_VERSION} with pip (about 270 MB)`);
  const file = downloadWheel(wheel, download);
  log("Unpacking the library (about 850 MB)");
  unpackWheel(file, folder);
  Deno.removeSync(download, { recursive: true });
  log(`TensorFlow ${libraryVersion(path)} is installed: ${path}`);
  return path;
}

/** Runs Python; null where there is none. */
function runPython(
  args: string[],
  stdout: "null" | "inherit" = "null",
): { success: boolean; error: string } | null {
  try {
    const { success, stderr } = new Deno.Command(pythonName(), { args, stdout, stderr: "piped" })
      .outputSync();
    return { success, error: new TextDecoder().decode(stderr).trim() };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function requirePip(): void {
  const python = pythonName();
  const pip = runPython(["-m", "pip", "--version"]);
  if (pip?.success) return;
  const missing = pip === null ? `${python} was not found` : `${python} has no pip`;
  const remedy = pip === null
    ? `install Python 3 with pip (Debian: "apt install python3-pip")`
    : `install pip ("${python} -m ensurepip", or Debian: "apt install python3-pip")`;
  throw new EngineError(
    `Cannot install TensorFlow: ${missing}; ${remedy}, or set MSA_TENSORFLOW to its library`,
  );
}

/** Has pip fetch the wheel, from whatever index it is configured with; gives its path. */
function downloadWheel(wheel: Wheel, folder: string): string {
  const { packageName, platform } = wheel;
  const args = ["-m", "pip", "download", "--disable-pip-version-check", "--no-deps"];
  args.push("--only-binary=:all:", "--python-version", PYTHON, "--implementation", "cp");
  args.push("--abi", ABI, "--platform", platform, "--dest", folder);
  args.push(`${packageName}==${TENSORFLOW_VERSION}`);
  const result = runPython(args, Deno.stdout.isTerminal() ? "inherit" : "null");
  if (!result?.success) {
    throw new EngineError(
      `Cannot download ${packageName} ${TENSORFLOW_VERSION} with pip: ${result?.error ?? ""}`,
    );
  }
  const name = [...Deno.readDirSync(folder)].find((entry) => entry.name.endsWith(".whl"))?.name;
  if (name === undefined) {
    throw new EngineError(`Cannot install TensorFlow: pip left no wheel in "${folder}"`);
  }
  return join(folder, name);
}

/**
 * Unpacks the library of a wheel to `folder`, which appears only when the library has been opened
 * successfully.
 *
 * @throws {EngineError} if the wheel is damaged, the disk full, or the library unusable
 */
export function unpackWheel(wheel: string, folder: string): void {
  const names = libraryNames();
  Deno.mkdirSync(dirname(folder), { recursive: true });
  const part = Deno.makeTempDirSync({ dir: dirname(folder), prefix: ".tensorflow-" });
  try {
    const args = ["-c", UNPACK, wheel, part, names.main[0]!, names.beside];
    const result = runPython(args);
    if (!result?.success) {
      const reason = result?.error.split("\n").at(-1) ?? "Python was not found";
      throw new EngineError(`Cannot unpack "${wheel}": ${reason}`);
    }
    libraryVersion(join(part, names.main[0]!));
    Deno.renameSync(part, folder);
  } catch (error) {
    Deno.removeSync(part, { recursive: true });
    throw error;
  }
}
