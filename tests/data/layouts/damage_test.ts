import { assert } from "@std/assert";
import { join } from "node:path";
import { DataError } from "../../../lib/core/errors.ts";
import { RandomStream } from "../../../lib/core/random.ts";
import { loadDataset, type LoadOptions } from "../../../lib/data/load.ts";
import { prepareData } from "../../../lib/data/prepare.ts";
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

/** Loads damaged copies; anything but data or a typed error fails. */
function loadDamaged(file: string, options: LoadOptions): void {
  const bytes = Deno.readFileSync(join(COMMITTED, file));
  const folder = Deno.makeTempDirSync();
  const path = join(folder, file.replace(/^.*\//, ""));
  const random = RandomStream.fromSeed(13).split(file);
  let refused = 0;
  try {
    for (let copy = 0; copy < COPIES; copy++) {
      Deno.writeFileSync(path, damaged(bytes, random.split(String(copy))));
      try {
        loadDataset(path, { protocol: "mosi", ...options }).close();
      } catch (error) {
        assert(error instanceof DataError, `copy ${copy}: ${error}\n${(error as Error).stack}`);
        refused++;
      }
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
  assert(refused > COPIES / 10, `${refused} of ${COPIES} were refused`);
}

const columns = { text: [0, 3], audio: [3, 5], vision: [5, 7] } as const;

for (const { name, isFile } of Deno.readDirSync(COMMITTED)) {
  if (!isFile || name.endsWith(".csv")) continue;
  Deno.test(`loadDataset() reads damaged copies of ${name} or names what is wrong`, () => {
    const needsColumns = name.startsWith("one_array") || name.startsWith("features_and");
    loadDamaged(name, needsColumns ? { columns } : {});
  });
}

Deno.test("loadDataset() reads damaged copies of HDF5 files or names what is wrong", async () => {
  const file = "sequences/CMU_MADE_COVAREP.csd";
  await prepareData(join(COMMITTED, file));
  loadDamaged(file, {});
});
