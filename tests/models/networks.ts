/** Small networks of every model, to hold all of them to the same contract. */

import { UsageError } from "../../lib/core/errors.ts";
import { RandomStream } from "../../lib/core/random.ts";
import { batchOrder, type Dataset, type Modality } from "../../lib/data/mod.ts";
import type { Engine } from "../../lib/engine/mod.ts";
import {
  type Config,
  featureSteps,
  featureWidths,
  findModel,
  type ModelDefinition,
  type Setting,
  startOf,
} from "../../lib/models/mod.ts";
import { encoderShapes, readEncoderConfig } from "../../lib/nn/text_encoder.ts";
import { loopSettings, resolveConfig } from "../../lib/training/config.ts";
import { sumLimitsOf } from "../../lib/training/clipping.ts";
import { Learner, type StepResult } from "../../lib/training/learner.ts";
import { planEpoch } from "../../lib/training/passes.ts";
import { givenBert } from "../../lib/training/run_bert.ts";
import { adamOf } from "../../lib/training/optimizer.ts";
import type { LoopSettings } from "../../lib/training/trainer.ts";

type Settings = Readonly<Record<string, Setting>>;

/** Largest of every width and count of a small network. */
const SMALL_COUNT = 8;

/** Most layers of one: more learn nothing in so few steps. */
const SMALL_DEPTH = 2;
/** Most attention heads of one: they divide every small width. */
const SMALL_HEADS = 2;
/** Largest weight decay of one. */
const SMALL_DECAY = 1e-3;

/** Settings that ask for data of another kind than the small ones. */
const OF_OTHER_DATA = ["aligned"];

/** Forms in which several settings differ from the start values, where that is another path. */
const COMBINED: Readonly<Record<string, readonly Settings[]>> = {
  "self-mm": [
    { unimodalLabels: "copied", weights: "constant" },
    { unimodalLabels: "human", tasks: "M,A", weights: "constant" },
  ],
  "shared-private": [
    { projection: "linear", pairs: "ta,tv,av=0.5", beta: 0.1 },
    { projection: "fixedOrthogonal", pairs: "ta,av" },
  ],
  "text-guided": [{ tokens: "featureConcat", share: true }],
  "mmcl": [
    { stages: "sequential", routingAxis: "modality" },
    { stages: "sequential", stageOneRate: 0.1, routingAxis: "batch" },
    { routing: false, negatives: "allNeg", decoupled: false, modulation: "dclw" },
    { encoder: "transformer", encoderLayers: 2 },
  ],
};

/** Settings that make a network small, quick to learn and with dropout everywhere, by its rules. */
export function smallSettings(model: ModelDefinition): Settings {
  const own = Object.entries(model.settings).flatMap(([key, rule]) => {
    const start = startOf(rule, "mosi");
    if (rule.kind === "count") return [[key, Math.min(start as number, SMALL_COUNT)] as const];
    if (rule.kind === "depth") return [[key, Math.min(start as number, SMALL_DEPTH)] as const];
    if (rule.kind === "heads") return [[key, Math.min(start as number, SMALL_HEADS)] as const];
    if (rule.kind === "dropout") return [[key, 0.1] as const];
    // So few weights would be shrunk away.
    if (rule.kind === "weightDecay") {
      return [[key, Math.min(start as number, SMALL_DECAY)] as const];
    }
    // What is published with small steps is not to be torn apart by large ones.
    const rate = (start as number) <= 1e-4 ? 4e-3 : 1e-2;
    return rule.kind === "learningRate" ? [[key, rate] as const] : [];
  });
  const { updateEpochs = 1 } = Object.fromEntries(own);
  return {
    ...Object.fromEntries(own),
    batchSize: 5,
    epochs: 4,
    updateEpochs: Math.min(updateEpochs, 2),
  };
}

/** The same without dropout, for who must see the same twice. */
export function plainSettings(model: ModelDefinition): Settings {
  const rates = Object.entries(model.settings).filter(([, { kind }]) => kind === "dropout");
  return { ...smallSettings(model), ...Object.fromEntries(rates.map(([key]) => [key, 0])) };
}

/** What differs between forms of a model: nothing, then each other value of each choice. */
export function variantsOf(model: ModelDefinition): readonly Settings[] {
  const single = Object.entries(model.settings).flatMap(([key, rule]) =>
    (rule.values ?? []).filter((value) => value !== startOf(rule, "mosi"))
      .filter(() => !OF_OTHER_DATA.includes(key))
      .map((value) => ({ [key]: value }))
  ).filter((form) => fits(model, form));
  return [{}, ...single, ...COMBINED[model.name] ?? []];
}

/** Whether a model has such a form: some values need those of other settings. */
function fits(model: ModelDefinition, form: Settings): boolean {
  try {
    resolveConfig(model, "mosi", form);
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

/** All small forms of a model, the one with start values first. */
export function formsOf(name: string): readonly Settings[] {
  const model = findModel(name);
  return variantsOf(model).map((variant) => ({ ...smallSettings(model), ...variant }));
}

/** So small that it learns in no time, and has words enough for the small data. */
const BERT = readEncoderConfig({
  vocab_size: 40,
  hidden_size: 16,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 32,
  max_position_embeddings: 16,
  hidden_dropout_prob: 0,
  attention_probs_dropout_prob: 0,
}, "the tests' BERT");

/** Start values of it, by name. */
function randomBert(seed: number): (name: string) => Float32Array {
  const random = RandomStream.fromSeed(seed).split("bert"), shapes = encoderShapes(BERT);
  return (name) => {
    const count = shapes.get(name)!.reduce((product, n) => product * n, 1);
    if (name.endsWith("LayerNorm.weight")) return new Float32Array(count).fill(1);
    return name.endsWith("bias")
      ? new Float32Array(count)
      : random.split(name).normalArray(count, 0.3);
  };
}

/** A learner of any network model; freed with its network at the end of its scope. */
export class NetworkLearner extends Learner implements Disposable {
  readonly config: Config;
  /** How it is trained. */
  readonly loop: LoopSettings;
  readonly random: RandomStream;

  constructor(
    engine: Engine,
    named: string | ModelDefinition,
    dataset: Dataset,
    settings: Settings,
    modalities: readonly Modality[] = dataset.modalities,
    seed = 1111,
  ) {
    const model = typeof named === "string" ? findModel(named) : named;
    if (model.kind !== "network") throw new TypeError(`${model.name} is not a network`);
    const config = resolveConfig(model, "mosi", settings);
    const random = RandomStream.fromSeed(seed);
    const bert = config["text"] === "bert" && modalities.includes("text")
      ? { bert: givenBert(BERT, randomBert(seed), config) }
      : {};
    const network = model.create({
      ...bert,
      settings: config,
      protocol: "mosi",
      modalities,
      widths: featureWidths(dataset, modalities),
      steps: featureSteps(dataset, modalities, config["text"] as "features" | "bert"),
      trainLabels: dataset.splits.train!.labels!,
      random: random.split("weights"),
    });
    const loop = loopSettings(model, config);
    super(engine, network, adamOf(network, loop), random.split("dropout"), sumLimitsOf(loop));
    this.config = config;
    this.loop = loop;
    this.random = random;
  }

  /** Runs the batches of one epoch in file order, and returns what each step gave. */
  async epoch(dataset: Dataset, epoch: number): Promise<StepResult[]> {
    const train = dataset.splits.train!;
    this.network.startEpoch?.();
    const results: StepResult[] = [];
    const batches = batchOrder(train.samples, this.loop.batchSize);
    for (const [i, batch] of planEpoch(this.network, batches, this.loop).entries()) {
      const { indices, pass, isCounted, ...group } = batch;
      this.enterPass(pass);
      const place = { epoch, batch: i + 1, ...group };
      const result = await this.step(train, indices, place);
      if (isCounted) results.push(result);
    }
    return results;
  }

  [Symbol.dispose](): void {
    this.dispose();
    this.network.dispose();
  }
}
