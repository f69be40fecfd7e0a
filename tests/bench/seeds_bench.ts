/** Several seeds of Self-MM in the shapes of MOSI, together and as commands of their own. */

import { join } from "node:path";
import { type PickleShape, writeBenchPickle } from "./pickles.ts";
import { type Bench, type Result, resultOf } from "./results.ts";
import { measureTree, type Taken } from "./tree_memory.ts";

/** As many as the field's habit asks for at most. */
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
/** How many of them are trained by a command each, for the mean. */
const ALONE = 3;
/** The fewest after which early stopping by MMSA's eight epochs can end a training. */
const EPOCHS = 9;

const FULL: PickleShape = {
  samples: { train: 1284, valid: 229, test: 686 },
  features: { text: [50, 768], audio: [375, 5], vision: [500, 20] },
};
const ALIGNED: PickleShape = {
  ...FULL,
  features: { text: [50, 768], audio: [50, 5], vision: [50, 20] },
};

/** `train --jobs 2` and `study --jobs 2` beside one `train` a seed; memory beside that of one. */
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
      const train = (name: string, seeds: readonly number[]) => {
        const words = ["--epochs", `${EPOCHS}`, "--seeds", seeds.join(), "--name", name];
        return task("train", ...flags, ...words, "--jobs", "2");
      };
      const alone: Taken[] = [];
      for (const seed of SEEDS.slice(0, ALONE)) alone.push(await train("alone", [seed]));
      const mean = alone.reduce((sum, { seconds }) => sum + seconds, 0) / ALONE;
      single.push(SEEDS.length * mean);
      const both = await train("together", SEEDS);
      together.push(both.seconds);
      studied.push((await task("study", study, "--jobs", "2")).seconds);
      one.push(alone[0]!);
      two.push(both);
      Deno.removeSync(join(folder, `runs_${engine}_${pair}`), { recursive: true });
    }
    Deno.removeSync(folder, { recursive: true });
    const bytes = (taken: readonly Taken[]) => taken.map(({ peakBytes }) => (peakBytes ?? 0) / 1e6);
    const memory = one.some(({ peakBytes }) => peakBytes === null)
      ? []
      : [resultOf("seeds memory train --jobs 2 / one train", engine, "MB", bytes(two), bytes(one))];
    const name = `${SEEDS.length} seeds, ${EPOCHS} epochs`;
    yield* [
      resultOf(`${name}: train --jobs 2 / a train each`, engine, "s", together, single),
      resultOf(`${name}: study --jobs 2 / a train each`, engine, "s", studied, single),
      ...memory,
    ];
  },
};
