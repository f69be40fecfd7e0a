import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { DataError, RunError } from "../../../lib/core/errors.ts";
import { lockFolder } from "../../../lib/core/lock.ts";
import { onScratch } from "../../../lib/studies/study/scratch.ts";
import { withVariables } from "../../core/variables.ts";
import { withFolder } from "../../training/small.ts";

/** Counts the bytes that are read from files below `folder`. */
async function readBelow<T>(folder: string, work: () => Promise<T>): Promise<[T, number]> {
  const { openSync } = Deno;
  let opened = 0;
  Deno.openSync = (path, options) => {
    if (String(path).startsWith(folder)) opened++;
    return openSync(path, options);
  };
  try {
    return [await work(), opened];
  } finally {
    Deno.openSync = openSync;
  }
}

Deno.test("onScratch() copies a file or a store once, and again where it has changed", async () => {
  await withFolder(async (folder) => {
    const [home, scratch] = [join(folder, "home"), join(folder, "node")];
    const store = join(home, "mosi");
    Deno.mkdirSync(join(store, "train"), { recursive: true });
    const names = ["meta.json", "train/text.bin"];
    for (const name of names) Deno.writeTextFileSync(join(store, name), name);
    const [copy, opened] = await readBelow(home, () => onScratch(store, scratch));
    assertEquals(opened, 2);
    assert(copy.startsWith(scratch) && copy.endsWith("/mosi"), copy);
    assertEquals(names.map((name) => Deno.readTextFileSync(join(copy, name))), names);
    const [again, reopened] = await readBelow(home, () => onScratch(store, scratch));
    assertEquals([again, reopened], [copy, 0]);
    // Another content, and a copy that is damaged.
    Deno.writeTextFileSync(join(store, "meta.json"), "changed");
    Deno.writeTextFileSync(join(copy, "train/text.bin"), "traim/text.bin");
    const [, third] = await readBelow(home, () => onScratch(store, scratch));
    assertEquals(third, 2);
    assertEquals(Deno.readTextFileSync(join(copy, "meta.json")), "changed");
    assertEquals(Deno.readTextFileSync(join(copy, "train/text.bin")), "train/text.bin");
    // One file, with the name that tells its dataset.
    const file = join(home, "mosi.pkl");
    Deno.writeTextFileSync(file, "data");
    const one = await onScratch(file, scratch);
    assertEquals([one.endsWith("/mosi.pkl"), Deno.readTextFileSync(one)], [true, "data"]);
  });
});

Deno.test("onScratch() takes variables of the node, and leaves synthetic data alone", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.pkl");
    Deno.writeTextFileSync(file, "data");
    const disk = { MSA_TEST_DISK: join(folder, "disk") };
    const copy = await withVariables(disk, () => onScratch(file, "${MSA_TEST_DISK}/x"));
    assert(copy.startsWith(join(folder, "disk", "x")), copy);
    await assertRejects(
      () => onScratch(file, "$MSA_TEST_DISK/x"),
      RunError,
      "is not set on this node",
    );
    assertEquals(await onScratch("synthetic:n=9", "/none"), "synthetic:n=9");
  });
});

Deno.test("onScratch() waits for the task that copies, and refuses a copy that differs", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.pkl");
    Deno.writeTextFileSync(file, "data");
    const scratch = join(folder, "node");
    const copy = await onScratch(file, scratch);
    const lock = lockFolder(join(copy, ".."));
    setTimeout(() => lock[Symbol.dispose](), 100);
    assertEquals(await onScratch(file, scratch), copy);
    // A disk that does not hold what was written.
    const { renameSync } = Deno;
    Deno.writeTextFileSync(file, "other");
    Deno.renameSync = (from, to) => {
      Deno.writeTextFileSync(from, "0ther");
      renameSync(from, to);
    };
    try {
      await assertRejects(() => onScratch(file, scratch), DataError, "the copy differs");
    } finally {
      Deno.renameSync = renameSync;
    }
  });
});
