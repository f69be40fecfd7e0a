/**
 * Gives memory back that only the loading of a library needed. TensorFlow's file has 800 MB, of
 * which loading (relocation, the registration of all ops) touches 250 MB that hardly are needed again.
 *
 * @module
 */

/** `PT_LOAD`: a part of the file that is mapped. */
const LOADED = 1;
/** `PF_W` */
const WRITABLE = 2;
/** `MADV_DONTNEED` of Linux: pages that come from a file are read again when they are needed. */
const DROP = 4;
/** `\x7fELF`, little-endian. */
const ELF = 0x464c457f;
/** The largest size of a memory page that Linux has. */
const PAGE = 0x10000n;

/** A part of a library in memory. */
interface Segment {
  readonly start: bigint;
  readonly bytes: bigint;
}

/**
 * Drops the pages of a loaded library that its file holds unchanged: code and constants. They come
 * back, each when it is used. Only on Linux; elsewhere nothing happens.
 *
 * @param path of the library
 */
export function dropPages(path: string): void {
  if (Deno.build.os !== "linux") return;
  // The C library's functions, found through what the library itself depends on.
  const library = Deno.dlopen(path, {
    dlopen: { parameters: ["buffer", "i32"], result: "pointer" },
    madvise: { parameters: ["u64", "u64", "i32"], result: "i32" },
  });
  const lazy = 1;
  const loaded = library.symbols.dlopen(new TextEncoder().encode(path + "\0"), lazy);
  if (loaded !== null) {
    // What dlopen gives is a `link_map`, and begins with the address of the library.
    const base = new Deno.UnsafePointerView(loaded).getBigUint64();
    for (const { start, bytes } of readOnlySegments(base)) {
      library.symbols.madvise(start, bytes, DROP);
    }
  }
  library.close();
}

/** Parts that nobody can have written to, by the ELF header at `base`; whole pages of them. */
function readOnlySegments(base: bigint): Segment[] {
  const pointer = Deno.UnsafePointer.create(base);
  if (pointer === null) return [];
  const header = new Deno.UnsafePointerView(pointer);
  if (header.getUint32() !== ELF) return [];
  const table = Number(header.getBigUint64(32)), size = header.getUint16(54);
  return Array.from({ length: header.getUint16(56) }, (_, i) => table + i * size)
    .filter((at) => header.getUint32(at) === LOADED && !(header.getUint32(at + 4) & WRITABLE))
    .map((at) => {
      const first = base + header.getBigUint64(at + 16), end = first + header.getBigUint64(at + 32);
      const start = (first + PAGE - 1n) / PAGE * PAGE;
      return { start, bytes: end / PAGE * PAGE - start };
    })
    .filter(({ bytes }) => bytes > 0n);
}
