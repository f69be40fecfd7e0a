/** Takes TensorFlow's library to other machines. @module */

import { dirname, join } from "node:path";
import { exists } from "../core/files.ts";
import { findLibrary } from "./tensorflow/library/library.ts";

/**
 * Copies TensorFlow's library as `engine:install` got it; one that somebody else looks after stays
 * where it is.
 *
 * @returns what MSA_TENSORFLOW is to name; null where this machine has no library
 */
export function copyLibrary(target: string, log: (line: string) => void): string | null {
  const library = findLibrary();
  if (library === null) return null;
  if (library.origin !== "cache") return dirname(library.path);
  // A build for GPUs finds NVIDIA's libraries by the folders of its wheels.
  const name = dirname(library.path).endsWith("tensorflow") ? "tensorflow" : "";
  const source = name === "" ? dirname(library.path) : dirname(dirname(library.path));
  log(`Copying TensorFlow's library to ${target}`);
  copyFolder(source, target);
  return join(target, name);
}

/** Copies what is not there yet. */
function copyFolder(from: string, to: string): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isDirectory, isSymlink } of Deno.readDirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (isDirectory) copyFolder(source, target);
    else if (isSymlink && !exists(target)) Deno.symlinkSync(Deno.readLinkSync(source), target);
    else if (!exists(target) || Deno.statSync(target).size !== Deno.statSync(source).size) {
      Deno.copyFileSync(source, target);
    }
  }
}
