import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../../lib/core/errors.ts";
import { PositionedFile } from "../../../lib/data/arrays/positioned_file.ts";
import { ByteReader } from "../../../lib/data/pickle/byte_reader.ts";
import { latin1 } from "../../../lib/data/pickle/text.ts";
import { bytes, integer, load, withFile } from "./assemble.ts";

function withReader(content: Uint8Array, use: (reader: ByteReader) => void): void {
  withFile(content, (path) => {
    using file = new PositionedFile(path);
    use(new ByteReader(file));
  });
}

Deno.test("ByteReader reads numbers in their byte order", () => {
  const content = bytes(
    7,
    "\x01\x02",
    integer(-3, 4),
    integer(2 ** 32 - 3, 4),
    integer(2n ** 40n, 8),
  );
  withReader(bytes(content, "\x3f\xf8\x00\x00\x00\x00\x00\x00"), (reader) => {
    assertEquals([reader.operation(), reader.operationAt], [7, 0]);
    assertEquals([reader.uint16(), reader.int32(), reader.uint32()], [513, -3, 2 ** 32 - 3]);
    assertEquals([reader.uint64(), reader.float64()], [2 ** 40, 1.5]);
    assertEquals([reader.position, reader.remaining], [27, 0]);
  });
});

Deno.test("ByteReader gives the same bytes wherever its windows begin", () => {
  const content = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7 + (i >> 8)) % 256);
  withReader(content, (reader) => {
    for (let at = 0, length = 1; at < 190_000; at += length, length = (length * 3) % 9973) {
      const extent = reader.advance(length);
      assertEquals([extent, reader.position], [{ offset: at, length }, at + length]);
      if (length % 2) assertEquals(reader.copy(extent), content.slice(at, at + length));
      if (length % 3) assertEquals(reader.byte(), content[at + length++]);
    }
  });
});

Deno.test("ByteReader.line() finds its end across several windows", () => {
  withReader(bytes("ab\n\n", "c".repeat(150_000), "\nrest"), (reader) => {
    const lines = [reader.line(), reader.line(), reader.line()];
    assertEquals(lines.map(({ length }) => length), [2, 0, 150_000]);
    assertEquals(latin1(reader.copy(lines[2]!)), "c".repeat(150_000));
    assertEquals(latin1(reader.copy(lines[0]!)), "ab");
    assertThrows(() => reader.line(), DataError, "ends inside the line");
  });
});

Deno.test("ByteReader.advance() and claim() refuse what is beyond the end", () => {
  withReader(bytes("abc"), (reader) => {
    reader.advance(3);
    assertThrows(() => reader.claim(1), DataError, "which claims 1 byte more, expected at most");
    assertThrows(() => reader.advance(2 ** 60), DataError, "it is 3 bytes and ends inside");
    assertThrows(() => reader.byte(), DataError, "ends inside the opcode at byte 0");
  });
});

Deno.test("readPickle() reads text that is longer than a window", () => {
  const letters = "abcdefg".repeat(20_000);
  const parts = ["](V", letters, "\nX", integer(140_000, 4), letters, "K\x07e."];
  assertEquals(load(...parts), [letters, letters, 7]);
});
