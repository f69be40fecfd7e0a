/** Looks into Python's wheels, by Python. @module */

import { EngineError } from "../../../core/errors.ts";
import { pythonName } from "./library.ts";

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
