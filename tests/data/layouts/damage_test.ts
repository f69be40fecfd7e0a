import { assert } from "@std/assert";
import { basename, join } from "node:path";
import { DataError } from "../../../lib/core/errors.ts";
import { RandomStream } from "../../../lib/core/random.ts";
import { loadDataset, type LoadOptions } from "../../../lib/data/load.ts";
import { prepareData } from "../../../lib/data/prepare.ts";
import { encoderShapes } from "../../../lib/nn/text_encoder.ts";
import { BertFolder } from "../../../lib/nn/bert_folder.ts";
import { TestFolder } from "../mmsa_file.ts";
import { COMMITTED } from "./made_dataset.ts";

const COPIES = 2000;

/** A copy with some bytes changed, cut out or put in, or cut off. */
function damaged(bytes: Uint8Array, random: RandomStream): Uint8Array<ArrayBuffer> {
  const kind = random.integer(4);
  const at = random.integer(bytes.length);
  if (kind === 0) return new Uint8Array(bytes.subarray(0, at));
  const copy = new Uint8Array(bytes);
  if (kind === 1) {
    const from = random.integer(bytes.length);
    copy.copyWithin(at, from, from + 1 + random.integer(64));
    return copy;
  }
  for (let i = 0; i <= random.integer(6); i++) {
    copy[random.integer(copy.length)]! = random.integer(256);
  }
  return copy;
}

/** Reads damaged copies; anything but data or a typed error fails. */
function readDamaged(file: string, read: (path: string) => void, copies = COPIES): void {
  const bytes = Deno.readFileSync(file);
  const folder = Deno.makeTempDirSync();
  const path = join(folder, basename(file));
  const random = RandomStream.fromSeed(13).split(basename(file));
  let refused = 0;
  try {
    for (let copy = 0; copy < copies; copy++) {
      Deno.writeFileSync(path, damaged(bytes, random.split(String(copy))));
      try {
        read(path);
      } catch (error) {
        assert(error instanceof DataError, `copy ${copy}: ${error}\n${(error as Error).stack}`);
        refused++;
      }
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
  assert(refused > copies / 10, `${refused} of ${copies} were refused`);
}

function load(options: LoadOptions): (path: string) => void {
  return (path) => loadDataset(path, { protocol: "mosi", ...options }).close();
}

const columns = { text: [0, 3], audio: [3, 5], vision: [5, 7] } as const;

const TORCH = join(COMMITTED, "..", "torch");

for (const folder of [COMMITTED, TORCH]) {
  for (const { name, isFile } of Deno.readDirSync(folder)) {
    if (!isFile || /\.(csv|bin)$|^(kinds|module|sparse)/.test(name)) continue;
    Deno.test(`loadDataset() reads damaged copies of ${name} or names what is wrong`, () => {
      const needsColumns = name.startsWith("one_array") || name.startsWith("features_and");
      readDamaged(join(folder, name), load(needsColumns ? { columns } : {}));
    });
  }
}

Deno.test("loadDataset() reads damaged copies of HDF5 files or names what is wrong", async () => {
  const file = join(COMMITTED, "sequences", "CMU_MADE_COVAREP.csd");
  await prepareData(file);
  readDamaged(file, load({}));
});

Deno.test("BertFolder reads damaged copies of pytorch_model.bin or names what is wrong", () => {
  using folder = new TestFolder();
  const tiny = join(COMMITTED, "..", "bert_tiny");
  Deno.copyFileSync(join(tiny, "config.json"), folder.at("config.json"));
  readDamaged(join(TORCH, "pytorch_model.bin"), (path) => {
    Deno.copyFileSync(path, folder.at("pytorch_model.bin"));
    using bert = new BertFolder(folder.path);
    for (const name of encoderShapes(bert.config).keys()) bert.values(name);
  });
});

Deno.test("loadDataset() joins damaged tables of labels or names what is wrong", () => {
  const path = join(COMMITTED, "without_labels.pkl");
  readDamaged(
    join(COMMITTED, "label.csv"),
    (labelFile) => loadDataset(path, { protocol: "mosi", labelFile }).close(),
  );
});

Deno.test("loadDataset() joins damaged sequences or names what is wrong", async () => {
  using folder = new TestFolder();
  const sequences = join(COMMITTED, "sequences");
  for (const { name } of Deno.readDirSync(sequences)) {
    Deno.copyFileSync(join(sequences, name), folder.at(name));
  }
  await prepareData(folder.path);
  for (const name of ["CMU_MADE_TimestampedWordVectors.csd", "Opinion_Segment_Labels.csd"]) {
    readDamaged(join(sequences, name), (path) => {
      Deno.copyFileSync(path, folder.at(name));
      load({})(folder.path);
    }, COPIES / 10);
    Deno.copyFileSync(join(sequences, name), folder.at(name));
  }
});
