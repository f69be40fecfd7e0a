/** Loads native libraries for good. @module */

const IS_DARWIN = Deno.build.os === "darwin";
/** `RTLD_LAZY | RTLD_NODELETE` of dlfcn.h. */
const LAZY_AND_FOR_GOOD = IS_DARWIN ? 0x1 | 0x80 : 0x1 | 0x1000;
/** `RTLD_GLOBAL` */
const GLOBAL = IS_DARWIN ? 0x8 : 0x100;

/**
 * Keeps a library in memory until the process ends. Deno closes its libraries at its end, while
 * threads that TensorFlow has started still run in them: the process then ends with a segmentation
 * fault instead of its exit status. (The function comes from what the library itself depends on;
 * Windows has none, and does not need it.)
 *
 * @param shared whether libraries that are loaded later may use its functions
 * @throws {Error} if it cannot be loaded
 */
export function keepLoaded(path: string, shared = false): void {
  const library = Deno.dlopen(path, {
    dlopen: { parameters: ["buffer", "i32"], result: "u64", optional: true },
  });
  const flags = shared ? LAZY_AND_FOR_GOOD | GLOBAL : LAZY_AND_FOR_GOOD;
  library.symbols.dlopen?.(new TextEncoder().encode(path + "\0"), flags);
  library.close();
}
