/**
 * Replays a recorded training of the reference implementation, batch by batch, and measures how
 * far every quantity is from the recorded one.
 *
 * @module
 */

import { DataError } from "../core/errors.ts";
import { RandomStream } from "../core/random.ts";
import { type Dataset, loadDataset, MODALITIES } from "../data/mod.ts";
import type { Engine } from "../engine/mod.ts";
import { PROTOCOLS } from "../evaluation/mod.ts";
import { type Config, featureWidths, findModel, type Network } from "../models/mod.ts";
import { Deviations, type ParityReport } from "./deviations.ts";
import { Learner } from "../training/learner.ts";
import { Adam } from "../training/optimizer.ts";
import { type RecordedEpoch, Recording } from "./recording.ts";
import { requireSplit } from "../training/requirements.ts";
import { assignWeights, copyWeights, type Weights } from "../training/weights.ts";

/** The reference's letters of the tasks. */
const LETTERS = { fusion: "M", text: "T", audio: "A", vision: "V" } as const;
/** The reference's names of metrics, and ours. */
const METRICS: Readonly<Record<string, string>> = {
  MAE: "mae",
  Corr: "corr",
  Has0_acc_2: "acc2NonNeg",
  Has0_F1_score: "f1WeightedNonNeg",
  Non0_acc_2: "acc2NegPos",
  Non0_F1_score: "f1WeightedNegPos",
  Mult_acc_5: "acc5",
  Mult_acc_7: "acc7",
  Mult_acc_3: "acc3",
  Mult_acc_2: "acc2Sims",
  F1_score: "f1Weighted",
};

/** Deliberate mistakes: what a replay does otherwise than the recorded training. */
export interface ReplayChanges {
  /** Settings in place of the recorded ones. */
  readonly settings?: Config;
  /** Whether the incomplete last group of an epoch steps too. */
  readonly applyTrailingGroup?: boolean;
}

/**
 * Replays the recording in `path` on `engine`.
 *
 * @param changes nothing for a replay that should be within tolerance
 * @throws {DataError} when a file that every recording has cannot be read.
 *
 * @example
 * ```ts
 * import { openEngine } from "../engine/mod.ts";
 * import { replay } from "./replay.ts";
 * import { assert } from "@std/assert";
 * const recording = new URL("../../tests/golden/self_mm_features", import.meta.url).pathname;
 * const { ok, loss, tolerance } = await replay(recording, await openEngine({ engine: "cpu" }));
 * assert(ok && loss! <= tolerance.loss);
 * ```
 */
export async function replay(
  path: string,
  engine: Engine,
  changes: ReplayChanges = {},
): Promise<ParityReport> {
  const recording = new Recording(path);
  using dataset = loadDataset(recording.data, { protocol: recording.protocol });
  const modalities = dataset.modalities;
  const train = requireSplit(dataset, "train");
  const start = recording.tensors("init.safetensors");
  if (start === null) {
    throw new DataError(
      `Cannot replay "${path}": it has no init.safetensors, expected weights in it`,
    );
  }
  const random = RandomStream.fromSeed(0);
  const model = findModel("self-mm");
  if (model.kind !== "network") throw new TypeError("self-mm is not a network");
  const bert = recording.bert();
  const network = model.create({
    settings: { ...recording.settings(), ...changes.settings },
    protocol: recording.protocol,
    modalities,
    widths: featureWidths(dataset, modalities),
    trainLabels: train.labels!,
    random,
    ...(bert === null ? {} : { bert }),
  });
  const learner = new Learner(
    engine,
    network,
    new Adam(network.parameters, recording.groups(), recording.optimizer()),
    random,
  );
  learner.holdsGradients = true;
  assignWeights(network.parameters, start, path);
  const replay = new Replay(recording, dataset.splits, learner, changes);
  try {
    return await replay.run();
  } finally {
    learner.dispose();
    network.dispose();
  }
}

/** A replay under way. */
class Replay {
  readonly #recording: Recording;
  readonly #splits: Dataset["splits"];
  readonly #learner: Learner;
  readonly #changes: ReplayChanges;
  readonly #network: Network;
  readonly #deviations = new Deviations();

  constructor(
    recording: Recording,
    splits: Dataset["splits"],
    learner: Learner,
    changes: ReplayChanges,
  ) {
    this.#recording = recording;
    this.#splits = splits;
    this.#learner = learner;
    this.#changes = changes;
    this.#network = learner.network;
  }

  async run(): Promise<ParityReport> {
    const { epochs } = this.#recording.config;
    const recorded = new Map(this.#recording.epochs().map((epoch) => [epoch.epoch, epoch]));
    let bestLoss = Infinity;
    let best: Weights = new Map();
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const trainLoss = await this.#trainEpoch(epoch);
      const { scores, loss } = await this.#predict("valid");
      await this.#checkMemory();
      const record = recorded.get(epoch);
      if (record !== undefined) {
        this.#deviations.add("loss", [trainLoss], [record.train_loss]);
        await this.#compareEpoch(record, scores, loss);
      }
      // The reference rounds the loss before it looks for the best.
      const rounded = Math.round(loss * 1e4) / 1e4;
      if (rounded <= bestLoss - 1e-6) {
        bestLoss = rounded;
        best = await copyWeights(this.#network.parameters);
      }
    }
    await this.#compareWeights();
    await this.#compareTest(best);
    return this.#deviations.report();
  }

  /** Returns the mean of the batch losses. */
  async #trainEpoch(epoch: number): Promise<number> {
    const { order, config } = this.#recording;
    const batches = order.train[epoch - 1]!;
    const group = Number(config["update_epochs"]);
    const recorded = new Map(
      this.#recording.steps().filter((step) => step.epoch === epoch)
        .map((step) => [step.batch, step]),
    );
    let sum = 0;
    this.#network.startEpoch?.();
    for (const [i, indices] of batches.entries()) {
      const isLast = i + 1 === batches.length;
      const place = {
        epoch,
        batch: i + 1,
        startsGroup: i % group === 0,
        endsGroup: i % group === group - 1 ||
          isLast && (this.#changes.applyTrailingGroup ?? false),
      };
      const split = this.#splits.train!;
      const result = await this.#learner.step(split, Uint32Array.from(indices), place);
      sum += result.loss;
      this.#deviations.addFinite([result.loss]);
      const step = recorded.get(i + 1);
      if (step !== undefined) {
        this.#deviations.add("loss", [result.loss], [step.loss]);
        for (const [task, letter] of Object.entries(LETTERS)) {
          const scores = result.scores[task];
          if (scores === undefined || step[letter] === undefined) continue;
          this.#deviations.add("outputs", scores, step[letter] as number[]);
        }
      }
      const late = config.late_step;
      if (epoch === 1 && i === 0) await this.#compareGradients("grads_first_step.safetensors");
      if (epoch === late?.epoch && i + 1 === late.batch) {
        await this.#compareGradients("grads_late.safetensors");
      }
    }
    return sum / batches.length;
  }

  /** Scores of a split in file order, and the mean of the batches' mean absolute errors. */
  async #predict(name: "valid" | "test"): Promise<{ scores: Float32Array; loss: number }> {
    const split = this.#splits[name]!;
    const batches = this.#recording.order[name];
    const scores = new Float32Array(split.samples);
    let loss = 0;
    for (const indices of batches) {
      const batch = await this.#learner.predict(split, [indices]);
      let error = 0;
      indices.forEach((index, i) => {
        scores[index] = batch[i]!;
        error += Math.abs(batch[i]! - split.labels![index]!);
      });
      loss += error / indices.length / batches.length;
    }
    return { scores, loss };
  }

  /** The sums of a group's first batch are the gradients of that batch. */
  async #compareGradients(file: string): Promise<void> {
    const expected = this.#recording.tensors(file);
    if (expected === null) return;
    for (const [name, variable] of this.#learner.gradients) {
      const gradient = expected.get(name)?.values ?? new Float32Array(variable.size);
      this.#deviations.addGradient(await variable.data(), gradient);
    }
  }

  async #compareEpoch(record: RecordedEpoch, scores: Float32Array, loss: number): Promise<void> {
    this.#deviations.add("outputs", scores, record.valid_M);
    for (const modality of MODALITIES) {
      const labels = this.#network.memory.get(`labels.${modality}`);
      if (labels === undefined || record.labels[modality] === undefined) continue;
      this.#deviations.add("labels", await labels.data(), record.labels[modality]);
    }
    for (const [task, { pos, neg }] of Object.entries(record.centers)) {
      const center = this.#network.memory.get(`center.${task}`);
      if (center === undefined) continue;
      this.#deviations.add("centers", await center.data(), [...pos, ...neg]);
    }
    this.#compareMetrics("valid", scores, { ...record.valid, Loss: undefined });
    this.#deviations.addRounded(loss, record.valid["Loss"]!);
  }

  #compareMetrics(
    name: "valid" | "test",
    scores: Float32Array,
    expected: Readonly<Record<string, number | undefined>>,
  ): void {
    this.#deviations.addFinite(scores);
    // What is not finite has no metrics.
    if (!scores.every(Number.isFinite)) return;
    const protocol = PROTOCOLS[this.#recording.protocol];
    const { values } = protocol.evaluate(scores, this.#splits[name]!.labels!);
    for (const [theirs, ours] of Object.entries(METRICS)) {
      const [value, wanted] = [values[ours], expected[theirs]];
      if (value !== undefined && wanted !== undefined) this.#deviations.addRounded(value, wanted);
    }
  }

  async #checkMemory(): Promise<void> {
    for (const [, variable] of this.#network.memory) {
      this.#deviations.addFinite(await variable.data());
    }
    for (const [, variable] of this.#network.parameters) {
      this.#deviations.addFinite(await variable.data());
    }
  }

  async #compareWeights(): Promise<void> {
    const expected = this.#recording.tensors("final.safetensors");
    if (expected === null) return;
    const free = this.#freeWeights();
    for (const [name, { values }] of await copyWeights(this.#network.parameters)) {
      const wanted = expected.get(name)?.values ?? [];
      this.#deviations.add("weights", values, wanted, free.get(name) ?? 0);
    }
  }

  /**
   * How far weights may be off that nothing depends on: softmax does not see the bias of the keys,
   * so that its gradient is rounding noise, which Adam turns into steps of the learning rate.
   */
  #freeWeights(): Map<string, number> {
    const steps = this.#learner.optimizerSteps;
    return new Map(
      this.#recording.groups().flatMap(({ learningRate, parameters }) =>
        parameters.filter((name) => name.endsWith(".attention.self.key.bias"))
          .map((name) => [name, 2 * learningRate * steps] as const)
      ),
    );
  }

  async #compareTest(best: Weights): Promise<void> {
    const test = this.#recording.test();
    if (test === null) return;
    const final = await this.#predict("test");
    this.#deviations.add("test", final.scores, test.final.M);
    this.#compareMetrics("test", final.scores, test.final.metrics);
    // Without an epoch of finite loss there is no best one.
    if (best.size === 0) return this.#deviations.add("test", [], test.best.M);
    assignWeights(this.#network.parameters, best, "the best epoch");
    const { scores } = await this.#predict("test");
    this.#deviations.add("test", scores, test.best.M);
    this.#compareMetrics("test", scores, test.best.metrics);
  }
}
