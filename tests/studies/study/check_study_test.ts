/** What of a study is told before its first process. */

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { basename, join } from "node:path";
import { DataError, UsageError } from "../../../lib/core/errors.ts";
import {
  jobName,
  parseDefinition,
  readStudy,
  runStudy,
  type StudyDefinition,
  studyTable,
} from "../../../lib/studies/mod.ts";
import { checkStudy } from "../../../lib/studies/study/check_study.ts";
import type { Ending } from "../../../lib/studies/study/messages.ts";
import { studyJobs } from "../../../lib/studies/study/jobs.ts";
import { floatsIn, makeDataset, makeOneSided, TestFolder } from "../../data/mmsa_file.ts";

const WORKER = { engine: "cpu", device: "auto", nonfinite: "zero", commandLine: [] } as const;

function studyOf(value: object): StudyDefinition {
  return parseDefinition({ name: "tiny", seeds: [1, 2], ...value }, "tiny");
}

function messageOf(ending: Ending | null): string | null {
  return ending === null ? null : "message" in ending ? ending.message : ending.status;
}

/** The reasons by run, and what was noted. */
async function checked(study: StudyDefinition, out: string, more: object = {}) {
  const notes: string[] = [];
  const options = { ...WORKER, ...more };
  const { definition, endingOf } = await checkStudy(
    study,
    out,
    options,
    (note) => notes.push(note),
  );
  const reasons = Object.fromEntries(
    studyJobs(definition, out).map((
      job,
    ) => [`${jobName(job)} ${basename(job.data)}`, messageOf(endingOf(job))]),
  );
  return { definition, notes, reasons };
}

Deno.test("checkStudy() throws once what all cells share, with its reason", async () => {
  using folder = new TestFolder();
  const models = { models: ["constant", "cnn"] };
  const data = folder.pickle(makeOneSided(), "unnamed.pkl");
  const unlabelled = folder.pickle(
    makeDataset(({ valid }) => delete valid.regression_labels),
    "b.pkl",
  );
  const broken = folder.pickle(makeDataset(({ test }) => floatsIn(test.audio)[0] = NaN), "c.pkl");
  const mosi = { protocol: "mosi" };
  const table: [object, object, new (message: string) => Error, RegExp][] = [
    [{ data: [folder.at("no.pkl")] }, {}, DataError, /^Cannot load ".*no.pkl": there is no such/],
    [{ data: [data] }, {}, UsageError, /^Cannot tell the protocol of ".*unnamed.pkl"/],
    [{ data: [unlabelled], ...mosi }, {}, DataError, /^Cannot train on .*"valid" has no labels/],
    [{ data: [broken], ...mosi }, { nonfinite: "stop" }, DataError, /audio column 0 is NaN/],
  ];
  for (const [value, more, Kind, message] of table) {
    const check = () => checked(studyOf({ ...models, ...value }), folder.at("out"), more);
    const error = await assertRejects(check, Kind);
    assertMatch(error.message, message);
  }
  const blind = makeDataset((splits) => {
    for (const split of Object.values(splits)) delete split.vision;
  });
  const seeing = { data: [folder.pickle(blind, "blind.pkl")], modalities: [["vision"]], ...mosi };
  const refused = () => checked(studyOf({ ...models, ...seeing }), folder.at("out"));
  assertMatch(
    (await assertRejects(refused, UsageError)).message,
    /it has no vision, expected some/,
  );
});

Deno.test("checkStudy() notes what some cells lack, and says so of their runs alone", async () => {
  using folder = new TestFolder();
  const cells = [
    { model: "constant" },
    { model: "mlf-dnn" },
    { model: "self-mm", slug: "words", settings: { text: "bert", bert: folder.at("none") } },
  ];
  const data = folder.pickle(makeDataset(), "mosi.pkl");
  const { notes, reasons } = await checked(studyOf({ cells, data: [data] }), folder.at("out"));
  assertEquals(notes.length, 2);
  assertMatch(notes[0]!, /^Cannot be trained: defaults\/mlf-dnn: .*has no labels of people/);
  assertMatch(notes[1]!, /^Cannot be trained: words\/self-mm: Cannot read ".*none/);
  assertEquals(reasons["defaults/constant 1 mosi.pkl"], null);
  assertEquals([
    reasons["words/self-mm 1 mosi.pkl"] === null,
    reasons["words/self-mm 2 mosi.pkl"] === null,
  ], [
    false,
    false,
  ]);
  // Where nothing can be trained, each reason is told with its cells.
  const none = studyOf({ cells: cells.slice(1), data: [data] });
  const error = await assertRejects(() => checked(none, folder.at("out")), Error);
  assertMatch(error.message, /nothing in it can be trained\n.*mlf-dnn: .*\nwords\/self-mm: /);
});

Deno.test("runStudy() writes nothing where all is refused, and trains the rest where some is", async () => {
  using folder = new TestFolder();
  const data = folder.pickle(makeOneSided(), "unnamed.pkl");
  const out = folder.at("out");
  const study = studyOf({ models: ["constant", "mlf-dnn"], data: [data] });
  const run = (study: StudyDefinition) => runStudy(study, { out, jobs: 1, worker: WORKER });
  await assertRejects(() => run(study), UsageError, "Cannot tell the protocol");
  assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["unnamed.pkl"]);
  const { jobs } = await run({ ...study, protocol: "mosi" });
  assertEquals(jobs.map(({ job, ending }) => `${jobName(job)} ${ending.status}`), [
    "defaults/constant 1 trained",
    "defaults/mlf-dnn 1 failed",
    "defaults/constant 2 trained",
    "defaults/mlf-dnn 2 failed",
  ]);
});

Deno.test("a study on two files of one name has two datasets, the first of which keeps it", async () => {
  using folder = new TestFolder();
  for (const name of ["a", "b"]) Deno.mkdirSync(folder.at(name));
  const first = folder.pickle(makeDataset(), "a/unaligned_50.pkl");
  const other = makeDataset(({ train }) => floatsIn(train.audio)[3] = 7);
  const second = folder.pickle(other, "b/unaligned_50.pkl");
  const out = folder.at("out");
  const run = (data: string[], seeds = [1]) =>
    runStudy(studyOf({ models: ["constant"], data, protocol: "mosi", seeds }), {
      ...{ out, jobs: 1, worker: WORKER },
    });
  await run([first]);
  // The order is another now: what has the name keeps it.
  const { study, jobs } = await run([second, first]);
  assertEquals(jobs.map(({ ending }) => ending.status), ["trained", "kept"]);
  const [hashed, plain] = study.definition.datasets!;
  assertMatch(hashed!, /^unaligned_50-[0-9a-f]{8}$/);
  assertEquals(plain, "unaligned_50");
  const { rows } = studyTable(readStudy(join(out, "tiny")));
  assertEquals(rows.map(({ dataset, seeds }) => [dataset, seeds]), [[plain!, [1]], [hashed!, [1]]]);
});
