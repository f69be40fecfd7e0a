/** Opens TensorFlow's library. @module */

import { EngineError, messageOf } from "../../core/errors.ts";
import { type Library, SYMBOLS } from "./symbols.ts";

/** `RTLD_LAZY | RTLD_NODELETE` of dlfcn.h. */
const LAZY_AND_FOR_GOOD = Deno.build.os === "darwin" ? 0x1 | 0x80 : 0x1 | 0x1000;

/**
 * Keeps a library in memory until the process ends. Deno closes its libraries at its end, while
 * threads that TensorFlow has started still run in them: the process then ends with a segmentation
 * fault instead of its exit status. (The function comes from what the library itself depends on;
 * Windows has none, and does not need it.)
 */
function keepLoaded(path: string): void {
  const library = Deno.dlopen(path, {
    dlopen: { parameters: ["buffer", "i32"], result: "u64", optional: true },
  });
  library.symbols.dlopen?.(new TextEncoder().encode(path + "\0"), LAZY_AND_FOR_GOOD);
  library.close();
}

/**
 * Opens a library.
 *
 * @param path absolute, because the loader looks for a bare name in the system's folders
 * @throws {EngineError} if it is not a library of this machine, or lacks a function of the C API
 */
export function openLibrary(path: string): Library {
  // Without it TensorFlow writes about itself to stderr; a level that the user has set stays.
  if (Deno.env.get("TF_CPP_MIN_LOG_LEVEL") === undefined) {
    Deno.env.set("TF_CPP_MIN_LOG_LEVEL", "2");
  }
  try {
    keepLoaded(path);
    return Deno.dlopen(path, SYMBOLS);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      throw new EngineError(`Cannot load TensorFlow from "${path}": it needs Deno's --allow-ffi`);
    }
    const detail = messageOf(error).replaceAll("\n", " ");
    const missing = /symbol:? (\w+)/.exec(detail)?.[1];
    const reason = missing === undefined
      ? `it is not a library that this machine can load (${detail})`
      : `it has no function "${missing}", expected the C API of TensorFlow 2`;
    throw new EngineError(`Cannot load TensorFlow from "${path}": ${reason}`);
  }
}

/**
 * The version of a library, which shows that it can be opened.
 *
 * @throws {EngineError} as {@linkcode openLibrary}
 */
export function libraryVersion(path: string): string {
  const library = openLibrary(path);
  try {
    const version = Deno.UnsafePointer.create(library.symbols.TF_Version());
    return Deno.UnsafePointerView.getCString(version!);
  } finally {
    library.close();
  }
}
