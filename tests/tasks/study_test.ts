import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { RunFolder } from "../../lib/training/mod.ts";
import { floatsIn, makeDataset, makeOneSided, TestFolder } from "../data/mmsa_file.ts";
import { withFolder } from "../training/small.ts";
import { assertFails, contentOf, lastJson, runTask, taskArguments } from "./run_task.ts";

const DATA = "synthetic:n=12,seed=1,text=4,audio=3,vision=3,audioSteps=3,visionSteps=3";

/** Writes a study of a floor and of a network that saves at each batch. */
function writeStudyFile(folder: string): string {
  const path = join(folder, "tiny.json");
  const settings = { batchSize: 2, filtersDim: 2, epochs: 6, checkpointSeconds: 0 };
  const cells = [
    { model: "constant", published: [{ values: { mae: 9 } }] },
    { slug: "small", model: "cnn", settings },
  ];
  Deno.writeTextFileSync(path, JSON.stringify({ cells, seeds: [1, 2], data: [DATA] }));
  return path;
}

const FLAGS = ["--engine", "cpu", "--protocol", "mosi"];

/** Starts the study and ends it with `signal` in the middle of the network's training. */
async function endInside(
  file: string,
  out: string,
  signal: Deno.Signal,
): Promise<Deno.CommandStatus> {
  const child = new Deno.Command(Deno.execPath(), {
    args: taskArguments("study", [file, ...FLAGS, "--out", out]),
    stdout: "null",
    stderr: "null",
  }).spawn();
  const run = RunFolder.at(join(out, "tiny", "small"), "cnn", "synthetic", 1);
  const before = stampOf(run.checkpoint);
  while (stampOf(run.checkpoint) === before) await new Promise((next) => setTimeout(next, 2));
  child.kill(signal);
  return await child.status;
}

function stampOf(path: string): string {
  try {
    const { ino, mtime } = Deno.statSync(path);
    return `${ino} ${mtime?.getTime()}`;
  } catch {
    return "";
  }
}

/** The bytes of what a study has computed, by path below its folder. */
function resultsOf(folder: string): Record<string, string> {
  const wanted = /(study\.json|predictions\.csv|metrics\.json|model\.safetensors)$/;
  return Object.fromEntries(
    Object.entries(contentOf(folder)).filter(([path]) => wanted.test(path))
      .map(([path, bytes]) => [path.slice(folder.length), bytes]),
  );
}

Deno.test({
  name: "a study that is interrupted and killed goes on, and ends in the same bytes and table",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await withFolder(async (folder) => {
      const file = writeStudyFile(folder);
      const [out, whole] = [join(folder, "out"), join(folder, "whole")];
      assertEquals((await endInside(file, out, "SIGINT")).code, 130);
      assertEquals((await endInside(file, out, "SIGKILL")).signal, "SIGKILL");
      const resumed = await runTask("study", file, ...FLAGS, "--out", out, "--json");
      const through = await runTask("study", file, ...FLAGS, "--out", whole);
      assertEquals([resumed.code, through.code], [0, 0], resumed.stderr + through.stderr);
      const { trained, kept, table } = lastJson(resumed.stdout) as Record<string, number>;
      assertEquals([trained, kept], [3, 1], "the floor was there");
      assertEquals(resultsOf(out), resultsOf(whole));
      const printed = resumed.stdout.slice(0, resumed.stdout.lastIndexOf('{"study"'));
      assertEquals(printed, through.stdout);
      assert(JSON.stringify(table).includes('"isInside":false'));
      const again = await runTask("study", file, ...FLAGS, "--out", out);
      assertEquals([again.code, again.stdout], [0, printed]);
      assertMatch(again.stderr, /All 4 runs in .* were finished: nothing was done/);
    });
  },
});

Deno.test("a study names the runs that failed at the end and exits with 1", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "two.json");
    // Two heads do not divide a width of three: only the network itself can tell.
    const settings = { modelDim: 6, heads: 4 };
    const cells = [{ model: "text-guided", settings }, { model: "constant" }];
    Deno.writeTextFileSync(file, JSON.stringify({ cells, seeds: [1] }));
    const out = join(folder, "out");
    const result = await runTask("study", file, ...FLAGS, "--data", DATA, "--out", out, "--json");
    assertEquals(result.code, 1, result.stderr);
    const { failed, trained } = lastJson(result.stdout) as { failed: unknown[]; trained: number };
    assertEquals([failed.length, trained], [1, 1]);
    assertMatch(result.stderr, /^failed: defaults\/text-guided 1: Cannot set modelDim to 6/m);
    assertMatch(result.stdout, /^Not finished: defaults\/text-guided$/m);
  });
});

Deno.test("study tells what all its cells share once, and writes nothing", async () => {
  using folder = new TestFolder();
  const file = folder.at("two.json");
  Deno.writeTextFileSync(
    file,
    JSON.stringify({ models: ["constant", "svm", "cnn"], seeds: [1, 2] }),
  );
  const call = (...args: string[]) =>
    runTask("study", file, "--engine", "cpu", "--out", folder.at("out"), ...args);
  const unnamed = ["--data", folder.pickle(makeOneSided(), "unnamed.pkl")];
  const result = await call(...unnamed);
  assertFails(result, 2, /^error: Cannot tell the protocol of ".*unnamed.pkl" .*\nRun "deno task/);
  assertFails(
    await call("--data", folder.at("none.pkl")),
    1,
    /^error: Cannot load .*: there is no/,
  );
  assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name).sort(), [
    ...["two.json", "unnamed.pkl"],
  ]);
});

Deno.test("study reads data as its flags say", async () => {
  using folder = new TestFolder();
  const stars = makeDataset((splits) => {
    for (const { regression_labels } of Object.values(splits)) {
      const labels = floatsIn(regression_labels);
      labels.set(labels.map((label) => label + 3));
    }
  });
  const file = folder.at("stars.json");
  const data = [folder.pickle(stars, "mosi.pkl")];
  Deno.writeTextFileSync(file, JSON.stringify({ models: ["constant"], seeds: [1], data }));
  const call = (...args: string[]) =>
    runTask("study", file, "--engine", "cpu", "--out", folder.at("out"), ...args);
  assertFails(await call(), 1, /label 3 .* is 4.75|expected a number in \[-3, 3\]/);
  const result = await call("--labels", "0..6");
  assertEquals(result.code, 0, result.stderr);
  const run = RunFolder.at(folder.at("out/stars/defaults"), "constant", "mosi", 1);
  assertEquals(run.readConfig()!["labels"], "0..6");
});

Deno.test("study refuses what it does not know, before anything is written", async () => {
  await withFolder(async (folder) => {
    const file = writeStudyFile(folder);
    const out = ["--out", join(folder, "out")];
    const call = (...args: string[]) => runTask("study", ...args, ...out);
    assertFails(await call("report-table-7"), 2, /did you mean "report-table-\d"/);
    assertFails(await call("report-table-2"), 2, /it has no data, expected --data/);
    assertFails(await call(join(folder, "none.json")), 2, /there is no such file/);
    assertFails(await call(file, "--set", "bathSize=3"), 2, /did you mean "batchSize"/);
    assertFails(await call(file, "--jobs", "0"), 2, /a whole number of 1 or more/);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["tiny.json"]);
  });
});

Deno.test("study self-mm-labels prints valid, the labels' distance by epoch, and ends with the answer", async () => {
  await withFolder(async (out) => {
    const small = ["batchSize=4", "updateEpochs=1", "postFusionDim=4", "postTextDim=4"];
    const flags = [
      ...["--data", DATA, ...FLAGS, "--out", out, "--seeds", "1,2,3,4", "--epochs", "2", "--json"],
      ...small.flatMap((setting) => ["--set", setting]),
    ];
    const { code, stdout, stderr } = await runTask("study", "self-mm-labels", ...flags);
    assertEquals(code, 0, stderr);
    const lines = stdout.split("\n");
    for (const row of ["generated", "human labels", "copied, constant weights", "none"]) {
      const at = lines.findIndex((line) => line.startsWith(`${row}  `));
      assertMatch(lines[at]!, /\d\.\d{3} ± \d\.\d{3}/);
      assertMatch(lines[at + 2]!, /^ +on valid +\d\.\d{3} ± \d\.\d{3}/);
    }
    assertMatch(
      stdout,
      /against those of people: correlation[^]*\ngenerated\n +1 +4 +-?\d\.\d{3} \(/,
    );
    const answer =
      /^Self-MM's abstract claims, of SIMS, .*\. These runs show .*: self-mm \(generated\)/;
    assertMatch(lines.findLast((line) => line.startsWith("Self-MM's"))!, answer);
    const { claims, table } = lastJson(stdout) as Record<string, never> & {
      claims: { answer: string; sentence: string }[];
      table: { labels: { name: string; epochs: unknown[] }[] };
    };
    assertEquals(claims.length, 1);
    assertMatch(claims[0]!.sentence, answer);
    assert(["holds", "fails", "open"].includes(claims[0]!.answer));
    assertEquals(table.labels.map(({ epochs }) => epochs.length), [2, 2]);
    // The table of a study that is there is the same, with its answer.
    const again = await runTask("study", "table", join(out, "self-mm-labels"));
    assert(again.stdout.includes(claims[0]!.sentence));
  });
});
