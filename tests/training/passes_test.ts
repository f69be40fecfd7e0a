import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { Network } from "../../lib/models/mod.ts";
import { planEpoch, stepsOf } from "../../lib/training/passes.ts";
import { forEachEngine } from "../engine/engines.ts";
import { NetworkLearner } from "../models/networks.ts";
import { smallData, valuesOf } from "../models/small.ts";

const BATCHES = Array.from({ length: 5 }, (_, i) => Uint32Array.of(i));
const RULES = { updateEpochs: 2, applyTrailingGroup: false, stepsWithin: false };

Deno.test("planEpoch() groups the batches of each pass by themselves", () => {
  const network = {
    passes: 2,
    batchesOfPass: (pass: number, batches: number) => pass === 1 ? 3 : batches,
  };
  const plan = planEpoch(network, BATCHES, RULES);
  assertEquals(plan.map(({ indices, pass }) => `${pass}:${indices[0]}`), [
    ...["1:0", "1:1", "1:2"],
    ...["2:0", "2:1", "2:2", "2:3", "2:4"],
  ]);
  const marks = plan.map(({ startsGroup, endsGroup, isCounted }) =>
    [startsGroup, endsGroup, isCounted].map(Number).join("")
  );
  assertEquals(marks, ["100", "010", "100", "101", "011", "101", "011", "101"]);
  assertEquals(stepsOf(plan), 3);
  const trailing = planEpoch({} as Network, BATCHES, { ...RULES, applyTrailingGroup: true });
  assertEquals(trailing.map(({ endsGroup }) => endsGroup), [false, true, false, true, true]);
  assertEquals(stepsOf(planEpoch({} as Network, BATCHES, { ...RULES, stepsWithin: true })), 7);
});

forEachEngine("a step within a group is by the sum so far, which stays", async (engine) => {
  const dataset = smallData(), train = dataset.splits.train!;
  const [first, second] = [Uint32Array.of(0, 1, 2), Uint32Array.of(3, 4, 5)];
  using within = new NetworkLearner(engine, "cnn", dataset, { batchSize: 3, updateEpochs: 2 });
  using plain = new NetworkLearner(engine, "cnn", dataset, { batchSize: 3, updateEpochs: 2 });
  const place = { epoch: 1, startsGroup: true, endsGroup: false };
  await within.step(train, first, { ...place, batch: 1, stepsWithin: true });
  await plain.step(train, first, { ...place, batch: 1, endsGroup: true });
  const [a, b] = [
    await valuesOf(within.network.parameters),
    await valuesOf(plain.network.parameters),
  ];
  assertEquals(a, b, "one step by the first gradient, in either way");
  assertEquals([within.optimizerSteps, plain.optimizerSteps], [1, 1]);
  const sum = await valuesOf(within.gradients);
  await within.step(train, second, {
    ...place,
    batch: 2,
    startsGroup: false,
    stepsWithin: true,
    endsGroup: true,
  });
  assertEquals(within.optimizerSteps, 3);
  // What the second batch alone says, at the weights that the first step left.
  plain.holdsGradients = true;
  await plain.step(train, second, { ...place, batch: 2 });
  const own = await valuesOf(plain.gradients), both = await valuesOf(within.gradients);
  for (const [name, values] of Object.entries(both)) {
    values.forEach((value, i) => {
      assertAlmostEquals(value, sum[name]![i]! + own[name]![i]!, 1e-5, name);
    });
  }
});
