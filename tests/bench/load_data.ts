/**
 * `load_data.ts read|load|batch PATH`: seconds until the arrays of a pickle are in memory, until a
 * dataset is loaded, with all checks, or until its first batch is read. `load_data.ts convert PATH`:
 * seconds to make a store beside it, and the most memory that it takes.
 */

import { batchOrder, convertDataset, openDataset } from "../../lib/data/mod.ts";
import { peakMemory } from "../../lib/training/versions.ts";
import { loadDataset, MODALITIES, RandomStream } from "../../mod.ts";

const BATCH = 32;

/** What `pickle.load` does: every array, and no look at what is in it. */
function readArrays(path: string): void {
  using source = openDataset(path);
  for (const { columns } of Object.values(source.splits)) {
    for (const { values, samples, steps, width } of Object.values(columns)) {
      values.readFloat32(0, new Float32Array(samples * steps * width));
    }
  }
}

function load(path: string, withBatch: boolean): void {
  using dataset = loadDataset(path, { protocol: "mosei" });
  const train = dataset.splits.train!;
  if (!withBatch) return;
  const random = RandomStream.fromSeed(1);
  const [first] = batchOrder(train.samples, BATCH, (n) => random.permutation(n));
  for (const modality of MODALITIES) {
    const column = train.features[modality]!;
    column.read(first!, new Float32Array(BATCH * column.steps * column.width));
  }
}

const [what = "load", path = ""] = Deno.args;
const started = performance.now();
if (what === "read") readArrays(path);
else if (what === "convert") convertDataset(path, `${path}_store`, { protocol: "mosei" });
else load(path, what === "batch");
const seconds = (performance.now() - started) / 1000;
console.log(JSON.stringify({ seconds, bytes: peakMemory() }));
