/** Studies in processes of their own: what fails, what is killed, what is there already. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import {
  type Ending,
  jobName,
  parseDefinition,
  readStudy,
  runStudy,
  type StudyOptions,
} from "../../../lib/studies/mod.ts";
import { EngineError, RunError } from "../../../lib/core/errors.ts";
import { Interrupt, RunFolder } from "../../../lib/training/mod.ts";
import { HAS_TENSORFLOW } from "../../engine/engines.ts";
import { withFolder } from "../../training/small.ts";

const DATA = "synthetic:n=12,seed=1,text=4,audio=3,vision=3,audioSteps=3,visionSteps=3";

/** A floor and a small network, and what is missing in the data. */
const STUDY = parseDefinition({
  name: "tiny",
  cells: [
    { model: "constant" },
    {
      slug: "small",
      model: "cnn",
      settings: { batchSize: 4, filtersDim: 2, epochs: 3, checkpointSeconds: 0 },
    },
  ],
  seeds: [1, 2],
  data: [DATA],
  protocol: "mosi",
}, "tiny");

function options(out: string, more: Partial<StudyOptions> = {}): StudyOptions {
  const worker = { engine: "cpu", device: "auto", nonfinite: "zero", commandLine: [] } as const;
  return { out, jobs: 1, worker, ...more };
}

/** The statuses of a study's trainings, by name. */
function statuses(jobs: Awaited<ReturnType<typeof runStudy>>["jobs"]): Record<string, string> {
  return Object.fromEntries(jobs.map(({ job, ending }) => [jobName(job), ending.status]));
}

Deno.test("runStudy() trains every cell with every seed, several at a time, and then nothing", async () => {
  await withFolder(async (out) => {
    const epochs: number[] = [];
    const first = await runStudy(
      STUDY,
      options(out, { jobs: 2, onEpoch: (_, n) => epochs.push(n) }),
    );
    assertEquals(statuses(first.jobs), {
      "defaults/constant 1": "trained",
      "small/cnn 1": "trained",
      "defaults/constant 2": "trained",
      "small/cnn 2": "trained",
    });
    assertEquals(epochs.toSorted(), [1, 1, 2, 2, 3, 3]);
    const { groups, skipped } = first.study;
    assertEquals(groups.map(({ cell, runs }) => [cell.slug, runs.length]), [
      ["defaults", 2],
      ["small", 2],
    ]);
    assertEquals(skipped, []);
    const record = new RunFolder(groups[1]!.runs[0]!.path);
    const before = Deno.readTextFileSync(record.file("run.json"));
    // Nothing is left for a process, which could not open an engine of this name.
    const none = { ...options(out).worker, engine: "none" as "cpu" };
    const second = await runStudy(STUDY, options(out, { worker: none }));
    assertEquals(new Set(Object.values(statuses(second.jobs))), new Set(["kept"]));
    assertEquals(Deno.readTextFileSync(record.file("run.json")), before);
  });
});

Deno.test({
  name:
    "runStudy() trains several at a time in one process of tensorflow, in the bytes of one alone",
  ignore: !HAS_TENSORFLOW,
  fn: async () => {
    await withFolder(async (out) => {
      const { data, protocol } = STUDY;
      const settings = { batchSize: 4, filtersDim: 2, epochs: 3 };
      const cells = [{ model: "cnn", settings }];
      const study = parseDefinition({ cells, seeds: [1, 2, 3], data, protocol }, "lanes");
      const worker = { ...options(out).worker, engine: "tensorflow" } as const;
      const notes: string[] = [];
      const runs = async (folder: string, jobs: number | "auto") => {
        const more = { jobs, worker, onNote: (note: string) => notes.push(note) };
        const { jobs: ended } = await runStudy(study, options(join(out, folder), more));
        return ended.map(({ ending }) => {
          const { path } = ending as { path: string };
          const files = ["model.safetensors", "predictions.csv", "metrics.json"];
          return files.map((name) => Deno.readFileSync(join(path, name)));
        });
      };
      const alone = await runs("alone", 1);
      assertEquals(alone.length, 3);
      assertEquals(await runs("auto", "auto"), alone);
      assertEquals(notes.filter((note) => note.startsWith("--jobs auto: ")).length, 1);
      // Beside one that fails, too.
      const missing = join(out, "missing.pkl");
      const both = { cells, seeds: [1], data: [data[0]!, missing], protocol };
      const mixed = parseDefinition(both, "mixed");
      const { jobs } = await runStudy(mixed, options(join(out, "mixed"), { jobs: 2, worker }));
      assertEquals(jobs.map(({ ending: { status } }) => status).sort(), ["failed", "trained"]);
    });
  },
});

Deno.test({
  name:
    "runStudy() with two trainings in a process of tensorflow goes on after its death and a stop",
  ignore: !HAS_TENSORFLOW,
  fn: async () => {
    await withFolder(async (out) => {
      const { data, protocol } = STUDY;
      const settings = { batchSize: 4, filtersDim: 2, epochs: 100, earlyStop: 100 };
      const cells = [{ model: "cnn", settings }];
      const study = parseDefinition({ cells, seeds: [1, 2, 3], data, protocol }, "two");
      const worker = { ...options(out).worker, engine: "tensorflow" } as const;
      const weights = ({ groups }: Awaited<ReturnType<typeof runStudy>>["study"]) =>
        groups[0]!.runs.map(({ path }) => Deno.readFileSync(join(path, "model.safetensors")));
      const { study: alone } = await runStudy(study, options(join(out, "alone"), { worker }));

      const both = join(out, "both");
      /** Calls `then` once, with a folder, when two trainings have ended an epoch. */
      const whenTwo = (then: (path: string) => void): NonNullable<StudyOptions["onEpoch"]> => {
        const seen = new Set<number>();
        return ({ seed }, _epoch, _epochs, _mae, path) => {
          if (seen.size < 2 && seen.add(seed).size === 2) then(path);
        };
      };
      const kill = (path: string) => {
        const { pid } = JSON.parse(Deno.readTextFileSync(join(path, ".lock")));
        Deno.kill(pid, "SIGKILL");
      };
      const killed = await runStudy(
        study,
        options(both, { jobs: 2, worker, onEpoch: whenTwo(kill) }),
      );
      assertEquals(killed.jobs.map(({ ending }) => ending.status), ["failed", "failed", "trained"]);
      for (const { ending } of killed.jobs.slice(0, 2)) {
        assertMatch((ending as { message: string }).message, /^SIGKILL ended its process/);
      }
      const stop = new AbortController();
      const onEpoch = whenTwo(() => stop.abort(new Interrupt("SIGINT")));
      const stopped = runStudy(
        study,
        options(both, { jobs: 2, worker, signal: stop.signal, onEpoch }),
      );
      await assertRejects(() => stopped, Interrupt);
      for (const seed of [1, 2]) {
        const run = RunFolder.at(join(both, "two", "defaults"), "cnn", "synthetic", seed);
        assertEquals(run.readRecord()?.status, "interrupted");
      }
      const last = await runStudy(study, options(both, { jobs: 2, worker }));
      assertEquals(weights(last.study), weights(alone));
    });
  },
});

Deno.test("runStudy() ends with what a listener throws, and its processes end", async () => {
  await withFolder(async (out) => {
    const onEpoch = () => {
      throw new Error("planted");
    };
    await assertRejects(() => runStudy(STUDY, options(out, { onEpoch })), Error, "planted");
  });
});

Deno.test("runStudy() tells what is odd about the settings of its cells, each once", async () => {
  await withFolder(async (out) => {
    const cell = { model: "cnn", settings: { batchSize: 99, filtersDim: 2, epochs: 1 } };
    const { protocol, data } = STUDY;
    const odd = parseDefinition({ cells: [cell], seeds: [1, 2], data, protocol }, "odd");
    const notes: string[] = [];
    await runStudy(odd, options(out, { onNote: (note) => notes.push(note) }));
    assertEquals(notes.length, 1);
    assertMatch(notes[0]!, /^warning: batchSize 99 is more than the 12 samples of split "train"/);
  });
});

Deno.test("runStudy() goes on after a cell that fails, and tells why", async () => {
  await withFolder(async (out) => {
    // A file that is no dataset, then one that is.
    Deno.writeTextFileSync(join(out, "broken.pkl"), "none");
    const study = { ...STUDY, cells: STUDY.cells.slice(0, 1), seeds: [1] };
    const data = [join(out, "broken.pkl"), DATA];
    const { jobs } = await runStudy({ ...study, data }, options(out));
    assertEquals(jobs.map(({ ending }) => ending.status), ["failed", "trained"]);
    const { message } = jobs[0]!.ending as { message: string };
    assertMatch(message, /Cannot read ".*broken\.pkl"/);
  });
});

Deno.test("runStudy() on valid never shows test to its runs", async () => {
  await withFolder(async (out) => {
    const { study } = await runStudy({ ...STUDY, seeds: [1], scoredOn: "valid" }, options(out));
    for (const { path, test, valid } of study.groups.flatMap(({ runs }) => runs)) {
      assertEquals([Object.keys(test), "mae" in valid], [[], true]);
      const folder = new RunFolder(path);
      assertEquals(folder.readRecord()!.selectedOn, "valid");
      assert(!/^test,/m.test(Deno.readTextFileSync(folder.file("predictions.csv"))));
    }
  });
});

Deno.test("runStudy() refuses an engine that is not there, at once, and a folder in use", async () => {
  await withFolder(async (out) => {
    const worker = { ...options(out).worker, device: "gpu" } as const;
    const ends: Ending[] = [];
    const onEnd = (_: unknown, ending: Ending) => ends.push(ending);
    const refused = runStudy(STUDY, options(out, { worker, onEnd }));
    // The folder is locked from here on.
    await assertRejects(() => runStudy(STUDY, options(out)), RunError, "Cannot use");
    await assertRejects(() => refused, EngineError);
    assertEquals(ends, []);
  });
});

Deno.test("runStudy() saves and stops when it is aborted", async () => {
  await withFolder(async (out) => {
    const stop = new AbortController();
    const [constant, small] = STUDY.cells;
    // So many epochs that none can end before the order to stop arrives.
    const long = { ...small!, settings: { ...small!.settings, epochs: 500, earlyStop: 500 } };
    const running = runStudy(
      { ...STUDY, cells: [constant!, long] },
      options(out, { signal: stop.signal, onEpoch: () => stop.abort(new Interrupt("SIGINT")) }),
    );
    await assertRejects(() => running, Interrupt, "Stopped by SIGINT");
    const { groups } = readStudy(join(out, "tiny"));
    assertEquals(groups.map(({ cell }) => cell.model), ["constant"]);
    const record = RunFolder.at(join(out, "tiny", "small"), "cnn", "synthetic", 1).readRecord()!;
    assertEquals([record.status, record.message], ["interrupted", "Stopped by SIGINT"]);
  });
});

Deno.test({
  name: "runStudy() goes on with a new process when the one at work is told to stop",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await withFolder(async (out) => {
      const [constant, small] = STUDY.cells;
      const settings = { ...small!.settings, epochs: 500, earlyStop: 500 };
      const study = { ...STUDY, cells: [{ ...small!, settings }, constant!], seeds: [1] };
      const run = RunFolder.at(join(out, "tiny", "small"), "cnn", "synthetic", 1);
      const stop = () => {
        // As who cleans up a machine does.
        const { pid } = JSON.parse(Deno.readTextFileSync(run.file(".lock")));
        Deno.kill(pid, "SIGTERM");
        once.onEpoch = () => {};
      };
      const once = { onEpoch: stop };
      const { jobs } = await runStudy(study, options(out, { onEpoch: () => once.onEpoch() }));
      const wanted = { "small/cnn 1": "interrupted", "defaults/constant 1": "trained" };
      assertEquals(statuses(jobs), wanted);
      assertEquals(run.readRecord()!.status, "interrupted");
    });
  },
});
