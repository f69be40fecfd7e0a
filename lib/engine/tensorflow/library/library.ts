/** Finds TensorFlow's library. @module */

import { join, resolve } from "node:path";
import { EngineError } from "../../../core/errors.ts";
import { cacheFolder } from "../../../core/cache_folder.ts";
import { exists } from "../../../core/files.ts";
import { pythonName } from "../../../core/wheels.ts";

/** The release that `engine:install` gets, and that everything was tested with. */
export const TENSORFLOW_VERSION = "2.21.0";

/** How to get the library, for messages. */
export const HOW_TO_GET =
  `run "deno task engine:install", or set MSA_TENSORFLOW to the library or its folder`;

/** Where a library was found. */
export interface FoundLibrary {
  readonly path: string;
  readonly origin: "MSA_TENSORFLOW" | "cache" | "python" | "addon";
}

/** The file that the C API is in, by likelihood, and the one beside it that it needs. */
export function libraryNames(): { readonly main: readonly string[]; readonly beside: string } {
  switch (Deno.build.os) {
    case "darwin":
      return {
        main: ["libtensorflow_cc.2.dylib", "libtensorflow.2.dylib", "libtensorflow.dylib"],
        beside: "libtensorflow_framework.2.dylib",
      };
    case "windows":
      return { main: ["tensorflow_cc.dll", "tensorflow.dll"], beside: "tensorflow_framework.dll" };
    default:
      return {
        main: ["libtensorflow_cc.so.2", "libtensorflow.so.2", "libtensorflow.so"],
        beside: "libtensorflow_framework.so.2",
      };
  }
}

/** Where `engine:install` puts the library; the build for GPUs has a folder of its own. */
export function installFolder(cuda = false): string {
  return join(cacheFolder(), `tensorflow-${TENSORFLOW_VERSION}${cuda ? "-cuda" : ""}`);
}

/** The library inside a folder, which may be the one above a Python package's. */
function inFolder(folder: string): string | null {
  for (const at of [folder, join(folder, "tensorflow"), join(folder, "lib")]) {
    for (const name of libraryNames().main) {
      if (exists(join(at, name))) return join(at, name);
    }
  }
  return null;
}

/** What MSA_TENSORFLOW names. @throws {EngineError} if that is not there, or holds no library */
function fromVariable(): string | null {
  const named = Deno.env.get("MSA_TENSORFLOW");
  if (!named) return null;
  const action = `Cannot use MSA_TENSORFLOW="${named}"`;
  let isFolder: boolean;
  try {
    isFolder = Deno.statSync(named).isDirectory;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new EngineError(`${action}: there is no such file or folder`);
  }
  // Absolute, because the loader looks for a bare name in the system's folders.
  if (!isFolder) return resolve(named);
  const found = inFolder(resolve(named));
  if (found === null) {
    throw new EngineError(
      `${action}: the folder holds none of ${libraryNames().main.join(", ")}`,
    );
  }
  return found;
}

/** The tensorflow package of the Python that is on PATH, found without importing it. */
function fromPython(): string | null {
  const python = pythonName();
  // Asked first, because a refused run would stop and ask at a terminal.
  if (Deno.permissions.querySync({ name: "run", command: python }).state !== "granted") return null;
  const code = "import importlib.util as u; s = u.find_spec('tensorflow'); " +
    "print(s.submodule_search_locations[0] if s else '')";
  try {
    const { stdout } = new Deno.Command(python, { args: ["-c", code], stderr: "null" })
      .outputSync();
    const folder = new TextDecoder().decode(stdout).trim();
    return folder === "" ? null : inFolder(folder);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** The library that tfjs-node's own addon brings, where its install script did run. */
function fromAddon(): string | null {
  for (const packageName of ["tfjs-node-gpu", "tfjs-node"]) {
    const folder = join("node_modules", "@tensorflow", packageName, "deps", "lib");
    const found = inFolder(folder);
    if (found !== null) return found;
  }
  return null;
}

/**
 * TensorFlow's library: what MSA_TENSORFLOW names, else the one in the cache (that for GPUs before
 * that for CPUs), else that of a Python environment, else that of tfjs-node's addon; null where there is none.
 *
 * @throws {EngineError} if MSA_TENSORFLOW names something that is not there
 */
export function findLibrary(): FoundLibrary | null {
  const places = [
    ["MSA_TENSORFLOW", fromVariable],
    ["cache", () => inFolder(installFolder(true)) ?? inFolder(installFolder())],
    ["python", fromPython],
    ["addon", fromAddon],
  ] as const;
  for (const [origin, find] of places) {
    const path = find();
    if (path !== null) return { path, origin };
  }
  return null;
}
