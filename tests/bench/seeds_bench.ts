/** Several seeds of Self-MM in the shapes of MOSI, together and as commands of their own. */

import { join } from "node:path";
import { type PickleShape, writeBenchPickle } from "./pickles.ts";
import { type Bench, type Result, resultOf } from "./results.ts";
import { measureTree, type Taken } from "./tree_memory.ts";

const SEEDS = [1, 2, 3, 4, 5];
const EPOCHS = 3;

const FULL: PickleShape = {
  samples: { train: 1284, valid: 229, test: 686 },
  features: { text: [50, 768], audio: [375, 5], vision: [500, 20] },
};
const ALIGNED: PickleShape = {
  ...FULL,
  features: { text: [50, 768], audio: [50, 5], vision: [50, 20] },
};

/** `train --seeds` and `study --jobs 2` beside one `train` a seed; memory beside that of one. */
export const seeds: Bench = {
  name: "seeds",
  async *run({ folder, engine, pairs }): AsyncGenerator<Result> {
    Deno.mkdirSync(folder, { recursive: true });
    const data = join(folder, "mosi.pkl"), study = join(folder, "seeds.json");
    // On the other engines the long sequences take minutes.
    writeBenchPickle(data, engine === "tensorflow" ? FULL : ALIGNED);
    const cells = [{ model: "self-mm", settings: { epochs: EPOCHS } }];
    Deno.writeTextFileSync(
      study,
      JSON.stringify({ data: [data], protocol: "mosi", seeds: SEEDS, cells }),
    );
    const single: number[] = [], together: number[] = [], studied: number[] = [];
    const one: Taken[] = [], two: Taken[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      const out = ["--engine", engine, "--out", join(folder, `runs_${engine}_${pair}`)];
      const task = (...words: string[]) =>
        measureTree(Deno.execPath(), ["task", "-q", ...words, ...out]);
      const flags = ["--model", "self-mm", "--data", data, "--protocol", "mosi"];
      const train = (name: string, seeds: readonly number[]) =>
        task("train", ...flags, "--epochs", `${EPOCHS}`, "--seeds", seeds.join(), "--name", name);
      const alone: Taken[] = [];
      for (const seed of SEEDS) alone.push(await train("alone", [seed]));
      single.push(alone.reduce((sum, { seconds }) => sum + seconds, 0));
      together.push((await train("together", SEEDS)).seconds);
      const taken = await task("study", study, "--jobs", "2");
      studied.push(taken.seconds);
      one.push(alone[0]!);
      two.push(taken);
      Deno.removeSync(join(folder, `runs_${engine}_${pair}`), { recursive: true });
    }
    Deno.removeSync(folder, { recursive: true });
    const bytes = (taken: readonly Taken[]) => taken.map(({ peakBytes }) => (peakBytes ?? 0) / 1e6);
    const memory = one.some(({ peakBytes }) => peakBytes === null)
      ? []
      : [resultOf("seeds memory study --jobs 2 / one train", engine, "MB", bytes(two), bytes(one))];
    const name = `${SEEDS.length} seeds, ${EPOCHS} epochs`;
    yield* [
      resultOf(`${name}: train --seeds / a train each`, engine, "s", together, single),
      resultOf(`${name}: study --jobs 2 / a train each`, engine, "s", studied, single),
      ...memory,
    ];
  },
};
