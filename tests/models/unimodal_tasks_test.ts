/** Self-MM without some of its tasks, and with other labels and weights than its own. */

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/core/errors.ts";
import { type Dataset, MODALITIES, type Modality } from "../../lib/data/mod.ts";
import { findModel, type Setting } from "../../lib/models/mod.ts";
import { resolveConfig } from "../../lib/training/config.ts";
import { type StepResult } from "../../lib/training/learner.ts";
import { requireNeeds, trainingWarnings } from "../../lib/training/requirements.ts";
import { forEachEngine } from "../engine/engines.ts";
import { SmallLearner } from "../training/small.ts";
import { makeNetwork, smallData, valuesOf, withSplits } from "./small.ts";

type Settings = Readonly<Record<string, Setting>>;

/** One batch of all samples, without dropout. */
const WHOLE = { batchSize: 21, updateEpochs: 1, postFusionDropout: 0, postTextDropout: 0 };

/** The steps of some epochs, each of one batch. */
async function steps(learner: SmallLearner, dataset: Dataset, epochs: number[]) {
  const found: StepResult[] = [];
  for (const epoch of epochs) found.push(...await learner.epoch(dataset, epoch));
  return found;
}

function meanOf(values: ArrayLike<number>, of: (value: number, i: number) => number): number {
  return Array.from(values, of).reduce((sum, value) => sum + value, 0) / values.length;
}

forEachEngine(
  "self-mm with people's labels learns |ŷ − Y| of each, weighted by (15)",
  async (engine) => {
    const dataset = smallData();
    const { labels, unimodalLabels } = dataset.splits.train!;
    for (const weights of ["tanh", "constant"]) {
      using learner = new SmallLearner(engine, dataset, {
        ...WHOLE,
        unimodalLabels: "human",
        weights,
      });
      assertEquals([...learner.network.memory], []);
      const [first] = await steps(learner, dataset, [1]) as [StepResult];
      let sum = first.parts["fusion"]!;
      for (const modality of MODALITIES) {
        const people = unimodalLabels[modality]!;
        const wanted = meanOf(people, (label, i) => {
          const weight = weights === "constant" ? 1 : Math.tanh(Math.abs(label - labels![i]!));
          return weight * Math.abs(first.scores[modality]![i]! - label);
        });
        assertAlmostEquals(first.parts[modality]!, wanted, 1e-5, `${weights} ${modality}`);
        assert(wanted > 0);
        sum += first.parts[modality]!;
      }
      assertAlmostEquals(first.loss, sum, 1e-5);
      assertEquals(learner.network.unimodalLabels!(), {});
      assertEquals(await learner.network.labelGeneration!(), {});
    }
  },
);

forEachEngine(
  "self-mm with copied labels learns the multimodal one in every head",
  async (engine) => {
    const dataset = smallData();
    const { labels } = dataset.splits.train!;
    const settings = { ...WHOLE, unimodalLabels: "copied", weights: "constant" };
    using learner = new SmallLearner(engine, dataset, settings);
    const [first] = await steps(learner, dataset, [1]) as [StepResult];
    for (const modality of MODALITIES) {
      const wanted = meanOf(labels!, (label, i) => Math.abs(first.scores[modality]![i]! - label));
      assertAlmostEquals(first.parts[modality]!, wanted, 1e-5, modality);
    }
  },
);

forEachEngine(
  "self-mm with generated labels and constant weights learns from epoch 1",
  async (engine) => {
    const dataset = smallData();
    using learner = new SmallLearner(engine, dataset, { ...WHOLE, weights: "constant" });
    const [first, , third] = await steps(learner, dataset, [1, 2, 3]) as StepResult[];
    const { labels } = dataset.splits.train!;
    const wanted = meanOf(labels!, (label, i) => Math.abs(first!.scores["text"]![i]! - label));
    assertAlmostEquals(first!.parts["text"]!, wanted, 1e-5);
    const copied = meanOf(labels!, (label, i) => Math.abs(third!.scores["text"]![i]! - label));
    assert(Math.abs(third!.parts["text"]! - copied) > 1e-3, "labels have moved by epoch 3");
  },
);

const TASKS: Readonly<Record<string, readonly Modality[]>> = {
  "M": [],
  "M,T": ["text"],
  "M,A": ["audio"],
  "M,V": ["vision"],
  "M,T,A": ["text", "audio"],
  "M,T,V": ["text", "vision"],
  "M,A,V": ["audio", "vision"],
  "M,T,A,V": ["text", "audio", "vision"],
};

for (const [tasks, learned] of Object.entries(TASKS)) {
  forEachEngine(
    `self-mm with tasks ${tasks} has their heads and labels, and no others`,
    async (engine) => {
      const dataset = smallData();
      using learner = new SmallLearner(engine, dataset, { tasks });
      const { network } = learner;
      const whole = makeNetwork(dataset);
      const code = { text: "text", audio: "audio", vision: "video" };
      const absent = MODALITIES.filter((modality) => !learned.includes(modality));
      const isAbsent = (name: string) =>
        absent.some((modality) => name.startsWith(`post_${code[modality]}_`));
      // Every other parameter is there, and starts as in the whole model.
      const wanted = whole.parameters.names().filter((name) => !isAbsent(name));
      assertEquals(network.parameters.names(), wanted);
      for (const name of wanted) {
        const [mine, its] = [network, whole].map(({ parameters }) =>
          parameters.get(name).dataSync()
        );
        assertEquals(mine, its, name);
      }
      whole.dispose();
      const banks = [...network.memory.keys()].filter((name) => name.startsWith("bank."));
      const generated = learned.length === 0
        ? []
        : ["bank.fusion", ...learned.map((m) => `bank.${m}`)];
      assertEquals(banks, generated);
      for (const epoch of [1, 2]) {
        for (const { parts } of await learner.epoch(dataset, epoch)) {
          assertEquals(Object.keys(parts), ["fusion", ...learned]);
        }
      }
      assertEquals(Object.keys(network.unimodalLabels!()), [...learned]);
      assertEquals(Object.keys(await network.labelGeneration!()), [...learned]);
    },
  );
}

forEachEngine(
  "self-mm without unimodal labels trains as with the multimodal task alone",
  async (engine) => {
    const dataset = smallData();
    const trained = async (settings: Settings) => {
      using learner = new SmallLearner(engine, dataset, settings);
      await steps(learner, dataset, [1, 2, 3]);
      return await valuesOf(learner.variables());
    };
    const none = await trained({ unimodalLabels: "none" });
    assertEquals(none, await trained({ tasks: "M" }));
    assertEquals(none, await trained({ tasks: "M", unimodalLabels: "human" }));
    assert(Object.keys(none).every((name) => !/post_(text|audio|video)/.test(name)));
    // The unimodal losses teach the encoders too.
    const whole = await trained({});
    assert(
      Object.keys(none).some((name) =>
        name.startsWith("parameter/") && none[name]!.some((x, i) => x !== whole[name]![i])
      ),
    );
  },
);

Deno.test("self-mm refuses tasks and labels that do not fit together, or the modalities", () => {
  const model = findModel("self-mm");
  const config = (settings: Settings) => resolveConfig(model, "sims", settings);
  for (const tasks of ["T", "M,X", "M,A,T", "M,T,T", "", "M,", "m,t", "M;T"]) {
    assertThrows(
      () => config({ tasks }),
      UsageError,
      `Cannot set tasks to "${tasks}": expected M, and after it some of T, A, V in that order`,
    );
  }
  assertThrows(
    () => config({ unimodalLabels: "copied" }),
    UsageError,
    "Cannot set unimodalLabels to copied with weights tanh",
  );
  config({ unimodalLabels: "copied", weights: "constant" });
  assertThrows(() => config({ unimodalLabels: "humans" }), UsageError, "one of generated, human");
  const dataset = smallData();
  assertThrows(
    () => makeNetwork(dataset, { tasks: "M,A,V" }, { modalities: ["text", "audio"] }),
    UsageError,
    "Cannot set tasks to M,A,V: vision is not in use, expected tasks of text, audio",
  );
  makeNetwork(dataset, {}, { modalities: ["text"] }).dispose();
});

Deno.test("self-mm with people's labels names the split that lacks them, of the tasks it learns", () => {
  const dataset = smallData();
  for (const name of ["self-mm", "shared-private"]) {
    const model = findModel(name);
    const require = (data: Dataset, settings: Settings) =>
      requireNeeds(model, data, data.modalities, resolveConfig(model, "sims", settings));
    const human = { unimodalLabels: "human" };
    require(dataset, human);
    for (const split of ["train", "valid"] as const) {
      const bare = withSplits(dataset, {
        [split]: (found: Dataset["splits"]["train"] & object) => ({
          ...found,
          unimodalLabels: { text: found.labels! },
        }),
      });
      assertThrows(
        () => require(bare, human),
        UsageError,
        `Cannot train ${name} on "${bare.path}": split "${split}" has no labels of people for audio ` +
          "and vision alone",
      );
      require(bare, { ...human, tasks: "M,T" });
      require(bare, { unimodalLabels: "none" });
      require(bare, {});
    }
  }
});

Deno.test("self-mm warns of labels of one sign only where it generates some", () => {
  const model = findModel("self-mm");
  const train = smallData().splits.train!;
  const positive = { ...train, labels: train.labels!.map((label) => Math.abs(label) + 1) };
  const warnings = (settings: Settings) =>
    trainingWarnings(model, resolveConfig(model, "sims", { batchSize: 4, ...settings }), positive)
      .filter((warning) => warning.startsWith("Unimodal labels cannot be generated"));
  assertEquals(warnings({}).length, 1);
  for (
    const settings of [{ unimodalLabels: "human" }, { tasks: "M" }, { unimodalLabels: "none" }]
  ) {
    assertEquals(warnings(settings), []);
  }
});
