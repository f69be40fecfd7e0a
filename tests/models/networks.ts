/** Small networks of every model, to hold all of them to the same contract. */

import { RandomStream } from "../../lib/core/random.ts";
import { batchOrder, type Dataset, type Modality } from "../../lib/data/mod.ts";
import type { Engine } from "../../lib/engine/mod.ts";
import { type Config, featureWidths, findModel, type Setting } from "../../lib/models/mod.ts";
import { loopSettings, resolveConfig } from "../../lib/training/config.ts";
import { Learner, type StepResult } from "../../lib/training/learner.ts";
import { adamOf } from "../../lib/training/optimizer.ts";
import { SMALL } from "./small.ts";

type Settings = Readonly<Record<string, Setting>>;

const SHARED_PRIVATE: Settings = {
  ...SMALL,
  batchSize: 5,
  audioOut: 4,
  visionOut: 4,
  sharedDim: 3,
  alignmentBatch: 2,
};

const CNN: Settings = {
  batchSize: 5,
  epochs: 4,
  filtersDim: 6,
  signalDim: 6,
  learningRate: 1e-2,
  dropout: 0.1,
};

const TEXT_GUIDED: Settings = {
  batchSize: 5,
  epochs: 4,
  modelDim: 8,
  transformerHiddenSize: 8,
  heads: 2,
  transformerDropout: 0.1,
  headDim: 6,
  learningRateOther: 1e-2,
};

const MMCL: Settings = {
  batchSize: 5,
  epochs: 4,
  modelDim: 8,
  hiddenDim: 8,
  heads: 2,
  clusters: 3,
  capsuleDim: 4,
  contrastDim: 6,
  dropout: 0.1,
  learningRate: 1e-2,
};

/** A network model with settings that make it small; more than one line where it has several forms. */
export const NETWORKS: readonly (readonly [model: string, settings: Settings])[] = [
  ["self-mm", { ...SMALL, batchSize: 5 }],
  ["self-mm", { ...SMALL, batchSize: 5, mode: "robust" }],
  ["shared-private", SHARED_PRIVATE],
  ["shared-private", { ...SHARED_PRIVATE, projection: "linear", pairs: "ta,tv,av=0.5", beta: 0.1 }],
  ["shared-private", { ...SHARED_PRIVATE, projection: "fixedOrthogonal", pairs: "ta,av" }],
  ["text-guided", TEXT_GUIDED],
  ["text-guided", { ...TEXT_GUIDED, tokens: "featureConcat", share: true }],
  ["text-guided", { ...TEXT_GUIDED, sequence: true }],
  ["mmcl", MMCL],
  ["mmcl", { ...MMCL, blocks: "transformer", classes: 7, routingGradient: "full" }],
  ["mmcl", { ...MMCL, stages: "sequential", routingAxis: "modality" }],
  ["mmcl", { ...MMCL, stages: "sequential", stageOneRate: 0.1, routingAxis: "batch" }],
  ["mmcl", { ...MMCL, encoder: "transformer", encoderLayers: 2 }],
  ["mmcl", { ...MMCL, routing: false, negatives: "allNeg", decoupled: false, modulation: "dclw" }],
  ["cnn", CNN],
  ["cnn", { ...CNN, textSteps: "first" }],
  ["cnn", { ...CNN, reading: "signal" }],
];

/** A learner of any network model; freed with its network at the end of its scope. */
export class NetworkLearner extends Learner implements Disposable {
  readonly config: Config;
  readonly random: RandomStream;

  constructor(
    engine: Engine,
    name: string,
    dataset: Dataset,
    settings: Settings,
    modalities: readonly Modality[] = dataset.modalities,
    seed = 1111,
  ) {
    const model = findModel(name);
    if (model.kind !== "network") throw new TypeError(`${name} is not a network`);
    const config = resolveConfig(model, "mosi", settings);
    const random = RandomStream.fromSeed(seed);
    const network = model.create({
      config,
      protocol: "mosi",
      modalities,
      widths: featureWidths(dataset, modalities),
      trainLabels: dataset.splits.train!.labels!,
      random: random.split("weights"),
    });
    super(engine, network, adamOf(network, config), random.split("dropout"));
    this.config = config;
    this.random = random;
  }

  /** Runs the batches of one epoch in file order, and returns what each step gave. */
  async epoch(dataset: Dataset, epoch: number): Promise<StepResult[]> {
    const { batchSize, updateEpochs, applyTrailingGroup } = loopSettings(this.config);
    const train = dataset.splits.train!;
    this.network.startEpoch?.();
    const results: StepResult[] = [];
    const batches = batchOrder(train.samples, batchSize);
    for (const [i, indices] of batches.entries()) {
      const startsGroup = i % updateEpochs === 0;
      const isLast = applyTrailingGroup && i + 1 === batches.length;
      const endsGroup = i % updateEpochs === updateEpochs - 1 || isLast;
      results.push(
        await this.step(train, indices, { epoch, batch: i + 1, startsGroup, endsGroup }),
      );
    }
    return results;
  }

  [Symbol.dispose](): void {
    this.dispose();
    this.network.dispose();
  }
}
