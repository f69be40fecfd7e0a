import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { DataError } from "../../../lib/core/errors.ts";
import { inspectDataset } from "../../../lib/data/checks/inspect.ts";
import { loadDataset, type LoadOptions } from "../../../lib/data/load.ts";
import type { SplitName } from "../../../lib/data/modality.ts";
import { prepareData } from "../../../lib/data/prepare.ts";
import {
  checkDataset,
  checkSplit,
  COMMITTED,
  type Having,
  idsOf,
  wordsOf,
} from "./made_dataset.ts";

/** A file, the name of its layout, and what it lacks of the dataset. */
interface Case {
  readonly file: string;
  readonly layout: string;
  readonly having?: Having;
  readonly options?: LoadOptions;
  readonly renamed?: readonly string[];
  readonly words?: boolean;
}

function made(split: SplitName): string[] {
  return idsOf(split).map((_, i) => `${split}_${i}`);
}
const columns = { text: [0, 3], audio: [3, 5], vision: [5, 7] } as const;

const CASES: readonly Case[] = [
  { file: "mmsa.pkl", layout: "MMSA", words: true },
  { file: "nested.pkl", layout: "MMSA", words: true },
  { file: "wrapped.pkl", layout: "MMSA", words: true },
  { file: "object.npz", layout: "MMSA", words: true },
  { file: "mult.pkl", layout: "MulT", renamed: ["labels → regression_labels"] },
  {
    file: "lmf.pkl",
    layout: "splits with other names (LMF, MFN)",
    having: { ids: made },
    renamed: [
      "glove → text",
      "covarep → audio",
      "facet → vision",
      "label → regression_labels",
    ],
  },
  {
    file: "mag.pkl",
    layout: "MAG-BERT and MISA",
    having: { modalities: ["audio", "vision"] },
    renamed: ["dev → valid"],
    words: true,
  },
  {
    file: "misa.pkl",
    layout: "MAG-BERT and MISA",
    having: { modalities: ["audio", "vision"] },
    words: true,
  },
  {
    file: "sdk_tensors.pkl",
    layout: "CMU SDK tensors",
    having: { ids: made },
    renamed: ["FACET 4.2 → vision"],
  },
  { file: "by_modality.pkl", layout: "modalities of splits" },
  { file: "named.npz", layout: "splits in the names" },
  { file: "flat_mode.pkl", layout: "one dictionary of all samples", words: true },
  { file: "clip_list.pkl", layout: "MMSA-FET's list of clips", renamed: ["video → vision"] },
  { file: "clips_by_id.pkl", layout: "clips by id", renamed: ["visual → vision"] },
  { file: "split_of_ids.pkl", layout: "MulT" },
  { file: "ids_of_clips.pkl", layout: "clips by id", renamed: ["label_M → regression_labels"] },
  {
    file: "modality_of_ids.pkl",
    layout: "one dictionary of all samples",
    options: { labelFile: `${COMMITTED}label.csv` },
    words: true,
  },
  {
    file: "folded.pkl",
    layout: "splits with other names (LMF, MFN)",
    renamed: ["label_T → regression_labels_T"],
  },
  {
    file: "among_others.pkl",
    layout: "splits with other names (LMF, MFN)",
    renamed: ["src-text → text", "openface_au → vision", "tgt → regression_labels"],
    words: true,
  },
  { file: "one_array.pkl", layout: "splits with other names (LMF, MFN)", options: { columns } },
  { file: "features_and_labels.pkl", layout: "one array of all columns", options: { columns } },
  {
    file: "without_labels.pkl",
    layout: "MMSA",
    options: { labelFile: `${COMMITTED}label.csv` },
    words: true,
  },
  {
    file: "without_labels.pkl",
    layout: "MMSA",
    options: {
      files: { audio: `${COMMITTED}audio_only.pkl`, vision: `${COMMITTED}vision_by_id.pkl` },
    },
    having: { labels: false },
    words: true,
  },
  {
    file: "vision_by_id.pkl",
    layout: "one array of all columns",
    options: {
      files: { vision: `${COMMITTED}vision_by_id.pkl`, audio: `${COMMITTED}audio_only.pkl` },
      labelFile: `${COMMITTED}label.csv`,
    },
    having: { modalities: ["audio", "vision"] },
    words: true,
  },
  {
    file: "label.csv",
    layout: "a table of labels and a file a modality",
    options: { files: { audio: `${COMMITTED}audio_only.pkl` } },
    having: { modalities: ["audio"] },
    words: true,
  },
];

/** Whether Python has numpy. */
const hasNumpy = (() => {
  try {
    const { success } = new Deno.Command("python3", { args: ["-c", "import numpy"] }).outputSync();
    return success;
  } catch {
    return false;
  }
})();

function check(folder: string, { file, layout, having, options, renamed, words }: Case): void {
  const moved = JSON.parse(JSON.stringify(options ?? {}).replaceAll(COMMITTED, folder));
  using dataset = loadDataset(`${folder}${file}`, { protocol: "mosi", ...moved });
  checkDataset(dataset, having);
  if (words) {
    for (const { name, rawText } of Object.values(dataset.splits)) {
      assertEquals([...rawText!], wordsOf(name));
    }
  }
  const inspection = inspectDataset(`${folder}${file}`, "mosi", moved);
  assertEquals(inspection.layout, layout);
  for (const name of renamed ?? []) assert(inspection.renamed.includes(name), name);
}

for (const item of CASES) {
  const { file, options } = item;
  const flags = options === undefined ? "" : ` with ${Object.keys(options).join(" and ")}`;
  Deno.test(`loadDataset() reads ${file}${flags}`, () => check(COMMITTED, item));
}

Deno.test({
  name: `loadDataset() reads what Python writes now${hasNumpy ? "" : " (skipped: no numpy)"}`,
  ignore: !hasNumpy,
  fn() {
    const folder = `${Deno.makeTempDirSync()}/`;
    const script = new URL("make_layouts.py", import.meta.url).pathname;
    const { success, stderr } = new Deno.Command("python3", { args: [script, folder] })
      .outputSync();
    assert(success, new TextDecoder().decode(stderr));
    for (const item of CASES) check(folder, item);
    Deno.removeSync(folder, { recursive: true });
  },
});

Deno.test("loadDataset() reads a single clip, which has no splits", () => {
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  using dataset = loadDataset(`${COMMITTED}single_clip.pkl`, { onWarning });
  checkSplit(dataset.splits.test!, { ids: () => ["test_0"], labels: false, samples: [3] });
  assertMatch(warnings.join("\n"), /has no splits: all samples are taken as split "test"/);
  assertMatch(warnings.join("\n"), /split "test" has no ids: samples are named "test_0"/);
});

Deno.test("loadDataset() turns MulT's padding to the end and says so once", () => {
  const warnings: string[] = [];
  loadDataset(`${COMMITTED}mult.pkl`, {
    protocol: "mosi",
    onWarning: (message) => warnings.push(message),
  });
  assertEquals(warnings.length, 1);
  assertMatch(warnings[0]!, /text and audio and vision padded with zeros at the front/);
  const { padding } = inspectDataset(`${COMMITTED}mult.pkl`, "mosi");
  assertEquals(padding, { text: "front", audio: "front", vision: "front" });
  assertEquals(inspectDataset(`${COMMITTED}lmf.pkl`, "mosi").padding.text, "end");
});

Deno.test("loadDataset() joins the computational sequences of a folder", async () => {
  const path = `${COMMITTED}sequences`;
  await prepareData(path);
  using dataset = loadDataset(path, { protocol: "mosi" });
  assertEquals(Object.keys(dataset.splits), ["train"]);
  checkSplit(dataset.splits.train!);
  assertEquals(inspectDataset(path).layout, "CMU SDK computational sequences");
});

Deno.test("loadDataset() joins computational sequences that flags name", async () => {
  const at = (name: string) => `${COMMITTED}sequences/${name}.csd`;
  const path = at("CMU_MADE_TimestampedWordVectors");
  const options = {
    files: { audio: at("CMU_MADE_COVAREP"), vision: at("FACET_4.2") },
    labelFile: at("Opinion_Segment_Labels"),
  };
  await prepareData(path, options);
  using dataset = loadDataset(path, { protocol: "mosi", ...options });
  checkSplit(dataset.splits.train!);
});

Deno.test("inspectDataset() takes one computational sequence for a part", async () => {
  const path = `${COMMITTED}sequences/CMU_MADE_COVAREP.csd`;
  await prepareData(path);
  const { ok, problems } = inspectDataset(path);
  assertEquals([ok, problems[0]!.code], [true, "part-of-dataset"]);
  assertMatch(problems[0]!.message, /one computational sequence, "CMU_MADE_COVAREP" \(audio\)/);
  const labels = `${COMMITTED}sequences/Opinion_Segment_Labels.csd`;
  assertMatch(inspectDataset(labels).problems[0]!.message, /sequence, "Opinion_Segment_Labels"/);
});

Deno.test("loadDataset() asks for the columns of one array, and refuses those beyond it", () => {
  const path = `${COMMITTED}one_array.pkl`;
  assertThrows(() => loadDataset(path), DataError, "one array of 7 columns, expected --columns");
  assertThrows(
    () => loadDataset(path, { columns: { text: [0, 8] } }),
    DataError,
    'split "train", "valid", "test" has 7 columns, expected 8 for --columns text=0:8',
  );
});

Deno.test("loadDataset() refuses a table of labels that lacks samples", () => {
  const labelFile = Deno.makeTempFileSync({ suffix: ".csv" });
  Deno.writeTextFileSync(labelFile, "video_id,clip_id,label\ntrain0,0,1\n");
  assertThrows(
    () => loadDataset(`${COMMITTED}without_labels.pkl`, { labelFile }),
    DataError,
    'split "train" has 5 of 6 samples that',
  );
  Deno.writeTextFileSync(labelFile, "video_id,clip_id,label\ntrain0,0,1\ntrain0,1,good\n");
  assertThrows(
    () => loadDataset(`${COMMITTED}without_labels.pkl`, { labelFile }),
    DataError,
    'line 3 has the label "good", expected a number',
  );
  Deno.removeSync(labelFile);
});

Deno.test("loadDataset() takes whole videos of train as valid", () => {
  using whole = loadDataset(`${COMMITTED}flat_mode.pkl`, { protocol: "mosi" });
  assertThrows(
    () => loadDataset(`${COMMITTED}flat_mode.pkl`, { valid: 0.3 }),
    DataError,
    "it has one of 3 samples, expected none with --valid",
  );
  assertEquals(whole.splits.valid!.samples, 3);
  const options = { protocol: "mosi", labelFile: `${COMMITTED}label.csv` } as const;
  const path = `${COMMITTED}sequences`;
  using dataset = loadDataset(path, { protocol: "mosi", valid: 0.3 });
  const { train, valid } = dataset.splits;
  assertEquals([train!.samples, valid!.samples], [4, 2]);
  const [video] = valid!.ids[0]!.split("$_$");
  assert(valid!.ids.every((id) => id.startsWith(`${video}$_$`)));
  assert(train!.ids.every((id) => !id.startsWith(`${video}$_$`)));
  const samples = valid!.ids.map((id) => idsOf("train").indexOf(id));
  checkSplit({ ...valid!, name: "train" }, { ids: () => [...valid!.ids], samples });
  assertEquals(options.protocol, "mosi");
});
