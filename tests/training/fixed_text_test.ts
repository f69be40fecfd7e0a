import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { join } from "node:path";
import { type Dataset, loadDataset } from "../../lib/data/mod.ts";
import type { Engine, NamedTensors } from "../../lib/engine/mod.ts";
import { findModel, type NetworkDefinition, type Setting } from "../../lib/models/mod.ts";
import { FixedText, fixedTextBytes, TextStates } from "../../lib/training/fixed_text.ts";
import { Interrupt } from "../../lib/training/interrupt.ts";
import { trainRun } from "../../lib/training/run.ts";
import { TestFolder } from "../data/mmsa_file.ts";
import { forEachEngine, onCpu } from "../engine/engines.ts";
import { NetworkLearner, smallSettings } from "../models/networks.ts";
import { BERT, DATA, weightsOf, WITH_BERT } from "./small_bert.ts";

/** All layers of the small BERT are frozen. */
const FROZEN = { ...WITH_BERT, bertFrozenLayers: 2, updateEpochs: 1 };

function load(): Dataset {
  return loadDataset(DATA, { protocol: "mosi", modalities: ["text", "audio"], text: "bert" });
}

/** The model, whose networks compute their text at each step where it is not kept. */
function definitionOf(name: string, isKept: boolean): NetworkDefinition {
  const definition = findModel(name) as NetworkDefinition;
  if (isKept) return definition;
  return {
    ...definition,
    create: (context) =>
      Object.defineProperty(definition.create(context), "hasFixedText", { value: false }),
  };
}

async function trained(
  engine: Engine,
  name: string,
  isKept: boolean,
  settings: Record<string, Setting> = {},
) {
  using folder = new TestFolder();
  const model = definitionOf(name, isKept), warnings: string[] = [];
  const { summary } = await trainRun({
    model,
    dataset: load(),
    protocol: "mosi",
    modalities: ["text", "audio"],
    seed: 1111,
    settings: { ...smallSettings(findModel(name)), ...FROZEN, ...settings },
    nonfinite: "zero",
    engine,
    out: folder.path,
    resume: false,
    loadSeconds: 0,
    commandLine: [],
    onWarning: (message) => warnings.push(message),
  });
  return { weights: weightsOf(summary.path), warnings };
}

async function assertSameWeights(engine: Engine, name: string, settings: Record<string, Setting>) {
  const [kept, again] = [
    await trained(engine, name, true, settings),
    await trained(engine, name, false, settings),
  ];
  assert(kept.warnings.some((warning) => /without dropout, and kept, 1 MB/.test(warning)), name);
  for (const [parameter, { values }] of again.weights) {
    const own = kept.weights.get(parameter)!.values;
    values.forEach((value, i) => assertAlmostEquals(own[i]!, value, 1e-5, parameter));
  }
}

// The BERT has a dropout of 0.1: were it on, no two ways of computing would agree.
forEachEngine("self-mm learns the same from states that are kept", async (engine) => {
  await assertSameWeights(engine, "self-mm", { mode: "robust" });
});

onCpu("sequences of states are kept in either order of axes", async (engine) => {
  await assertSameWeights(engine, "misa", { mode: "robust" });
  await assertSameWeights(engine, "tfn", { mode: "robust" });
});

/** The small BERT without dropout. */
function bertWithoutDropout(folder: TestFolder): string {
  const path = folder.at("bert");
  Deno.mkdirSync(path);
  for (const { name, isFile } of Deno.readDirSync(BERT)) {
    if (isFile) Deno.copyFileSync(join(BERT, name), join(path, name));
  }
  const config = JSON.parse(Deno.readTextFileSync(join(BERT, "config.json")));
  const none = { hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 };
  Deno.writeTextFileSync(join(path, "config.json"), JSON.stringify({ ...config, ...none }));
  return path;
}

onCpu(
  "mode reference drops in the frozen BERT, as its code does, and keeps nothing",
  async (engine) => {
    using folder = new TestFolder();
    const bert = bertWithoutDropout(folder);
    for (const mode of ["reference", "robust"]) {
      const [own, other] = [
        await trained(engine, "self-mm", true, { mode }),
        await trained(engine, "self-mm", true, { mode, bert }),
      ];
      const isKept = own.warnings.some((warning) => warning.includes("and kept"));
      assertEquals(isKept, mode === "robust");
      const head = [...own.weights.keys()].find((name) => !name.startsWith("text_model."))!;
      const [values, others] = [own, other].map(({ weights }) => weights.get(head)!.values);
      if (isKept) assertEquals(values, others);
      else assertNotEquals(values, others);
    }
  },
);

onCpu(
  "states that are kept are as many as the data have places, in a full row too",
  async (engine) => {
    using learner = new NetworkLearner(
      engine,
      "misa",
      load(),
      { ...smallSettings(findModel("misa")), ...FROZEN, bert: BERT, mode: "robust" },
    );
    const split = load().splits.train!, { values } = split.textBert!;
    // A number of places that no multiple of 8 is, and a sentence that fills them.
    const places = 13,
      textBert = { shape: [1, 3, places] as const, values: new Int32Array(3 * places) };
    textBert.values.set(values.subarray(0, 3).map((id) => id % 40), 0);
    textBert.values.fill(1, places, 2 * places);
    const text = new FixedText(engine, learner.network);
    const one = { ...split, samples: 1, textBert };
    const { text: states } = await text.read(one, [0], new Map());
    assert(states!.shape.includes(places), `${states!.shape}`);
    states!.dispose();
    text.dispose();
  },
);

forEachEngine(
  "FixedText computes each sentence once, for all who share the states",
  async (engine) => {
    using learner = new NetworkLearner(
      engine,
      "self-mm",
      load(),
      { ...smallSettings(findModel("self-mm")), ...FROZEN, bert: BERT, mode: "robust" },
    );
    let sentences = 0;
    const counting: Pick<Engine, "compile"> = {
      compile: (step, options) => {
        const compiled = engine.compile(step, options);
        const start: typeof compiled.start = (inputs, variant) => {
          sentences += (inputs as NamedTensors)["tokens"]!.shape[0]!;
          return compiled.start(inputs, variant);
        };
        return Object.assign((...call: Parameters<typeof compiled>) => compiled(...call), {
          ...compiled,
          start,
        });
      },
    };
    const split = load().splits.train!, data = {};
    const make = () => new FixedText(counting, learner.network, TextStates.of(data, "a BERT"));
    const text = make(), another = make();
    // Ids of its vocabulary of 40.
    const { textBert } = split;
    const train = {
      ...split,
      textBert: { ...textBert!, values: textBert!.values.map((id) => id % 40) },
    };
    const read = async (...indices: number[]) => {
      const { text: tensor, tokens } = await text.read(train, indices, new Map());
      assertEquals(tokens, undefined);
      return tensor!.dataSync().slice();
    };
    const stopped = AbortSignal.abort(new Interrupt("SIGINT"));
    await assertRejects(() => text.prepare(train, stopped), Interrupt);
    sentences = 0;
    // Both begin at the same time.
    const [both] = await Promise.all([read(0, 1), another.prepare(train)]);
    const [second, first] = [await read(1), await read(0, 2, 0)];
    assertEquals(sentences, train.samples);
    const width = both.length / 2;
    assertEquals([second, first.slice(0, width)], [both.slice(width), both.slice(0, width)]);
    assertEquals(first.slice(2 * width), first.slice(0, width));
    assertEquals(fixedTextBytes(learner.network, [train]), 4 * width * train.samples);
    await new FixedText(counting, learner.network, TextStates.of({}, "a BERT")).prepare(train);
    await new FixedText(counting, learner.network, TextStates.of(data, "another")).prepare(train);
    assertEquals(sentences, 3 * train.samples);
    // Who waits for one that is stopped goes on by itself.
    const shared = new TextStates();
    const [ended, waited] = [1, 2].map(() => new FixedText(counting, learner.network, shared));
    const settled = await Promise.allSettled([
      ended!.prepare(train, stopped),
      waited!.prepare(train),
    ]);
    assertEquals(settled.map(({ status }) => status), ["rejected", "fulfilled"]);
    for (const one of [ended, waited]) one!.dispose();
    text.dispose();
    another.dispose();
  },
);
