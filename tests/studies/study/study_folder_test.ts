import { assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DataError, RunError } from "../../../lib/core/errors.ts";
import { parseDefinition, readStudy, writeStudy } from "../../../lib/studies/mod.ts";
import { withFolder } from "../../training/small.ts";
import { makeRun } from "../../analysis/made_runs.ts";

const SMALL = { models: ["cnn", "constant"], settings: { a: {} }, seeds: [2, 1] };

Deno.test("readStudy() groups the runs of the study by cell and dataset, and no others", async () => {
  await withFolder((folder) => {
    writeStudy(folder, parseDefinition(SMALL, "x"));
    for (const seed of [1, 2, 3]) makeRun(join(folder, "a"), { model: "cnn", seed });
    makeRun(join(folder, "a"), { model: "cnn", seed: 1, dataset: "mosei" });
    makeRun(join(folder, "b"), { model: "cnn", seed: 1 });
    const { groups, definition } = readStudy(folder);
    assertEquals(definition.cells.length, 2);
    const found = groups.map(({ cell, dataset, runs }) => [
      cell.model,
      dataset,
      ...runs.map(({ seed }) => seed),
    ]);
    assertEquals(found, [["cnn", "mosei", 1], ["cnn", "mosi", 1, 2]]);
  });
});

Deno.test("readStudy() refuses a folder without a study and a damaged one", async () => {
  await withFolder((folder) => {
    assertThrows(() => readStudy(folder), RunError, "it holds no study.json");
    Deno.writeTextFileSync(join(folder, "study.json"), '{"models":');
    assertThrows(() => readStudy(folder), DataError, "expected a study");
  });
});

Deno.test("writeStudy() takes more cells and seeds, and refuses a cell with other settings", async () => {
  await withFolder((folder) => {
    writeStudy(folder, parseDefinition(SMALL, "x"));
    const more = { ...SMALL, settings: { a: {}, b: {} }, seeds: [1, 2, 3] };
    writeStudy(folder, parseDefinition(more, "x"));
    const before = Deno.statSync(join(folder, "study.json")).ino;
    writeStudy(folder, parseDefinition(more, "x"));
    assertEquals(
      Deno.statSync(join(folder, "study.json")).ino,
      before,
      "the same is not rewritten",
    );
    const other = { cells: [{ slug: "a", model: "cnn", settings: { epochs: 3 } }] };
    assertThrows(
      () => writeStudy(folder, parseDefinition(other, "x")),
      RunError,
      '"a/cnn" was run otherwise (epochs: there absent, wanted 3)',
    );
    assertEquals(readStudy(folder).definition.cells.length, 4);
  });
});
