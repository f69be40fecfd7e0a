/** Reading data: a large pickle beside Python's, and the first batch of a store. */

import { join } from "node:path";
import { convertDataset } from "../../mod.ts";
import { type PickleShape, writeBenchPickle } from "./pickles.ts";
import { type Bench, hasPython, type Result, resultOf, runJson, script } from "./results.ts";

/** MOSEI's shapes; 88,525 numbers a sample. */
const FEATURES = { text: [50, 768], audio: [500, 74], vision: [375, 35] } as const;
const SIZES: readonly PickleShape[] = [
  { samples: { train: 100, valid: 20, test: 37 }, features: FEATURES },
  { samples: { train: 860, valid: 150, test: 250 }, features: FEATURES },
];
const PYTHON = `
import json, pickle, sys, time
started = time.perf_counter()
with open(sys.argv[1], "rb") as file:
    pickle.load(file)
print(json.dumps({"seconds": time.perf_counter() - started}))
`;

interface Seconds {
  readonly seconds: number;
}

/** A pickle against `pickle.load`, then the store made of it; neither needs an engine. */
export const load: Bench = {
  name: "load",
  withoutEngine: true,
  async *run({ folder, pairs }): AsyncGenerator<Result> {
    Deno.mkdirSync(folder, { recursive: true });
    const hasNumpy = await hasPython("numpy");
    const read = async (what: "read" | "load" | "batch", path: string) =>
      (await runJson<Seconds>(Deno.execPath(), script("load_data.ts", [what, path]))).seconds;
    for (const shape of SIZES) {
      const pickle = join(folder, "data.pkl"), store = join(folder, "store");
      writeBenchPickle(pickle, shape);
      convertDataset(pickle, store, { protocol: "mosei" });
      const size = `${Math.round(Deno.statSync(pickle).size / 1e6)} MB`;
      const arrays: number[] = [], checked: number[] = [];
      const theirs: number[] = [], batch: number[] = [];
      for (let pair = 0; pair < pairs; pair++) {
        arrays.push(await read("read", pickle));
        if (hasNumpy) {
          theirs.push((await runJson<Seconds>("python3", ["-c", PYTHON, pickle])).seconds);
        }
        checked.push(await read("load", pickle));
        batch.push(await read("batch", store));
      }
      const memory = new Map<string, number>();
      for (const layout of ["MMSA", "MulT"] as const) {
        const path = join(folder, `${layout}.pkl`);
        writeBenchPickle(path, shape, layout);
        const { bytes } = await runJson<{ bytes: number }>(
          Deno.execPath(),
          script("load_data.ts", ["convert", path]),
        );
        memory.set(layout, bytes / 1e6);
      }
      yield* [
        // What a file is turned and renamed for must cost no copy of it.
        resultOf(
          `convert pickle of ${size}, MulT's layout, most memory`,
          "none",
          "MB",
          [memory.get("MulT")!],
          [memory.get("MMSA")!],
        ),
        resultOf(`load pickle of ${size}, arrays`, "none", "s", arrays, theirs),
        resultOf(`load pickle of ${size}, checked`, "none", "s", checked, theirs),
        resultOf(`load store of ${size}, first batch`, "none", "s", batch, []),
      ];
      Deno.removeSync(folder, { recursive: true });
      Deno.mkdirSync(folder);
    }
  },
};
