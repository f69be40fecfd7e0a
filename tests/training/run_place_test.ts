/** Which folder a run has, by what is there. */

import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { basename, join } from "node:path";
import { UsageError } from "../../lib/core/errors.ts";
import { writeJsonAtomic } from "../../lib/core/files.ts";
import type { Config } from "../../lib/models/mod.ts";
import { datasetNameIn, type PlacedRun, placeRun } from "../../lib/training/run_place.ts";
import type { Placement } from "../../lib/training/run_options.ts";
import { withFolder } from "./small.ts";

const FIRST = { dropout: 0.1, H: 3 };

function planned(
  out: string,
  config: Config,
  seed = 1111,
  more: Partial<PlacedRun> = {},
): PlacedRun {
  const identity = { model: "cnn", dataset: "mosi", sha256: "abc" };
  return {
    out,
    ...identity,
    seed,
    defaults: FIRST,
    config: { ...FIRST, ...config, seed },
    ...more,
  };
}

/** Puts a run where it is to be, and gives the folder's name. */
function put(run: PlacedRun, placement: Placement = {}, started = "2026-01-01"): string {
  const folder = placeRun(run, placement);
  writeJsonAtomic(folder.file("config.json"), run.config);
  writeJsonAtomic(folder.file("run.json"), { data: { sha256: run.sha256 }, started });
  return basename(folder.path);
}

Deno.test("placeRun() gives SEED to the first configuration, and each other a folder beside it", async () => {
  await withFolder((out) => {
    assertEquals(put(planned(out, {})), "1111");
    assertEquals(put(planned(out, { dropout: 0.2 })), "1111~dropout=0.2");
    assertEquals(put(planned(out, { H: 1, dropout: 0.2 })), "1111~H=1,dropout=0.2");
    const again = [{}, { dropout: 0.2 }, { dropout: 0.2, H: 1, checkpointSeconds: 0 }];
    assertEquals(again.map((config) => put(planned(out, config))), [
      "1111",
      "1111~dropout=0.2",
      "1111~H=1,dropout=0.2",
    ]);
    // Whose folder it is does not depend on the seed that comes first.
    assertEquals(put(planned(out, { H: 1 }, 1112)), "1112~H=1");
    assertEquals(put(planned(out, {}, 1112)), "1112");
  });
});

Deno.test("placeRun() finds a run of a version that did not know a setting yet", async () => {
  await withFolder((out) => {
    const old = planned(out, {});
    put({ ...old, config: { dropout: 0.1, seed: 1111 } });
    assertEquals(basename(placeRun(old).path), "1111");
    assertEquals(basename(placeRun(planned(out, { H: 2 })).path), "1111~H=2");
  });
});

Deno.test("placeRun() takes a name for what it is, and refuses what is none", async () => {
  await withFolder((out) => {
    put(planned(out, {}));
    assertEquals(put(planned(out, { H: 2 }), { name: "half" }), "1111~half");
    // Who names a run finds it by its name only.
    assertEquals(basename(placeRun(planned(out, { H: 2 })).path), "1111~H=2");
    for (const name of ["", "a/b", "..", "a=b", "-x", "a b", "x".repeat(65)]) {
      assertThrows(() => placeRun(planned(out, {}), { name }), UsageError, "Cannot use the name");
    }
  });
});

Deno.test("placeRun() overwrites a run of the same configuration, or else the first", async () => {
  await withFolder((out) => {
    put(planned(out, {}));
    put(planned(out, { H: 2 }));
    const over = (config: Config) =>
      basename(placeRun(planned(out, config), { overwrite: true }).path);
    assertEquals([{}, { H: 2 }, { H: 1 }].map(over), ["1111", "1111~H=2", "1111"]);
  });
});

Deno.test("placeRun() keeps to SEED where a study owns the folder", async () => {
  await withFolder((out) => {
    put(planned(out, {}));
    assertEquals(basename(placeRun(planned(out, { H: 2 }), { isFixed: true }).path), "1111");
  });
});

Deno.test("placeRun() takes no folder that another configuration has under the same name", async () => {
  await withFolder((out) => {
    put(planned(out, {}));
    put(planned(out, { H: 2 }));
    Deno.removeSync(join(out, "cnn", "mosi", "1111"), { recursive: true });
    put(planned(out, { dropout: 0.5 }));
    // What differs has the name of what differed before from another first one.
    const name = put(planned(out, { dropout: 0.5, H: 2 }));
    assertMatch(name, /^1111~config=[0-9a-f]{8}$/);
    assertEquals(put(planned(out, { dropout: 0.5, H: 2 })), name);
  });
});

Deno.test("datasetNameIn() leaves a name to the content that had it first, in all models", async () => {
  await withFolder((out) => {
    const name = (model: string, sha256: string) => datasetNameIn(out, model, "mosi", sha256);
    assertEquals(name("cnn", "abc"), "mosi");
    put(planned(out, {}, 1111));
    assertEquals([name("cnn", "abc"), name("svm", "abc")], ["mosi", "mosi"]);
    const other = "0123456789";
    assertEquals([name("cnn", other), name("svm", other)], ["mosi-01234567", "mosi-01234567"]);
    // Runs of an older version: each model had its own first one.
    put(planned(out, {}, 1111, { model: "svm", sha256: other }), {}, "2026-02-02");
    assertEquals([name("svm", other), name("tfn", other)], ["mosi", "mosi-01234567"]);
  });
});
