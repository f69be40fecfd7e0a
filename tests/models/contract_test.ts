import { assertEquals } from "@std/assert";

Deno.test("the files that share the contract are there, and each takes its share", () => {
  const files = [...Deno.readDirSync(import.meta.dirname!)].map(({ name }) => name)
    .filter((name) => /^contract_\d+_test\.ts$/.test(name)).sort();
  assertEquals(files, [1, 2, 3, 4].map((share) => `contract_${share}_test.ts`));
  for (const [i, file] of files.entries()) {
    const text = Deno.readTextFileSync(new URL(file, import.meta.url));
    assertEquals([...text.matchAll(/^holdShareToContract\((\d)\);$/gm)].map(([, n]) => n), [
      `${i + 1}`,
    ]);
  }
});
