/** A copy of data on a disk of the node's own, which every task of the node then reads. @module */

import { createHash } from "node:crypto";
import { basename, join, relative, resolve } from "node:path";
import { DataError, RunError } from "../../core/errors.ts";
import { AtomicFile, exists, sha256File, writeJsonAtomic } from "../../core/files.ts";
import { type FolderLock, InUseError, lockFolder } from "../../core/lock.ts";
import { isSynthetic } from "../../data/mod.ts";

/** Milliseconds for which another task of the node may copy. */
const PATIENCE = 3_600_000;
const PAUSE = 500;
/** Size of one read, in bytes. */
const CHUNK = 1 << 22;

/** What was copied: a file's size and time there, and its hash. */
interface Copied {
  readonly size: number;
  readonly time: number;
  readonly sha256: string;
}

/**
 * The path at which this node has data of its own: copied there once, however many tasks ask, and
 * checked by its hash each time.
 *
 * @param data a file or a store folder; synthetic data are made and not copied
 * @param scratch a folder of this node, in which `$NAME` stands for a variable of the environment
 * @throws {DataError} the copy is not what was copied
 * @throws {RunError} the scratch folder cannot be used
 */
export async function onScratch(data: string, scratch: string): Promise<string> {
  if (isSynthetic(data)) return data;
  const source = resolve(data);
  const id = createHash("sha256").update(source).digest("hex").slice(0, 12);
  const folder = join(expand(scratch), `msa-${id}`);
  using _lock = await patientLock(folder);
  const target = join(folder, basename(source));
  const before = readCopied(folder);
  const copied: Record<string, Copied> = {};
  for (const path of filesOf(source)) {
    const name = relative(source, path);
    const { size, mtime } = Deno.statSync(path);
    const there = before[name];
    const time = mtime?.getTime() ?? 0;
    const copy = join(target, name);
    const isSame = there?.size === size && there.time === time && exists(copy) &&
      sha256File(copy) === there.sha256;
    copied[name] = isSame ? there : { size, time, sha256: copyFile(path, copy) };
  }
  writeJsonAtomic(join(folder, "copied.json"), copied);
  return target;
}

/** @throws {RunError} a variable is not set */
function expand(path: string): string {
  return path.replaceAll(/\$(?:(\w+)|\{(\w+)\})/g, (whole, a?: string, b?: string) => {
    const value = Deno.env.get(a ?? b!);
    if (value) return value;
    throw new RunError(`Cannot use --scratch "${path}": ${whole} is not set on this node`);
  });
}

async function patientLock(folder: string): Promise<FolderLock> {
  for (const end = Date.now() + PATIENCE;;) {
    try {
      return lockFolder(folder);
    } catch (error) {
      if (!(error instanceof InUseError) || Date.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

function readCopied(folder: string): Record<string, Copied> {
  try {
    return JSON.parse(Deno.readTextFileSync(join(folder, "copied.json")));
  } catch {
    return {};
  }
}

function filesOf(path: string): string[] {
  if (!Deno.statSync(path).isDirectory) return [path];
  return [...Deno.readDirSync(path)].flatMap(({ name }) =>
    name.startsWith(".") ? [] : filesOf(join(path, name))
  );
}

/** Copies a file. @returns its hash. @throws {DataError} the copy has another one */
function copyFile(from: string, to: string): string {
  using source = Deno.openSync(from);
  using copy = new AtomicFile(to);
  const hash = createHash("sha256");
  const buffer = new Uint8Array(CHUNK);
  for (let n = source.readSync(buffer); n !== null; n = source.readSync(buffer)) {
    const bytes = buffer.subarray(0, n);
    hash.update(bytes);
    copy.write(bytes);
  }
  copy.commit();
  const sha256 = hash.digest("hex");
  if (sha256File(to) === sha256) return sha256;
  Deno.removeSync(to);
  throw new DataError(
    `Cannot copy "${from}" to "${to}": the copy differs, expected the same bytes`,
  );
}
