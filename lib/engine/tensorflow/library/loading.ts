/** Opens TensorFlow's library. @module */

import { EngineError, messageOf } from "../../../core/errors.ts";
import { loadCuda } from "./cuda.ts";
import { keepLoaded } from "./native_loader.ts";
import { withoutNativeStderr } from "./native_stderr.ts";
import { type Library, SYMBOLS } from "../binding/symbols.ts";

/**
 * Opens a library.
 *
 * @param path absolute, because the loader looks for a bare name in the system's folders
 * @throws {EngineError} if it is not a library of this machine, or lacks a function of the C API
 */
export function openLibrary(path: string): Library {
  // Below level 2 TensorFlow writes about itself to stderr; a level that the user has set stays.
  const level = Deno.env.get("TF_CPP_MIN_LOG_LEVEL") ?? "2";
  Deno.env.set("TF_CPP_MIN_LOG_LEVEL", level);
  // NVIDIA's libraries would round the factors of products to 10 bits on newer GPUs.
  if (Deno.env.get("NVIDIA_TF32_OVERRIDE") === undefined) Deno.env.set("NVIDIA_TF32_OVERRIDE", "0");
  try {
    loadCuda(path);
    if (Number(level) < 2) keepLoaded(path);
    else withoutNativeStderr(() => keepLoaded(path));
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
