/** A whole command, from its start to the end of two epochs, beside a PyTorch script. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeBenchPickle } from "./pickles.ts";
import { type Bench, hasTorch, HERE, resultOf, ROOT, timeOf } from "./results.ts";

const EPOCHS = 2;
const SHARED = join(ROOT, "..", "shared", "data", "mosei_video.pkl");

/** The file's shape: one row a video. */
const SHAPE = {
  samples: { train: 505, valid: 72, test: 144 },
  features: { text: [1, 768], audio: [1, 40], vision: [1, 35] },
} as const;

/** Wall time of `train` on `mosei_video.pkl`, or on a made-up file of its shape where it is absent. */
export const command: Bench = {
  name: "command",
  async *run({ folder, engine, pairs }) {
    Deno.mkdirSync(folder, { recursive: true });
    const isHere = existsSync(SHARED);
    const data = isHere ? SHARED : join(folder, "mosei_video.pkl");
    if (!isHere) writeBenchPickle(data, SHAPE);
    const torch = await hasTorch();
    const ours: number[] = [], theirs: number[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      const flags = ["--model", "self-mm", "--data", data, "--protocol", "mosei"];
      const rest = ["--seeds", "1111", "--epochs", `${EPOCHS}`, "--engine", engine];
      const out = ["--out", join(folder, `runs_${engine}_${pair}`)];
      const task = ["task", "-q", "train", ...flags, ...rest, ...out];
      ours.push(await timeOf(Deno.execPath(), task));
      if (torch) {
        theirs.push(await timeOf("python3", [join(HERE, "torch_train.py"), data, `${EPOCHS}`]));
      }
    }
    yield resultOf(`command train ${EPOCHS} epochs`, engine, "s", ours, theirs);
  },
};
