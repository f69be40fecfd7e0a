import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DataError, RunError } from "../../lib/core/errors.ts";
import type { Engine } from "../../lib/engine/mod.ts";
import type { Setting } from "../../lib/models/mod.ts";
import {
  loadCheckpoint,
  saveCheckpoint,
  type TrainingProgress,
} from "../../lib/training/checkpoint.ts";
import type { FitOptions } from "../../lib/training/trainer.ts";
import {
  copyWeights,
  readWeights,
  type Weights,
  writeWeights,
} from "../../lib/training/weights.ts";
import { forEachEngine } from "../engine/engines.ts";
import { smallData } from "../models/small.ts";
import { fitSmall, SmallLearner, withFolder } from "./small.ts";

const SETTINGS = { epochs: 3, earlyStop: 2 };
const BATCHES = 9;

/** Trains with a checkpoint after every batch. */
async function train(
  engine: Engine,
  path: string,
  options: Partial<FitOptions> & { resume: boolean; settings?: never },
  settings: Readonly<Record<string, Setting>> = SETTINGS,
): Promise<number> {
  const dataset = smallData();
  const { resume, ...rest } = options;
  // Nothing of an earlier learner is left: the process might be another one.
  using learner = new SmallLearner(engine, dataset, settings);
  let batches = 0;
  await fitSmall(learner, dataset, {
    engine: engine.name,
    checkpoint: { path, seconds: 0, resume },
    ...rest,
    onBatch: (...args) => {
      batches++;
      rest.onBatch?.(...args);
    },
  });
  return batches;
}

/** All that a checkpoint holds, without the seconds. */
function contentOf(path: string): { weights: Weights; rest: unknown } {
  const { weights, metadata } = readWeights(path);
  const progress = JSON.parse(metadata["progress"]!) as TrainingProgress;
  const history = progress.history.map((record) => ({ ...record, seconds: 0, tensors: 0 }));
  return { weights, rest: { ...metadata, progress: { ...progress, history } } };
}

/** Batches to stop after: in the middle of a group and of an epoch, and at the end of both. */
const STOPS = { reference: [1, 3, 4, 5, 8], robust: [6] };

for (const [mode, stops] of Object.entries(STOPS)) {
  forEachEngine(
    `fit() resumed in the middle of an epoch ends as if never stopped, in ${mode} mode`,
    async (engine) => {
      await withFolder(async (folder) => {
        const settings = { ...SETTINGS, mode };
        const whole = join(folder, "whole");
        assertEquals(await train(engine, whole, { resume: false }, settings), BATCHES);
        const expected = contentOf(whole);
        for (const stop of stops) {
          const path = join(folder, `stopped at ${stop}`);
          const controller = new AbortController();
          let batches = 0;
          const first = train(engine, path, {
            resume: false,
            signal: controller.signal,
            onBatch: () => ++batches === stop ? controller.abort(new Error("stop")) : null,
          }, settings);
          await assertRejects(() => first, Error, "stop");
          assertEquals(await train(engine, path, { resume: true }, settings), BATCHES - stop);
          assertEquals(contentOf(path), expected, `stopped after batch ${stop}`);
        }
      });
    },
  );
}

forEachEngine("fit() resumed after any epoch ends as if never stopped", async (engine) => {
  await withFolder(async (folder) => {
    const whole = join(folder, "whole");
    await train(engine, whole, { resume: false });
    for (const epoch of [1, 2, 3]) {
      const path = join(folder, `${epoch}`);
      const crash = train(engine, path, {
        resume: false,
        onEpoch: (record) => {
          if (record.epoch === epoch) throw new Error("crash");
        },
      });
      await assertRejects(() => crash, Error, "crash");
      let finished = -1;
      const best: number[] = [];
      const rest = await train(engine, path, {
        resume: true,
        onStart: (epochs) => finished = epochs,
        onBest: (_, epoch) => best.push(epoch),
      });
      assertEquals([finished, rest], [epoch, BATCHES - 3 * epoch]);
      assert(best[0]! >= 1 && best[0]! <= epoch, "the best of before is told");
      assertEquals(contentOf(path), contentOf(whole), `epoch ${epoch}`);
    }
  });
});

forEachEngine("fit() resumed knows the best error and epoch of before", async (engine) => {
  const errors = [1, 2, 3, 1.5, 4, 4, 4];
  await withFolder(async (folder) => {
    const path = join(folder, "state");
    let epochs = 0;
    const evaluate = () => ({ mae: errors[epochs]! });
    const settings = { epochs: 9, earlyStop: 4, batchSize: 21 };
    const crash = train(engine, path, {
      resume: false,
      evaluate,
      onEpoch: () => {
        if (++epochs === 2) throw new Error("crash");
      },
    }, settings);
    await assertRejects(() => crash, Error, "crash");
    const best: number[] = [];
    await train(engine, path, {
      resume: true,
      evaluate,
      onBest: (_, epoch) => best.push(epoch),
      onEpoch: () => epochs++,
    }, settings);
    // Epoch 4 is no better than epoch 1, and no epoch is within four.
    assertEquals([best, epochs], [[1], 5]);
  });
});

forEachEngine(
  "fit() with resume starts where there is no checkpoint, and without does anew",
  async (engine) => {
    await withFolder(async (folder) => {
      const path = join(folder, "state");
      assertEquals(await train(engine, path, { resume: true }), BATCHES);
      assertEquals(await train(engine, path, { resume: true }), 0);
      assertEquals(await train(engine, path, { resume: false }), BATCHES);
    });
  },
);

/** A learner after an epoch, with its checkpoint at `path`. */
async function withCheckpoint(
  engine: Engine,
  test: (path: string, learner: SmallLearner) => void | Promise<void>,
): Promise<void> {
  const dataset = smallData();
  using learner = new SmallLearner(engine, dataset);
  await learner.epoch(dataset, 1);
  const progress: TrainingProgress = {
    engine: engine.name,
    epoch: 2,
    batches: 0,
    sums: { total: 0.1 + 0.2 },
    bestEpoch: 1,
    bestLoss: 1 / 3,
    finished: false,
    history: [],
  };
  await withFolder(async (folder) => {
    const path = join(folder, "deep", "state.safetensors");
    const best = new Map([["w", { shape: [1], values: Float32Array.of(0.1) }]]);
    await saveCheckpoint(path, learner, best, progress);
    const { best: found, progress: read } = loadCheckpoint(path, learner, engine.name)!;
    assertEquals([found, read], [best, progress]);
    await test(path, learner);
  });
}

forEachEngine(
  "loadCheckpoint() takes an older file, which has sums that nobody asks for",
  async (engine) => {
    const dataset = smallData(), settings = { updateEpochs: 1 };
    await withFolder(async (folder) => {
      using older = new SmallLearner(engine, dataset, settings);
      await older.epoch(dataset, 1);
      older.makeSums();
      const path = join(folder, "state.safetensors");
      const progress = { epoch: 2, batches: 0, sums: {}, history: [], finished: false };
      const scores = { bestEpoch: 1, bestLoss: 1 };
      await saveCheckpoint(path, older, new Map(), { engine: engine.name, ...progress, ...scores });
      assert([...readWeights(path).weights.keys()].some((name) => name.startsWith("gradient/")));
      using resumed = new SmallLearner(engine, dataset, settings);
      loadCheckpoint(path, resumed, engine.name);
      for (const learner of [older, resumed]) await learner.epoch(dataset, 2);
      assertEquals(await copyWeights(resumed.variables()), await copyWeights(older.variables()));
    });
  },
);

forEachEngine("loadCheckpoint() gives null where there is none", (engine) => {
  using learner = new SmallLearner(engine, smallData());
  assertEquals(loadCheckpoint("/no/such/file", learner, engine.name), null);
});

forEachEngine(
  "loadCheckpoint() refuses another engine, which would not give the same bytes",
  async (engine) => {
    await withCheckpoint(engine, (path, learner) => {
      const other = engine.name === "cpu" ? "tensorflow" : "cpu";
      const load = () => loadCheckpoint(path, learner, other);
      assertThrows(load, RunError, `on engine "${other}": it was made on "${engine.name}"`);
    });
  },
);

forEachEngine("loadCheckpoint() refuses a checkpoint of another network", async (engine) => {
  await withCheckpoint(engine, (path) => {
    using wider = new SmallLearner(engine, smallData(), { postTextDim: 7 });
    const load = () => loadCheckpoint(path, wider, engine.name);
    assertThrows(load, RunError, '"parameter/post_text_layer_1.weight" has shape [6,6]');
    using longer = new SmallLearner(engine, smallData({ n: 22 }));
    assertThrows(() => loadCheckpoint(path, longer, engine.name), RunError, "memory/");
  });
});

forEachEngine(
  "loadCheckpoint() refuses a damaged file with a DataError, and leaves it",
  async (engine) => {
    await withCheckpoint(engine, (path, learner) => {
      const whole = Deno.readFileSync(path);
      const load = () => loadCheckpoint(path, learner, engine.name);
      for (const length of [0, 5, 100, whole.length >> 1, whole.length - 1]) {
        Deno.writeFileSync(path, whole.subarray(0, length));
        assertThrows(load, DataError, path);
        assertEquals(Deno.readFileSync(path).length, length);
      }
      Deno.writeFileSync(path, whole);
      const { weights, metadata } = readWeights(path);
      const broken: Record<string, string>[] = [
        {},
        { ...metadata, progress: "{" },
        { ...metadata, progress: "null" },
        { ...metadata, progress: '{"engine":"cpu"}' },
        { progress: metadata["progress"]! },
        { ...metadata, optimizerSteps: "many" },
      ];
      for (const metadata of broken) {
        writeWeights(path, weights, metadata);
        assertThrows(load, DataError, `Cannot resume from "${path}"`);
      }
    });
  },
);
