/**
 * Programs and libraries that Python's package index distributes: pip fetches the wheels, from
 * whatever index it is configured with, and Python's zipfile unpacks them.
 *
 * @module
 */

import { join } from "node:path";
import { EngineError } from "./errors.ts";
import { exists } from "./files.ts";

/** The command that runs Python 3. */
export function pythonName(): string {
  return Deno.build.os === "windows" ? "python" : "python3";
}

/**
 * @param what is to be installed, for example `TensorFlow`
 * @param otherwise what can be done without pip, for example `set MSA_FFMPEG to its path`
 * @throws {EngineError} if there is no Python with pip
 */
export function requirePip(what: string, otherwise: string): void {
  const python = pythonName();
  const pip = runPython(["-m", "pip", "--version"]);
  if (pip?.success) return;
  const missing = pip === null ? `${python} was not found` : `${python} has no pip`;
  const remedy = pip === null
    ? `install Python 3 with pip (Debian: "apt install python3-pip")`
    : `install pip ("${python} -m ensurepip", or Debian: "apt install python3-pip")`;
  throw new EngineError(`Cannot install ${what}: ${missing}; ${remedy}, or ${otherwise}`);
}

/**
 * Has pip fetch wheels into a folder.
 *
 * @param name of what is fetched, for the error
 * @param options of `pip download`, and the packages
 * @throws {EngineError} if pip fails
 */
export function pipDownload(name: string, folder: string, options: readonly string[]): void {
  const args = ["-m", "pip", "download", "--disable-pip-version-check", "--only-binary=:all:"];
  args.push("--dest", folder, ...options);
  const result = runPython(args, Deno.stdout.isTerminal() ? "inherit" : "null");
  if (result?.success) return;
  throw new EngineError(`Cannot download ${name} with pip: ${result?.error ?? ""}`);
}

/** Paths of the wheels in a folder, by name. */
export function wheelsIn(folder: string): string[] {
  const names = exists(folder) ? [...Deno.readDirSync(folder)].map(({ name }) => name) : [];
  return names.filter((name) => name.endsWith(".whl")).sort().map((name) => join(folder, name));
}

/** Runs Python; null where there is none. */
export function runPython(
  args: string[],
  stdout: "null" | "inherit" | "piped" = "null",
): { readonly success: boolean; readonly output: string; readonly error: string } | null {
  try {
    const result = new Deno.Command(pythonName(), { args, stdout, stderr: "piped" }).outputSync();
    const text = new TextDecoder();
    return {
      success: result.success,
      output: stdout === "piped" ? text.decode(result.stdout) : "",
      error: text.decode(result.stderr).trim(),
    };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/**
 * Writes members of a zip below a folder, without the first part of their path where that is asked
 * for, flushed to the disk; zipfile checks each CRC. A name with a star may match any number.
 */
const UNPACK = `
import fnmatch, os, shutil, sys, zipfile
wheel, folder, prefix, names = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
with zipfile.ZipFile(wheel) as archive:
    for name in names:
        members = fnmatch.filter(archive.namelist(), name) if "*" in name else [name]
        for member in members:
            with archive.open(member) as source:
                path = os.path.join(folder, member[len(prefix):])
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as target:
                    shutil.copyfileobj(source, target, 1 << 22)
                    target.flush()
                    os.fsync(target.fileno())
`;

/** Prints the requirements of a wheel that belong to an extra, one a line. */
const REQUIREMENTS = `
import re, sys, zipfile
wheel, extra = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
    text = archive.read(name).decode()
for line in text.split("\\n\\n")[0].splitlines():
    found = re.fullmatch(r"Requires-Dist: *([^;]+?) *; *(.*)", line.strip())
    if found and re.search(r"extra *== *['\\"]" + re.escape(extra) + "['\\"]", found[2]):
        print(found[1].replace(" ", "").replace("(", "").replace(")", ""))
`;

/**
 * Unpacks members of a wheel below `folder`.
 *
 * @param members names as they are in the wheel; stars match any number of members
 * @param prefix what is cut off in front of each name
 * @throws {EngineError} if the wheel is damaged, lacks a member, or the disk is full
 */
export function unpackMembers(
  wheel: string,
  folder: string,
  members: readonly string[],
  prefix = "",
): void {
  const result = runPython(["-c", UNPACK, wheel, folder, prefix, ...members]);
  if (!result?.success) throw new EngineError(`Cannot unpack "${wheel}": ${lastLine(result)}`);
}

/**
 * What a wheel requires for one of its extras, as pip takes it, for example
 * `nvidia-cudnn-cu12<10.0,>=9.3.0.75`.
 *
 * @throws {EngineError} if the wheel is damaged
 */
export function requirementsOf(wheel: string, extra: string): string[] {
  const result = runPython(["-c", REQUIREMENTS, wheel, extra], "piped");
  if (!result?.success) throw new EngineError(`Cannot read "${wheel}": ${lastLine(result)}`);
  return result.output.split("\n").filter((line) => line !== "");
}

function lastLine(result: ReturnType<typeof runPython>): string {
  return result?.error.split("\n").at(-1) ?? "Python was not found";
}
