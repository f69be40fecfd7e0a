/** Joined computational sequences against what the CMU SDK's `align` gives: see `make_sequences.py`. */

import { assert, assertAlmostEquals, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { DataError } from "../../../lib/core/errors.ts";
import { inspectDataset } from "../../../lib/data/checks/inspect.ts";
import { loadDataset } from "../../../lib/data/load.ts";
import { MODALITIES } from "../../../lib/data/modality.ts";
import { prepareData } from "../../../lib/data/prepare.ts";
import { TestFolder } from "../mmsa_file.ts";
import { checkSplit } from "./made_dataset.ts";

const COMMITTED = new URL("../../golden/sequences/", import.meta.url).pathname;
/** Those of the dataset in all layouts. */
const MADE = new URL("../../golden/layouts/sequences/", import.meta.url).pathname;

type Expected = Readonly<
  Record<string, {
    readonly text: number[][];
    readonly audio: number[][];
    readonly vision: number[][];
    readonly labels: number[];
    readonly words: string[];
  }>
>;

/** Loads the sequences of a folder and compares every number. */
async function checkFolder(folder: string): Promise<string[]> {
  await prepareData(folder);
  const expected: Expected = JSON.parse(Deno.readTextFileSync(`${folder}/expected.json`));
  const warnings: string[] = [];
  using dataset = loadDataset(folder, {
    protocol: "mosi",
    labelColumn: 1,
    onWarning: (message) => warnings.push(message),
  });
  const { ids, labels, rawText, features } = dataset.splits.train!;
  assertEquals([...ids], Object.keys(expected));
  ids.forEach((id, row) => {
    const sample = expected[id]!;
    assertAlmostEquals(labels![row]!, sample.labels[1]!, 1e-6);
    assertEquals(rawText![row], sample.words.filter((word) => word !== "sp").join(" "));
    for (const modality of MODALITIES) {
      const column = features[modality]!;
      assertEquals(column.lengths[row], sample[modality].length);
      const values = new Float32Array(column.steps * column.width);
      column.read([row], values);
      sample[modality].flat().forEach((value, i) => assertAlmostEquals(values[i]!, value, 1e-5));
    }
  });
  return warnings;
}

Deno.test("sequences are joined as the SDK's align does, by words and by labels", async () => {
  const warnings = await checkFolder(COMMITTED);
  assertEquals(warnings.length, 3, warnings.join("\n"));
  assertMatch(
    warnings[0]!,
    /leaves out 1 of 5 videos that are not in all sequences: "FACET 4.2" l/,
  );
  assertMatch(warnings[1]!, /leaves out pieces of 4 videos in which nothing is said: "vid_0"/);
  assertMatch(warnings[2]!, /has no splits: all samples are taken as split "train"/);
});

const hasH5py = (() => {
  try {
    return new Deno.Command("python3", { args: ["-c", "import numpy, h5py"] }).outputSync().success;
  } catch {
    return false;
  }
})();

Deno.test({
  name: `sequences that h5py writes now are joined so, too${hasH5py ? "" : " (skipped: no h5py)"}`,
  ignore: !hasH5py,
  async fn() {
    using folder = new TestFolder();
    const script = new URL("make_sequences.py", import.meta.url).pathname;
    const { success, stderr } = new Deno.Command("python3", { args: [script, folder.path] })
      .outputSync();
    assert(success, new TextDecoder().decode(stderr));
    await checkFolder(folder.path);
  },
});

/** Some of the committed sequences in a folder of their own, under other names. */
function copied(folder: TestFolder, names: Readonly<Record<string, string>>): void {
  for (const [from, to] of Object.entries(names)) {
    Deno.copyFileSync(`${COMMITTED}${from}.csd`, folder.at(`${to}.csd`));
  }
}

Deno.test("words alone are the pivot of what is heard, and labels are not needed", async () => {
  using folder = new TestFolder();
  copied(folder, { "CMU_words": "words", "CMU_COVAREP": "covarep" });
  await prepareData(folder.path);
  using dataset = loadDataset(folder.path, { protocol: "mosi" });
  const { ids, rawText, features, labels } = dataset.splits.test!;
  assertEquals([ids.length, labels, dataset.modalities], [5, null, ["audio"]]);
  // A step for each word, silence included.
  const said = rawText![0]!.split(" ").length;
  assert(features.audio!.lengths[0]! > said && said > 10);
});

Deno.test("a second sequence of a kind is told and not read", async () => {
  using folder = new TestFolder();
  copied(folder, { "CMU_glove_vectors": "z_glove" });
  for (const { name } of Deno.readDirSync(MADE)) Deno.copyFileSync(MADE + name, folder.at(name));
  await prepareData(folder.path);
  const { problems } = inspectDataset(folder.path, "mosi");
  const messages = problems.map(({ message }) => message);
  const wanted = 'ignores the computational sequence "glove_vectors": ' +
    '"CMU_MADE_TimestampedWordVectors" is text already';
  assert(messages.includes(wanted), messages.join("\n"));
  using dataset = loadDataset(folder.path, { protocol: "mosi" });
  checkSplit(dataset.splits.train!);
});

Deno.test("a table of videos divides sequences into splits", async () => {
  await prepareData(COMMITTED);
  using folder = new TestFolder();
  const labelFile = folder.at("folds.csv");
  const fold = (rows: string) => Deno.writeTextFileSync(labelFile, `video_id,mode\n${rows}`);
  const load = () => loadDataset(COMMITTED, { protocol: "mosi", labelColumn: 0, labelFile });
  fold("vid_0,train\nvid_1,train\nvid_3,dev\nvid_4,test\n");
  using dataset = load();
  const videosOf = (split: "train" | "valid" | "test") =>
    new Set(dataset.splits[split]!.ids.map((id) => id.slice(0, 5)));
  assertEquals(videosOf("train"), new Set(["vid_0", "vid_1"]));
  assertEquals([videosOf("valid"), videosOf("test")], [new Set(["vid_3"]), new Set(["vid_4"])]);
  assertEquals(dataset.splits.test!.labels!.length, 3);
  fold("vid_0,train\nvid_1,dev\nvid_3,test\n");
  assertThrows(load, DataError, "has 3 of 12 samples that");
});

Deno.test("sequences without a video in common are an error that counts them", async () => {
  using folder = new TestFolder();
  copied(folder, { "CMU_COVAREP": "a" });
  Deno.copyFileSync(`${MADE}Opinion_Segment_Labels.csd`, folder.at("labels.csd"));
  await prepareData(folder.path);
  assertThrows(
    () => loadDataset(folder.path, { protocol: "mosi" }),
    DataError,
    'Cannot join 2 computational sequences: none of 8 videos is in all of them ("COVAREP" lacks 3, ' +
      '"Opinion_Segment_Labels" lacks 5), expected the same videos',
  );
});
