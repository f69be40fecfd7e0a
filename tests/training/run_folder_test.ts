import { assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { RunError } from "../../lib/core/errors.ts";
import { writeJsonAtomic } from "../../lib/core/files.ts";
import type { Config } from "../../lib/models/mod.ts";
import { RunFolder, type RunRecord, type RunStatus } from "../../lib/training/run_folder.ts";
import { withFolder } from "./small.ts";

const CONFIG: Config = { model: "self-mm", seed: 1111, batchSize: 16, mode: "reference" };

function recordOf(status: RunStatus): RunRecord {
  return {
    status,
    versions: {},
    engine: "cpu",
    device: "cpu",
    data: { path: "mosi.pkl", sha256: "abc", widths: { text: 768 }, zeroed: {} },
    seed: 1111,
    gitCommit: null,
    commandLine: [],
    started: "2026-01-01T00:00:00.000Z",
    ended: null,
  };
}

/** Runs `test` with the folder of a run that stands at `status`. */
async function withRun(
  status: RunStatus,
  test: (folder: RunFolder) => void,
): Promise<void> {
  await withFolder((path) => {
    const folder = RunFolder.at(path, "self-mm", "mosi", 1111);
    writeJsonAtomic(folder.file("config.json"), CONFIG);
    folder.writeRecord(recordOf(status));
    test(folder);
  });
}

Deno.test("RunFolder.at() is OUT/MODEL/DATASET/SEED", () => {
  const folder = RunFolder.at("runs", "self-mm", "mosi", 1111);
  assertEquals(folder.path, join("runs", "self-mm", "mosi", "1111"));
  assertEquals(folder.file("run.json"), join(folder.path, "run.json"));
  assertEquals(folder.checkpoint, join(folder.path, "checkpoint", "state.safetensors"));
});

Deno.test("RunFolder.at() with a variant is SEED~VARIANT, which the folder tells", () => {
  const folder = RunFolder.at("runs", "self-mm", "mosi", 1111, "dropout=0.2");
  assertEquals(folder.path, join("runs", "self-mm", "mosi", "1111~dropout=0.2"));
  assertEquals(folder.variant, "dropout=0.2");
  for (const path of ["runs/1111", "old~1", "x/1111~"]) {
    assertEquals(new RunFolder(path).variant, "");
  }
});

Deno.test("clear() removes all but the lock", async () => {
  await withRun("finished", (folder) => {
    Deno.mkdirSync(folder.file("checkpoint"));
    Deno.writeTextFileSync(folder.file(".lock"), "");
    folder.clear();
    assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), [".lock"]);
  });
});

Deno.test("claim() is false for a folder that is missing or holds nothing", async () => {
  await withFolder((path) => {
    assertEquals(new RunFolder(path).claim(CONFIG, "abc", false), false);
    assertEquals(new RunFolder(join(path, "none")).claim(CONFIG, "abc", false), false);
  });
});

Deno.test("claim() is true for this very run, finished", async () => {
  await withRun("finished", (folder) => {
    for (const resume of [true, false]) {
      assertEquals(folder.claim({ ...CONFIG }, "abc", resume), true);
    }
  });
});

Deno.test("claim() refuses a run with another configuration, and names the keys", async () => {
  await withRun("finished", (folder) => {
    const other = { model: "self-mm", seed: 1111, batchSize: 32, H: 1 };
    const error = assertThrows(() => folder.claim(other, "abc", true), RunError);
    assertEquals(
      error.message,
      `Cannot train into "${folder.path}": it holds a run with another configuration ` +
        '(H: there absent, wanted 1, batchSize: there 16, wanted 32, mode: there "reference", ' +
        "wanted absent), expected the same, another --name or --out, or --overwrite to replace it",
    );
  });
});

Deno.test("claim() takes a setting that an older run does not know as its default", async () => {
  await withRun("finished", (folder) => {
    const newer = { ...CONFIG, added: 0 };
    assertEquals(folder.claim(newer, "abc", false, { added: 0 }), true);
    const check = () => folder.claim({ ...newer, added: 1 }, "abc", false, { added: 0 });
    assertThrows(check, RunError, "added: there 0, wanted 1");
  });
});

Deno.test("claim() refuses a run of other data", async () => {
  await withRun("finished", (folder) => {
    const check = () => folder.claim(CONFIG, "def", false);
    assertThrows(check, RunError, "another configuration (the data file's content)");
  });
});

Deno.test("claim() refuses an unfinished run unless it is to be resumed", async () => {
  for (const status of ["running", "interrupted", "failed"] as const) {
    await withRun(status, (folder) => {
      const check = () => folder.claim(CONFIG, "abc", false);
      assertThrows(check, RunError, `it holds an unfinished run (${status}), expected --resume`);
      assertEquals(folder.claim(CONFIG, "abc", true), false);
    });
  }
});

Deno.test("readFinished() refuses what is no finished run", async () => {
  await withFolder((path) => {
    const read = () => new RunFolder(path).readFinished();
    assertThrows(read, RunError, `Cannot open "${path}": it holds no run, expected`);
  });
  await withRun("interrupted", (folder) => {
    assertThrows(() => folder.readFinished(), RunError, "its run is interrupted");
  });
  await withRun("finished", (folder) => {
    assertEquals(folder.readFinished(), { config: CONFIG, record: recordOf("finished") });
  });
});

Deno.test("readRecord() and readConfig() refuse damaged files, by name", async () => {
  await withRun("finished", (folder) => {
    for (const name of ["config.json", "run.json"]) {
      const path = folder.file(name);
      const whole = Deno.readTextFileSync(path);
      Deno.writeTextFileSync(path, whole.slice(0, 20));
      assertThrows(() => folder.claim(CONFIG, "abc", true), RunError, `Cannot read "${path}"`);
      Deno.writeTextFileSync(path, whole);
    }
  });
});

Deno.test("noteRead() adds a line each time", async () => {
  await withRun("finished", (folder) => {
    folder.noteRead({ split: "test", data: "mosi.pkl" });
    folder.noteRead({ split: "valid", data: "other.pkl" });
    const lines = Deno.readTextFileSync(folder.file("reads.jsonl")).trimEnd().split("\n");
    assertEquals(lines.map((line) => ({ ...JSON.parse(line), at: "" })), [
      { at: "", split: "test", data: "mosi.pkl" },
      { at: "", split: "valid", data: "other.pkl" },
    ]);
  });
});

Deno.test("readReads() gives what noteRead() noted, without a line that is not whole", async () => {
  await withRun("finished", (folder) => {
    assertEquals(folder.readReads(), []);
    const corruptions = [{ drop: ["text"], noise: { audio: 0.3 }, metrics: { mae: 1 } }];
    folder.noteRead({ split: "valid", data: "mosi.pkl" });
    folder.noteRead({ split: "test", data: "mosi.pkl", corruptions });
    Deno.writeTextFileSync(folder.file("reads.jsonl"), 'null\n{"at":"2026', { append: true });
    const [valid, test, ...others] = folder.readReads();
    assertEquals([valid!.split, test!.split, test!.corruptions], ["valid", "test", corruptions]);
    assertEquals(others, []);
  });
});
