/**
 * Keeps native code from writing to stderr: TensorFlow's library tells about itself while it is
 * loaded, before any of its own switches for that is read.
 *
 * @module
 */

/** The C library, under the names that the loaders of Linux (glibc) and macOS know. */
const C_LIBRARY = { linux: "libc.so.6", darwin: "libSystem.B.dylib" };
const STDERR = 2, WRITE_ONLY = 1;

/** Does `work` with what is written to stderr meanwhile thrown away, where the system allows it. */
export function withoutNativeStderr<R>(work: () => R): R {
  const name = C_LIBRARY[Deno.build.os as keyof typeof C_LIBRARY];
  if (name === undefined) return work();
  let library;
  try {
    library = Deno.dlopen(name, {
      open: { parameters: ["buffer", "i32"], result: "i32" },
      dup: { parameters: ["i32"], result: "i32" },
      dup2: { parameters: ["i32", "i32"], result: "i32" },
      close: { parameters: ["i32"], result: "i32" },
    });
  } catch {
    // Another C library, such as musl: better a word too many than no engine.
    return work();
  }
  const { open, dup, dup2, close } = library.symbols;
  const kept = dup(STDERR), nowhere = open(new TextEncoder().encode("/dev/null\0"), WRITE_ONLY);
  if (kept >= 0 && nowhere >= 0) dup2(nowhere, STDERR);
  try {
    return work();
  } finally {
    if (kept >= 0) dup2(kept, STDERR);
    for (const descriptor of [kept, nowhere]) if (descriptor >= 0) close(descriptor);
    library.close();
  }
}
