/** `deno task test:fast` is `deno task test` with less, and the full test leaves out nothing. */

import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";

const ROOT = join(import.meta.dirname!, "..");
const TASKS: Record<string, { command: string }> = JSON.parse(
  Deno.readTextFileSync(join(ROOT, "deno.json")),
).tasks;

Deno.test("test:fast leaves out slow files and rooms that exist, engines, examples and types, nothing else", () => {
  const fast = TASKS["test:fast"]!.command.split(" ");
  const full = TASKS["test"]!.command.split(" ");
  const ignored = fast.filter((word) => word.startsWith("--ignore="));
  assertEquals(
    fast.filter((word) => !["MSA_TEST_ENGINES=cpu", "--no-check", ...ignored].includes(word)),
    full.filter((word) => word !== "--doc"),
  );
  const slow = ignored[0]!.slice("--ignore=".length).split(",");
  assertEquals(slow, [...new Set(slow)].sort(), "each once, in order");
  for (const file of slow) {
    const { isFile, isDirectory } = Deno.statSync(join(ROOT, file));
    assert(isDirectory || (isFile && file.endsWith("_test.ts")), file);
  }
});

Deno.test("the full test runs all files, on all engines", () => {
  const { command } = TASKS["test"]!;
  for (const word of ["--ignore", "--filter", "--no-check", "MSA_TEST"]) {
    assert(!command.includes(word), word);
  }
});
