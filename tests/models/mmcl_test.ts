import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { UsageError } from "../../lib/core/errors.ts";
import { type Dataset, MemoryColumn } from "../../lib/data/mod.ts";
import { type Engine, openEngine } from "../../lib/engine/mod.ts";
import { mae } from "../../lib/evaluation/mod.ts";
import type { Loss, Network, Setting } from "../../lib/models/mod.ts";
import { readInputs } from "../../lib/training/inputs.ts";
import { fit } from "../../lib/training/trainer.ts";
import { forEachEngine } from "../engine/engines.ts";
import { formsOf, NetworkLearner } from "./networks.ts";
import { smallData, valuesOf } from "./small.ts";

/** With start values, and with several that are other paths. */
const FORMS = formsOf("mmcl").filter((_, i, all) => i === 0 || i >= all.length - 4);
const SETTINGS = FORMS[0]!;
const DATA = smallData();

function learnerOf(
  engine: Engine,
  settings: Readonly<Record<string, Setting>> = {},
  dataset: Dataset = DATA,
) {
  return new NetworkLearner(engine, "mmcl", dataset, { ...SETTINGS, ...settings });
}

/** The loss of the first samples of the train split, or of samples with other labels. */
function lossOf(network: Network, labels: readonly number[], dataset: Dataset = DATA): Loss {
  const indices = labels.map((_, i) => i);
  const inputs = readInputs(network, dataset.splits.train!, indices);
  return network.loss(network.forward(inputs, null), {
    labels: tf.tensor1d([...labels]),
    labelsOf: {},
    index: tf.tensor1d(indices, "int32"),
    epoch: tf.scalar(1),
  });
}

/** The value of the part `name` of the loss. */
function partOf(network: Network, name: string, labels: readonly number[]): number {
  return tf.tidy(() => lossOf(network, labels).parts[name]!.dataSync()[0]!);
}

/** Whether each parameter gets a gradient from the part; undefined where none depends on it. */
function learnersOf(
  network: Network,
  part: string,
  labels: readonly number[],
): Record<string, boolean | undefined> {
  return tf.tidy(() => {
    const { grads } = tf.variableGrads(
      () => tf.clone(lossOf(network, labels).parts[part]!),
      [...network.parameters].map(([, variable]) => variable),
    );
    const entries = [...network.parameters].map(([name, variable]) => {
      const values = grads[variable.name]?.dataSync();
      assert(values?.every(Number.isFinite) ?? true, name);
      return [name, values?.some((value) => value !== 0)];
    });
    return Object.fromEntries(entries);
  });
}

const LABELS = [-2, -1.2, 0, 0, 1, 2.4, 3];
const STAGE_ONE = /^(encoder|specific|projector\.specific)/;
const STAGE_TWO = /^(shared|projector\.shared)/;

for (const [i, form] of FORMS.entries()) {
  forEachEngine(
    `mmcl, form ${i + 1}, isolates L_CMC from E_sh, and L_SMC from E_m and encoders`,
    (engine) => {
      // In stages there are not both losses at once.
      using learner = learnerOf(engine, { ...form, stages: "joint" });
      const byCategory = learnersOf(learner.network, "cmc", LABELS);
      const byModality = learnersOf(learner.network, "smc", LABELS);
      for (const name of learner.network.parameters.names()) {
        // A parameter that no path leads to has no gradient at all, which is more than a 0.
        if (!STAGE_ONE.test(name)) assertEquals(byCategory[name], undefined, name);
        if (!STAGE_TWO.test(name)) assertEquals(byModality[name], undefined, name);
      }
      const learns = (found: Record<string, boolean | undefined>, stage: RegExp) =>
        Object.entries(found).filter(([name]) => stage.test(name) && name.endsWith("weight"))
          .every(([, isThere]) => isThere);
      assert(learns(byCategory, STAGE_ONE), JSON.stringify(byCategory));
      assert(learns(byModality, STAGE_TWO), JSON.stringify(byModality));
    },
  );
}

forEachEngine("mmcl without isolation lets L_SMC teach E_m and the encoders", (engine) => {
  using learner = learnerOf(engine, { isolate: false });
  const found = learnersOf(learner.network, "smc", LABELS);
  assert(found["specific.text.linear2.weight"] && found["encoder.audio.weight_ih_l0"]);
  assertEquals(found["projector.specific.weight"], undefined);
});

forEachEngine("mmcl's losses are 0, with the same gradients, where no pair is left", (engine) => {
  using learner = learnerOf(engine);
  const { network } = learner;
  for (const labels of [[1], [1, 2, 3], [-1, 0, 2], [2]]) {
    assertEquals(partOf(network, "cmc", labels), 0);
    for (const part of ["cmc", "smc"]) {
      const paths = (found: Record<string, boolean | undefined>) =>
        Object.keys(found).filter((name) => found[name] !== undefined);
      assertEquals(
        paths(learnersOf(network, part, labels)),
        paths(learnersOf(network, part, LABELS)),
      );
    }
  }
  assertEquals(partOf(network, "smc", [1]), 0);
  assert(partOf(network, "smc", [1, 2]) !== 0);
});

forEachEngine(
  "mmcl in stages trains E_m without E_sh, then E_sh above a frozen E_m",
  async (engine) => {
    const changed = async (settings: Record<string, Setting>, stage: number) => {
      using learner = learnerOf(engine, { stages: "sequential", ...settings });
      learner.enterStage(stage);
      const before = await valuesOf(learner.network.parameters);
      const [result] = await learner.epoch(DATA, 1);
      const after = await valuesOf(learner.network.parameters);
      const names = Object.keys(after).filter((name) =>
        after[name]!.some((value, i) => value !== before[name]![i])
      );
      return { parts: Object.keys(result!.parts), names };
    };
    const first = await changed({}, 1);
    assertEquals(first.parts, ["fusion", "cmc"]);
    assert(first.names.length > 0);
    assert(first.names.every((name) => STAGE_ONE.test(name) || name.startsWith("head")));
    assert(first.names.includes("specific.audio.linear1.weight"));
    const second = await changed({}, 2);
    assertEquals(second.parts, ["fusion", "smc"]);
    assert(second.names.every((name) => STAGE_TWO.test(name) || name.startsWith("head")));
    assert(second.names.includes("shared.linear1.weight"));
    const slow = await changed({ stageOneRate: 0.1 }, 2);
    assert(slow.names.includes("encoder.audio.weight_ih_l0"));
    assert(!slow.names.some((name) => name.startsWith("projector.specific")));
  },
);

forEachEngine(
  "mmcl in stages predicts as its second one, and rates are that stage's",
  async (engine) => {
    using learner = learnerOf(engine, { stages: "sequential", stageOneRate: 0.1 });
    const { network } = learner;
    const scores = () => learner.predict(DATA.splits.test!, [[0, 1, 2]]);
    const rates = () => network.groups.map(({ learningRate }) => learningRate);
    assertEquals([network.stages, rates()], [2, [1e-3, 1e-2]]);
    const last = await scores();
    learner.enterStage(1);
    assertEquals(rates(), [1e-2, 1e-2]);
    const bypassed = await scores();
    bypassed.forEach((score, i) => assert(score !== last[i]));
    learner.enterStage(2);
    assertEquals(await scores(), last);
  },
);

Deno.test("mmcl in stages stops each early, and E_sh starts above the best E_m [cpu]", async () => {
  const engine = await openEngine({ engine: "cpu" });
  using learner = learnerOf(engine, { stages: "sequential", earlyStop: 2 });
  const { parameters } = learner.network;
  const { train, valid } = DATA.splits;
  // Of each epoch, on valid: the first stage is best at epoch 2, the second at epoch 6.
  const losses = [3, 2, 5, 5, 4, 1, 6, 6];
  const seen: Record<string, Float32Array>[] = [];
  const { history, bestEpoch } = await fit(learner, train!, valid!, {
    settings: learner.loop,
    engine: engine.name,
    random: learner.random,
    evaluate: (predictions, labels) => ({ mae: mae(predictions, labels) }),
    loss: () => losses[seen.length]!,
    onEpoch: () => {
      const values = [...parameters].map(([name, variable]) =>
        [name, variable.dataSync().slice() as Float32Array] as const
      );
      seen.push(Object.fromEntries(values));
    },
  });
  assertEquals([history.length, bestEpoch], [8, 6]);
  const parts = history.map(({ trainParts }) =>
    ["cmc", "smc"].filter((name) => name in trainParts)
  );
  assertEquals(parts, [1, 2, 3, 4, 5, 6, 7, 8].map((epoch) => [epoch <= 4 ? "cmc" : "smc"]));
  // The second stage begins with the weights of epoch 2, and leaves those of the first stage.
  assertEquals(seen[3], seen[1]);
  assert(
    seen[2]!["specific.text.linear1.weight"]!.some((value, i) =>
      value !== seen[1]!["specific.text.linear1.weight"]![i]
    ),
  );
  for (const [name, variable] of parameters) {
    if (STAGE_ONE.test(name)) assertEquals(variable.dataSync(), seen[1]![name]);
    assertEquals(variable.dataSync(), seen[5]![name]);
  }
});

forEachEngine("mmcl adds α L_CMC and β L_SMC to the task's loss", (engine) => {
  for (const [alpha, beta] of [[0.1, 0.1], [0, 2], [0.5, 0]] as const) {
    using learner = learnerOf(engine, { alpha, beta });
    tf.tidy(() => {
      const { total, parts } = lossOf(learner.network, LABELS);
      const value = (name: string) => parts[name]!.dataSync()[0]!;
      assertEquals(Object.keys(parts), ["fusion", "cmc", "smc"]);
      const sum = value("fusion") + alpha * value("cmc") + beta * value("smc");
      assertAlmostEquals(total.dataSync()[0]!, sum, 1e-5);
      assert(value("cmc") > 0);
    });
  }
});

forEachEngine(
  "mmcl takes the label's sign, or the label rounded to even, as category",
  (engine) => {
    using three = learnerOf(engine);
    using seven = learnerOf(engine, { classes: 7 });
    const of = (learner: NetworkLearner, labels: number[]) =>
      partOf(learner.network, "cmc", labels);
    assertEquals(of(three, [-3, -0.1, 0, 0, 0.1, 3]), of(three, [-1, -1, 0, 0, 1, 1]));
    assertEquals(of(seven, [0.5, -0.5, 1.5, 2.5, 2.6, 9]), of(seven, [0, 0, 2, 2, 3, 3]));
    assertEquals(of(seven, [1, 2, 3]), 0);
    assert(of(seven, [1, 1, 2, 2]) !== of(seven, [1, 2, 1, 2]));
  },
);

forEachEngine("every switch of mmcl's losses changes them", (engine) => {
  const base = { cmc: 0, smc: 0 };
  const found = (settings: Record<string, Setting>) => {
    using learner = learnerOf(engine, settings);
    return {
      cmc: partOf(learner.network, "cmc", LABELS),
      smc: partOf(learner.network, "smc", LABELS),
    };
  };
  Object.assign(base, found({}));
  for (
    const settings of [
      { tau: 0.5 },
      { gamma: 0 },
      { modulation: "none" },
      { modulation: "dclw" },
      { clusters: 2 },
      { iterations: 1 },
      { routing: false },
      { routingAxis: "batch" },
      { routingAxis: "modality" },
    ]
  ) {
    const { cmc, smc } = found(settings);
    assert(cmc !== base.cmc && smc !== base.smc, JSON.stringify(settings));
  }
  const other = found({ modulationCmc: "batch" }), another = found({ modulationSmc: "anchor" });
  assert(other.cmc !== base.cmc && other.smc === base.smc);
  assert(another.cmc === base.cmc && another.smc !== base.smc);
  for (const settings of [{ negatives: "allNeg" }, { decoupled: false }, { classAware: true }]) {
    const { cmc, smc } = found(settings as Record<string, Setting>);
    assert(cmc === base.cmc && smc !== base.smc, JSON.stringify(settings));
  }
  assertEquals(found({ gamma: 0 }), found({ modulation: "none" }));
});

forEachEngine("mmcl groups samples by category and modalities by sample as it learns", async (
  engine,
) => {
  const dataset = smallData({ n: 24 });
  const settings = { alpha: 1, beta: 1, dropout: 0, batchSize: 24 };
  using learner = learnerOf(engine, settings, dataset);
  const first = (await learner.epoch(dataset, 1))[0]!.parts;
  for (let epoch = 2; epoch <= 40; epoch++) await learner.epoch(dataset, epoch);
  const last = (await learner.epoch(dataset, 41))[0]!.parts;
  for (const part of ["fusion", "cmc", "smc"]) {
    assert(last[part]! < first[part]! - 0.2, `${part}: ${first[part]} to ${last[part]}`);
  }
});

forEachEngine("mmcl reads all steps of the text, and takes text of one step", async (engine) => {
  using learner = learnerOf(engine);
  assertEquals(learner.network.reads, {
    text: "sequence",
    audio: "timeMajor",
    vision: "timeMajor",
  });
  const split = DATA.splits.test!;
  const column = split.features.text!;
  const values = new Float32Array(split.samples * column.steps * column.width);
  column.read(Array.from({ length: split.samples }, (_, i) => i), values);
  const changed = values.slice();
  for (let i = 0; i < split.samples; i++) changed[(i + 1) * column.steps * column.width - 1]! += 3;
  const { samples } = split;
  const lengths = new Int32Array(samples).fill(column.steps);
  const scoresOf = (values: Float32Array) => {
    const text = new MemoryColumn(values, { samples, steps: column.steps, width: 6 }, lengths);
    return learner.predict({ ...split, features: { ...split.features, text } }, [[0, 1, 2]]);
  };
  const [before, after] = [await scoresOf(values), await scoresOf(changed)];
  before.forEach((score, i) => assert(score !== after[i]));

  const oneStep = smallData({ textSteps: 1 });
  using short = learnerOf(engine, {}, oneStep);
  const results = await short.epoch(oneStep, 1);
  assert(results.every(({ loss }) => Number.isFinite(loss)));
});

forEachEngine("mmcl's last batch of one takes no gradient from later batches", async (engine) => {
  const [one, two] = [learnerOf(engine), learnerOf(engine)];
  try {
    const train = DATA.splits.train!;
    const place = { epoch: 1, batch: 1, startsGroup: true, endsGroup: true };
    await one.step(train, Uint32Array.of(0), place);
    for (const learner of [one, two]) {
      const before = await valuesOf(learner.network.parameters);
      await learner.step(train, Uint32Array.of(1, 2, 3, 4, 5, 6), { ...place, batch: 2 });
      const after = await valuesOf(learner.network.parameters);
      for (const [name, values] of Object.entries(after)) {
        assert(values.some((value, i) => value !== before[name]![i]), name);
      }
    }
  } finally {
    for (const learner of [one, two]) {
      learner.dispose();
      learner.network.dispose();
    }
  }
});

forEachEngine("mmcl refuses an odd width, heads that do not divide it, and no τ", (engine) => {
  for (
    const settings of [
      { modelDim: 7 },
      { modelDim: 10, heads: 4, blocks: "transformer" },
      {
        tau: 0,
      },
      { classes: 5 },
      { negatives: "some" },
      { clusters: 0 },
    ] as Record<string, Setting>[]
  ) {
    const key = "tau" in settings ? "tau" : Object.keys(settings)[0]!;
    assertThrows(() => learnerOf(engine, settings), UsageError, `Cannot set ${key} to`);
  }
});
