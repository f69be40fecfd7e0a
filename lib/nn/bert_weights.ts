/**
 * The weights of a model in a Hugging Face folder: `model.safetensors`, `pytorch_model.bin`, or either
 * in several files with an index.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { DataError, messageOf } from "../core/errors.ts";
import { exists, sha256File } from "../core/files.ts";

import { readContent } from "../data/containers/mod.ts";
import { type ArraySource, readSafetensors } from "../data/mod.ts";

/** Tensors by name. They lie in the files until they are asked for. */
export interface WeightFiles extends Disposable {
  readonly tensors: ReadonlyMap<string, ArraySource>;
  /** For messages: the file, or the index of several. */
  readonly name: string;
  /** SHA-256 of the file; of the sums of several. */
  sha256(): string;
}

/** The kinds of weights, the best first. */
const KINDS = [
  { file: "model.safetensors", index: "model.safetensors.index.json", open: openSafetensors },
  { file: "pytorch_model.bin", index: "pytorch_model.bin.index.json", open: openPickle },
] as const;

/** Whether the folder has weights that can be read. */
export function hasWeights(folder: string): boolean {
  return KINDS.some(({ file, index }) => exists(join(folder, file)) || exists(join(folder, index)));
}

/**
 * Opens the weights of a folder; null where it has none.
 *
 * @throws {UnsafePickleError} where `pytorch_model.bin` names anything but tensors
 * @throws {DataError} where a file is damaged, or missing from those of an index
 */
export function openWeights(folder: string): WeightFiles | null {
  for (const { file, index, open } of KINDS) {
    const isWhole = exists(join(folder, file));
    if (!isWhole && !exists(join(folder, index))) continue;
    const paths = (isWhole ? [file] : shardsOf(folder, index)).map((name) => join(folder, name));
    using opening = new DisposableStack();
    const tensors = new Map<string, ArraySource>();
    for (const path of paths) {
      for (const [name, tensor] of open(path, opening)) tensors.set(name, tensor);
    }
    const files = opening.move();
    return {
      tensors,
      name: isWhole ? file : index,
      sha256: () => {
        const sums = paths.map(sha256File);
        return sums.length === 1
          ? sums[0]!
          : createHash("sha256").update(sums.join("\n")).digest("hex");
      },
      [Symbol.dispose]: () => files.dispose(),
    };
  }
  return null;
}

/** The files that an index names. */
function shardsOf(folder: string, index: string): string[] {
  const path = join(folder, index);
  let names: unknown;
  try {
    names = Object.values(JSON.parse(Deno.readTextFileSync(path)).weight_map);
  } catch (error) {
    throw new DataError(`Cannot read "${path}": ${messageOf(error)}, expected a weight_map`);
  }
  const shards = [...new Set(names as unknown[])];
  // A name with a path in it would read any file of the machine.
  const isName = (name: unknown) => typeof name === "string" && /^[\w.-]+$/.test(name);
  if (shards.length > 0 && shards.every(isName)) return shards as string[];
  throw new DataError(`Cannot read "${path}": its weight_map names no files beside it`);
}

function openSafetensors(path: string, open: DisposableStack): ReadonlyMap<string, ArraySource> {
  return open.use(readSafetensors(path)).tensors;
}

/** A pickle of tensors by name, which some have below `state_dict` or `model`. */
function openPickle(path: string, open: DisposableStack): ReadonlyMap<string, ArraySource> {
  const { value } = open.use(readContent(path));
  const tensors = tensorsIn(value) ??
    (value instanceof Map ? [...value.values()].map(tensorsIn).find((found) => found) : undefined);
  if (tensors !== undefined) return tensors;
  throw new DataError(`Cannot read "${path}": it has no tensors by name, expected a state_dict`);
}

function tensorsIn(value: unknown): Map<string, ArraySource> | undefined {
  if (!(value instanceof Map)) return undefined;
  const tensors = [...value].filter((entry): entry is [string, ArraySource] =>
    typeof entry[0] === "string" && typeof entry[1] === "object" && entry[1] !== null &&
    "readFloat32" in entry[1]
  );
  return tensors.length === 0 ? undefined : new Map(tensors);
}
