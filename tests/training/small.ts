/** Trainings so small that a test can run many of them. */

import type { Dataset, Modality } from "../../lib/data/mod.ts";
import type { Engine } from "../../lib/engine/mod.ts";
import { mae } from "../../lib/evaluation/mod.ts";
import { findModel, type Setting } from "../../lib/models/mod.ts";
import type { Learner, StepResult } from "../../lib/training/learner.ts";

import { trainRun } from "../../lib/training/run.ts";
import type { RunOptions, RunOutcome } from "../../lib/training/run_options.ts";
import { fit, type FitOptions } from "../../lib/training/trainer.ts";
import { NetworkLearner } from "../models/networks.ts";
import { SMALL } from "../models/small.ts";

/** A learner of a small Self-MM; freed with its network at the end of its scope. */
export class SmallLearner extends NetworkLearner {
  /** The loss of every step. */
  readonly losses: number[] = [];

  constructor(
    engine: Engine,
    dataset: Dataset,
    settings: Readonly<Record<string, Setting>> = {},
    { seed, modalities }: { seed?: number; modalities?: readonly Modality[] } = {},
  ) {
    super(engine, "self-mm", dataset, { ...SMALL, ...settings }, modalities, seed);
  }

  override async step(...args: Parameters<Learner["step"]>): Promise<StepResult> {
    const result = await super.step(...args);
    this.losses.push(result.loss);
    return result;
  }
}

/** Options of a training of `learner`, without checkpoints. */
export function fitOptions(learner: SmallLearner, options: Partial<FitOptions> = {}): FitOptions {
  return {
    settings: learner.loop,
    engine: "cpu",
    random: learner.random,
    evaluate: (predictions, labels) => ({ mae: mae(predictions, labels) }),
    ...options,
  };
}

/** Trains a small Self-MM on a dataset. */
export function fitSmall(
  learner: SmallLearner,
  dataset: Dataset,
  options: Partial<FitOptions> = {},
): ReturnType<typeof fit> {
  const { train, valid } = dataset.splits;
  return fit(learner, train!, valid!, fitOptions(learner, options));
}

/** Runs `test` with a folder that is removed afterwards. */
export async function withFolder(test: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await test(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Trains a small run into a folder below `out`. */
export function train(
  engine: Engine,
  dataset: Dataset,
  out: string,
  options: Partial<Omit<RunOptions, "model">> & { model?: string } = {},
): Promise<RunOutcome> {
  const { model = "self-mm", settings = {}, ...rest } = options;
  return trainRun({
    model: findModel(model),
    dataset,
    protocol: "mosi",
    modalities: dataset.modalities,
    seed: 1111,
    settings: model === "self-mm" ? { ...SMALL, ...settings } : settings,
    nonfinite: "zero",
    engine,
    out,
    resume: false,
    loadSeconds: 0.5,
    commandLine: ["--x"],
    ...rest,
  });
}
