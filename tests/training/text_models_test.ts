/** Every network with a BERT inside: none has a line of its own for it. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/core/errors.ts";
import { type Dataset, loadDataset, type Modality } from "../../lib/data/mod.ts";
import type { Engine } from "../../lib/engine/mod.ts";
import { findModel, MODELS, type Setting } from "../../lib/models/mod.ts";
import { BertFolder } from "../../lib/nn/bert_folder.ts";
import { openRun } from "../../lib/training/open_run.ts";
import { canDoWith } from "../../lib/training/requirements.ts";
import { RunFolder } from "../../lib/training/run_folder.ts";
import { readWeights } from "../../lib/training/weights.ts";
import { openBert } from "../../lib/training/run_bert.ts";
import { TestFolder } from "../data/mmsa_file.ts";
import { forEachEngine, onCpu } from "../engine/engines.ts";
import { BERT, DATA, trainWithBert, weightsOf, WITH_BERT } from "./small_bert.ts";
import { smallSettings } from "../models/networks.ts";

type Settings = Readonly<Record<string, Setting>>;

const NETWORKS = MODELS.filter(({ kind }) => kind === "network");

/** With the multimodal labels as those of people for each modality, which some models learn. */
function load(modalities: readonly Modality[] = ["text", "audio"]): Dataset {
  const dataset = loadDataset(DATA, { protocol: "mosi", modalities, text: "bert" });
  const splits = Object.fromEntries(
    Object.entries(dataset.splits).map(([name, split]) => {
      const each = modalities.map((modality) => [modality, split.labels!] as const);
      return [name, { ...split, unimodalLabels: Object.fromEntries(each) }];
    }),
  );
  return { ...dataset, splits };
}

interface Changes {
  readonly settings?: Settings;
  readonly modalities?: readonly Modality[];
  readonly signal?: AbortSignal;
  onEpoch?(): void;
}

function train(engine: Engine, model: string, out: string, changes: Changes = {}) {
  const { settings, modalities = ["text", "audio"], ...rest } = changes;
  return trainWithBert(engine, load(modalities), out, {
    model,
    modalities,
    settings: { ...smallSettings(findModel(model)), ...WITH_BERT, updateEpochs: 1, ...settings },
    ...rest,
  });
}

/**
 * Those that are held to it on every engine: a BERT read once, one that is changed inside, one that is
 * trained in passes. The contract has the networks of all models on every engine.
 */
const EVERYWHERE = ["self-mm", "mag-bert", "mmim"];

for (const { name: model } of NETWORKS) {
  const forEngines = EVERYWHERE.includes(model) ? forEachEngine : onCpu;
  forEngines(`${model} trains a BERT, and resumes bit-exact`, async (engine) => {
    using folder = new TestFolder();
    const { summary } = await train(engine, model, folder.at("whole"));
    assertEquals(summary.epochs, 2);
    const weights = weightsOf(summary.path);
    using bert = new BertFolder(BERT);
    // A model may hold the embeddings as they are, and then has no moments of them.
    const { weights: state } = readWeights(new RunFolder(summary.path).checkpoint);
    const learned = ["embeddings.word_embeddings.weight", "encoder.layer.1.output.dense.bias"]
      .filter((name) =>
        [...state.keys()].some((key) => key.startsWith("optimizer/") && key.endsWith(name))
      );
    assert(learned.length > 0);
    for (const name of learned) {
      const start = bert.values(name);
      const [trained] = [...weights].filter(([key]) => key.endsWith(name));
      assert(trained![1].values.some((value, i) => value !== start[i]), name);
    }
    const controller = new AbortController();
    const stop = { signal: controller.signal, onEpoch: () => controller.abort(new Error("stop")) };
    await assertRejects(() => train(engine, model, folder.at("parts"), stop), Error, "stop");
    const parts = await train(engine, model, folder.at("parts"));
    assertEquals(weightsOf(parts.summary.path), weights);
  });
}

onCpu("each model predicts an utterance from its words alone", async (engine) => {
  for (const definition of NETWORKS) {
    const { name: model } = definition;
    if (!canDoWith(definition, ["text"])) continue;
    using folder = new TestFolder();
    const { summary } = await train(engine, model, folder.path, {
      modalities: ["text"],
      settings: { epochs: 1 },
    });
    using run = openRun(summary.path, engine);
    const [good, bad] = [await run.predictText("so good"), await run.predictText("bad")];
    assert(Number.isFinite(good) && good !== bad, `${model}: ${good} and ${bad}`);
  }
});

forEachEngine("cnn convolves tokens beside aligned steps, or one vector", async (engine) => {
  for (const settings of [{ reading: "signal" }, { textSteps: "first" }]) {
    using folder = new TestFolder();
    const { summary } = await train(engine, "cnn", folder.path, { settings });
    assert(Number.isFinite(summary.test["mae"]));
  }
  using folder = new TestFolder();
  const aligned = { settings: { aligned: true }, modalities: ["text"] as const };
  assert(Number.isFinite((await train(engine, "cnn", folder.path, aligned)).summary.test["mae"]));
});

forEachEngine("frozen layers stay as they were, and the others learn", async (engine) => {
  using folder = new TestFolder();
  using bert = new BertFolder(BERT);
  for (const frozen of [1, bert.config.layers]) {
    const { summary } = await train(engine, "self-mm", folder.at(String(frozen)), {
      settings: { bertFrozenLayers: frozen },
    });
    const weights = weightsOf(summary.path);
    const moved = (name: string) => {
      const start = bert.values(name);
      return weights.get(`text_model.model.${name}`)!.values.some((value, i) => value !== start[i]);
    };
    const names = [...weights.keys()].filter((name) => name.startsWith("text_model.model."))
      .map((name) => name.slice("text_model.model.".length))
      .filter((name) => !name.startsWith("pooler."));
    const isFrozen = (name: string) =>
      name.startsWith("embeddings.") || Number(/layer\.(\d+)/.exec(name)![1]) < frozen;
    // The gradient of the keys' bias is 0 but for rounding: the softmax does not see it.
    const told = names.filter((name) => !name.endsWith("key.bias"));
    assertEquals(told.filter(moved), told.filter((name) => !isFrozen(name)));
    const { weights: state } = readWeights(new RunFolder(summary.path).checkpoint);
    const held = [...state.keys()].filter((name) =>
      /^(optimizer|gradient).*word_embeddings/.test(name)
    );
    assertEquals(held, []);
  }
});

Deno.test("openBert() refuses to freeze more layers than there are, or features", () => {
  const open = (settings: Settings) => () =>
    openBert({ text: "bert", bert: BERT, ...settings }, ["text"]);
  assertThrows(
    open({ bertFrozenLayers: 9 }),
    UsageError,
    "Cannot set bertFrozenLayers to 9: the BERT",
  );
  const features = { text: "features", bert: "", bertFrozenLayers: 1 };
  assertThrows(open(features), UsageError, "expected --text bert");
});
