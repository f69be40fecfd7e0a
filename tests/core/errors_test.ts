import { assertEquals } from "@std/assert";
import { DataError, messageOf, reasonOf } from "../../lib/core/errors.ts";

/** What `work` throws. */
function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new TypeError("nothing was thrown");
}

Deno.test("messageOf() gives the message of anything thrown", () => {
  assertEquals(messageOf(new DataError("Cannot load")), "Cannot load");
  assertEquals(messageOf("a string"), "a string");
  assertEquals(messageOf(undefined), "undefined");
});

Deno.test("reasonOf() says why the system refused, without the path", () => {
  const file = Deno.makeTempFileSync();
  try {
    const read = (path: string) => reasonOf(thrownBy(() => Deno.readTextFileSync(path)));
    assertEquals(read(`${file}.no`), "there is no such file or folder");
    assertEquals(read(`${file}/below`), "part of its path is a file");
    assertEquals(
      reasonOf(thrownBy(() => Deno.mkdirSync(`${file}/a/b`, { recursive: true }))),
      "part of its path is a file",
    );
    assertEquals(read(Deno.cwd()), "it is a folder");
  } finally {
    Deno.removeSync(file);
  }
});

Deno.test("reasonOf() keeps other messages, and the system's own words", () => {
  assertEquals(
    reasonOf(new SyntaxError("Unexpected end of JSON input")),
    "Unexpected end of JSON input",
  );
  assertEquals(
    reasonOf(new Error("No space left on device (os error 28): write '/tmp/a'")),
    "No space left on device (os error 28)",
  );
  assertEquals(reasonOf(new Error("x: it's done")), "x: it's done");
  assertEquals(reasonOf(new Deno.errors.NotCapable("run again with")), "Deno may not access it");
});
