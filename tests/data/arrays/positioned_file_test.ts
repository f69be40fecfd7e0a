import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../../lib/core/errors.ts";
import {
  byteCount,
  PositionedFile,
  refuseForeign,
} from "../../../lib/data/arrays/positioned_file.ts";

function withFile(content: string | Uint8Array, use: (path: string) => void): void {
  const path = Deno.makeTempFileSync();
  try {
    if (typeof content === "string") Deno.writeTextFileSync(path, content);
    else Deno.writeFileSync(path, content);
    use(path);
  } finally {
    Deno.removeSync(path);
  }
}

Deno.test("byteCount() groups thousands and knows the singular", () => {
  assertEquals(byteCount(1), "1 byte");
  assertEquals(byteCount(1203511), "1,203,511 bytes");
  assertEquals(byteCount(2 ** 60), "1,152,921,504,606,846,976 bytes");
});

Deno.test("PositionedFile reads at any position, forwards and backwards", () => {
  withFile("0123456789", (path) => {
    using file = new PositionedFile(path);
    const target = new Uint8Array(3);
    assertEquals(file.size, 10);
    file.readAt(7, target);
    assertEquals(new TextDecoder().decode(target), "789");
    file.readAt(2, target);
    assertEquals(new TextDecoder().decode(target), "234");
  });
});

Deno.test("PositionedFile names a missing file and a directory", () => {
  const folder = Deno.makeTempDirSync();
  const missing = `${folder}/none.pkl`;
  assertThrows(
    () => new PositionedFile(missing),
    DataError,
    `Cannot read "${missing}": there is no such file`,
  );
  assertThrows(
    () => new PositionedFile(folder),
    DataError,
    `Cannot read "${folder}": it is a directory, expected a file`,
  );
  Deno.removeSync(folder);
});

Deno.test("PositionedFile.readAt() reports a file that has become shorter", () => {
  withFile("0123456789", (path) => {
    using file = new PositionedFile(path);
    Deno.truncateSync(path, 4);
    const read = () => file.readAt(2, new Uint8Array(5));
    assertThrows(read, DataError, "it ends at byte 4, expected the 10 bytes that it had");
  });
});

Deno.test("PositionedFile.readAt() after close() says that the file is closed", () => {
  withFile("0123", (path) => {
    const file = new PositionedFile(path);
    file.close();
    file.close();
    assertThrows(() => file.readAt(0, new Uint8Array(1)), Error, "it is already closed");
  });
});

const FOREIGN: [content: string | Uint8Array, message: string][] = [
  ["", "it is empty, expected a pickle"],
  [
    "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
    'it is a Git LFS pointer: run "git lfs pull"',
  ],
  ["PK\x03\x04rest", "it is a zip archive"],
  [Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0), "it is a single numpy array (.npy)"],
  [Uint8Array.of(0x1f, 0x8b, 8, 0), "it is compressed with gzip: unpack it first"],
  ["<!doctype html><title>Sign in</title>", "it is a web page"],
];

for (const [content, message] of FOREIGN) {
  Deno.test(`refuseForeign() says "${message}"`, () => {
    withFile(content, (path) => {
      using file = new PositionedFile(path);
      assertThrows(() => refuseForeign(file, "a pickle"), DataError, message);
    });
  });
}

Deno.test("refuseForeign() lets everything else pass", () => {
  withFile("(dp0\n.", (path) => {
    using file = new PositionedFile(path);
    refuseForeign(file, "a pickle");
  });
});
