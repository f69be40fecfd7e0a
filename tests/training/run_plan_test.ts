/** Trainings that begin at the same time. */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { join } from "node:path";
import { RunError } from "../../lib/core/errors.ts";
import { writeJsonAtomic } from "../../lib/core/files.ts";
import type { FolderLock } from "../../lib/core/lock.ts";
import { makeSynthetic } from "../../lib/data/mod.ts";
import { findModel, type Setting } from "../../lib/models/mod.ts";
import { finishedRun, type PlanOptions, planRun, takeFolder } from "../../lib/training/run_plan.ts";
import { withFolder } from "./small.ts";

function planned(out: string, settings: Record<string, Setting> = {}): PlanOptions {
  const dataset = makeSynthetic({ n: 16 });
  return {
    ...{ model: findModel("constant"), dataset, modalities: dataset.modalities },
    ...{ protocol: "mosi", seed: 1, settings, nonfinite: "zero", out },
  };
}

/** The options, which once they are asked how to warn, as when the folder is locked, let `other` go first. */
function overtaken(options: PlanOptions, other: () => void): PlanOptions {
  let isFirst = true;
  return Object.defineProperty({ ...options }, "onWarning", {
    get: () => {
      if (isFirst) {
        isFirst = false;
        other();
      }
      return () => {};
    },
  });
}

/** Takes the folder of a run and writes what it is. */
function begin(options: PlanOptions, sha256?: string): FolderLock {
  const { planned, folder, lock } = takeFolder(options);
  writeJsonAtomic(folder.file("config.json"), planned.config);
  const data = { sha256: sha256 ?? planned.sha256 };
  writeJsonAtomic(folder.file("run.json"), { data, started: "2026-01-01" });
  return lock;
}

Deno.test("takeFolder() goes beside a configuration that became the first meanwhile", async () => {
  await withFolder((out) => {
    for (const [place, ends] of [["a", false], ["b", true]] as const) {
      const above = join(out, place);
      let first: FolderLock | null = null;
      const options = overtaken(planned(above, { value: "median" }), () => {
        first = begin(planned(above));
        if (ends) first[Symbol.dispose]();
      });
      const { folder, lock } = takeFolder(options);
      assertEquals(folder.path, join(above, "constant", "synthetic", "1~value=median"));
      lock[Symbol.dispose]();
      (first as FolderLock | null)?.[Symbol.dispose]();
    }
  });
});

Deno.test("takeFolder() names its dataset anew where another content had the name meanwhile", async () => {
  await withFolder((out) => {
    const options = overtaken(planned(out), () => begin(planned(out), "another")[Symbol.dispose]());
    assertEquals(planRun(planned(out)).dataset, "synthetic");
    const { planned: found, folder, lock } = takeFolder(options);
    assertMatch(found.dataset, /^synthetic-[0-9a-f]{8}$/);
    assertEquals(found.config["dataset"], found.dataset);
    assert(folder.path.includes(found.dataset));
    lock[Symbol.dispose]();
  });
});

Deno.test("takeFolder() refuses a run that is at work", async () => {
  await withFolder((out) => {
    using _first = begin(planned(out));
    assertThrows(() => takeFolder(planned(out)), RunError, `process ${Deno.pid}`);
  });
});

Deno.test("finishedRun() is the summary of this very run, wherever its folder is", async () => {
  await withFolder((out) => {
    const options = { ...planned(out), isFixed: true };
    assertEquals(finishedRun(options), null);
    const { planned: run, folder, lock } = takeFolder(options);
    lock[Symbol.dispose]();
    const record = { status: "finished", data: { sha256: run.sha256 }, started: "2026-01-01" };
    const summary = { path: "elsewhere", valid: { mae: 1 } };
    const write = (changes: object) =>
      writeJsonAtomic(folder.file("run.json"), { ...record, summary, ...changes });
    writeJsonAtomic(folder.file("config.json"), run.config);
    write({});
    assertEquals<object | null>(finishedRun(options), { ...summary, path: folder.path });
    assertEquals(finishedRun({ ...options, ...planned(out, { value: "median" }) }), null);
    for (const changes of [{ status: "running" }, { data: { sha256: "of other data" } }]) {
      write(changes);
      assertEquals(finishedRun(options), null, JSON.stringify(changes));
    }
    Deno.writeTextFileSync(folder.file("run.json"), "{");
    assertEquals(finishedRun(options), null);
  });
});
