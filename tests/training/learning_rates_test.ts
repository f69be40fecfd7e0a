import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { RandomStream } from "../../lib/core/random.ts";
import { openEngine, tf } from "../../lib/engine/mod.ts";
import { linearSchedule, Network, type Outputs, type RateSchedule } from "../../lib/models/mod.ts";
import { loadCheckpoint } from "../../lib/training/checkpoint.ts";
import { learnerOf } from "../../lib/training/learner_of.ts";
import { LearningRates } from "../../lib/training/learning_rates.ts";
import type { LoopSettings } from "../../lib/training/trainer.ts";
import { forEachEngine } from "../engine/engines.ts";
import { smallData, valuesOf } from "../models/small.ts";
import { fitOptions, fitSmall, SmallLearner, withFolder } from "./small.ts";

const PLACE = { epoch: 1, step: 0, steps: 1 };

Deno.test("a plateau reduces after more than its patience of epochs, as PyTorch does", () => {
  const rates = new LearningRates({ kind: "plateau", factor: 0.5, patience: 1 });
  // 1 − 1e-4 of the best is the bar: 0.99995 is no better than 1.
  const losses = [1, 0.99995, 0.9998, 0.9999, 0.9999, 0.9999, 0.9999, 0.1];
  const factors = losses.map((loss) => {
    rates.observe(loss);
    return rates.factorAt(PLACE);
  });
  assertEquals(factors, [1, 1, 1, 1, 0.5, 0.5, 0.25, 0.25]);
});

Deno.test("a plateau goes on from its state", () => {
  const schedule = { kind: "plateau", factor: 0.1, patience: 1 } as const;
  const first = new LearningRates(schedule);
  first.observe(1);
  first.observe(2);
  const second = new LearningRates(schedule, JSON.parse(JSON.stringify(first.state)));
  second.observe(2);
  assertAlmostEquals(second.factorAt(PLACE), 0.1, 1e-12);
});

Deno.test("a linear schedule rises over its share of the steps and ends at 0", () => {
  const rates = new LearningRates(linearSchedule(0.1));
  const factors = [0, 1, 2, 11, 20].map((step) => rates.factorAt({ epoch: 1, step, steps: 20 }));
  assertEquals(factors, [0, 0.5, 1, 0.5, 0]);
});

/** Rules of a training of a small Self-MM with a schedule. */
function scheduled(learner: SmallLearner, schedule: RateSchedule): LoopSettings {
  return { ...learner.loop, schedule };
}

forEachEngine("a training with all rates at 0 changes no parameter", async (engine) => {
  const dataset = smallData();
  const settings = { epochs: 1 };
  using learner = new SmallLearner(engine, dataset, settings);
  const before = await valuesOf(learner.network.parameters);
  await fitSmall(learner, dataset, {
    settings: scheduled(learner, { kind: "planned", factorAt: () => 0 }),
  });
  assertEquals(await valuesOf(learner.network.parameters), before);
});

forEachEngine(
  "a plateau is kept in the checkpoint, and the rest is the same bits",
  async (engine) => {
    const dataset = smallData();
    const schedule = { kind: "plateau", factor: 0.1, patience: 0, threshold: 0.5 } as const;
    await withFolder(async (folder) => {
      const run = async (stop: number | null, resume: boolean, name: string) => {
        using learner = new SmallLearner(engine, dataset, { epochs: 4 });
        const controller = new AbortController();
        const { history } = await fitSmall(learner, dataset, {
          settings: scheduled(learner, schedule),
          engine: engine.name,
          checkpoint: { path: join(folder, name), seconds: 0, resume },
          signal: controller.signal,
          onEpoch: ({ epoch }) => {
            if (epoch === stop) controller.abort(new Error("enough"));
          },
        });
        return {
          values: await valuesOf(learner.variables()),
          rates: history.map(({ learningRates }) => learningRates["other"]!),
        };
      };
      const whole = await run(null, false, "whole");
      assert(whole.rates[3]! < whole.rates[0]!, `${whole.rates}`);
      await assertRejects(() => run(2, false, "parts"), Error, "enough");
      assertEquals(await run(null, true, "parts"), whole);
      using learner = new SmallLearner(engine, dataset);
      const { progress } = loadCheckpoint(join(folder, "parts"), learner, engine.name)!;
      assert(progress.plateau!.factor < 1);
    });
  },
);

/** A score of two parameters, of which the second is trained from epoch 2 on. */
class Late extends Network {
  readonly #early = this.parameter("early", [1], Float32Array.of(1));
  readonly #late = this.parameter("late", [1], Float32Array.of(1));

  override get groups() {
    const common = { learningRate: 0.1, weightDecay: 0 };
    return [
      { name: "early", ...common, parameters: ["early"] },
      { name: "late", ...common, parameters: ["late"], fromEpoch: 2 },
    ];
  }

  forward({ text }: { text?: tf.Tensor }): Outputs {
    const scale = tf.add(this.#early, tf.mul(this.#late, 3));
    return { prediction: tf.mul(tf.sum(text!, [1, 2]), scale) };
  }

  /** Grows with the scores, so that gradients change and a wrong count of steps is seen. */
  override loss({ prediction }: Outputs) {
    return { total: tf.mean(tf.square(prediction)) as tf.Scalar, parts: {} };
  }
}

forEachEngine("a late group rests, then Adam counts its steps from 1", async (engine) => {
  const dataset = smallData({ n: 6 });
  const train = dataset.splits.train!;
  const random = RandomStream.fromSeed(1);
  for (const group of [1, 2]) {
    const network = new Late({
      settings: {},
      protocol: "mosi",
      modalities: ["text"],
      widths: { text: 6 },
      trainLabels: train.labels!,
      random,
    });
    using holder = new SmallLearner(engine, dataset);
    const learner = learnerOf(engine, network, holder.loop, random);
    const late: number[] = [];
    for (const epoch of [1, 2]) {
      for (const batch of [1, 2]) {
        const inGroup = (batch - 1) % group;
        await learner.step(train, Uint32Array.of(0, 1, 2), {
          epoch,
          batch,
          startsGroup: inGroup === 0,
          endsGroup: inGroup === group - 1,
        });
        late.push((await network.parameters.get("late").data())[0]!);
      }
    }
    // A first step is as long as the learning rate, whatever the gradient is.
    const steps = late.map((value, i) => (late[i - 1] ?? 1) - value);
    assertEquals(steps.slice(0, 2), [0, 0]);
    assertAlmostEquals(steps[1 + group]!, 0.1, 1e-5);
    assertEquals(learner.counts.before, { 2: 2 / group });
    learner.dispose();
    network.dispose();
  }
});

Deno.test("the network's criterion is averaged over batches and rounded to 4 decimals", async () => {
  const engine = await openEngine({ engine: "cpu" });
  const dataset = smallData();
  using learner = new SmallLearner(engine, dataset, { epochs: 1 });
  const valid = dataset.splits.valid!;
  const settings = { ...learner.loop, batchSize: 3, monitor: "criterion" } as const;
  const { history } = await fitSmall(learner, dataset, { ...fitOptions(learner), settings });
  const batches = [Uint32Array.of(0, 1, 2), Uint32Array.of(3, 4)];
  const { predictions, criteria } = await learner.validate(valid, batches, 1);
  assertEquals(criteria.length, 2);
  const scores = await learner.predict(valid, batches);
  assertEquals([...predictions], [...scores]);
  // Self-MM's loss has parts besides the MAE of the score: its criterion is no MAE.
  const mean = (criteria[0]! + criteria[1]!) / 2;
  assertEquals(history[0]!.validLoss, Math.round(mean * 1e4) / 1e4);
});
