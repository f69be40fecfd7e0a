/** Self-MM as the benches train it. */

import { Adam } from "../../lib/training/optimizer.ts";
import { Learner } from "../../lib/training/learner.ts";
import { resolveConfig } from "../../lib/training/mod.ts";
import { type Config, type Setting } from "../../lib/models/mod.ts";
import {
  type Engine,
  findModel,
  MODALITIES,
  type Network,
  RandomStream,
  type Split,
} from "../../mod.ts";

/** What a loop over batches needs. */
export interface BenchLearner {
  readonly config: Config;
  readonly network: Network;
  readonly learner: Learner;
  readonly random: RandomStream;
}

/** A new Self-MM with the defaults of a dataset. */
export function makeSelfMm(
  engine: Engine,
  train: Split,
  protocol: "mosi" | "mosei",
  settings: Readonly<Record<string, Setting>> = {},
): BenchLearner {
  const model = findModel("self-mm");
  if (model.kind !== "network") throw new TypeError("self-mm is not a network");
  const random = RandomStream.fromSeed(1111);
  const config = resolveConfig(model, protocol, settings);
  const network = model.create({
    settings: config,
    protocol,
    modalities: MODALITIES,
    widths: Object.fromEntries(MODALITIES.map((name) => [name, train.features[name]!.width])),
    trainLabels: train.labels!,
    random,
  });
  const adam = new Adam(network.parameters, network.trainedGroups, { decay: "l2" });
  return {
    config,
    network,
    learner: new Learner(engine, network, adam, random.split("dropout")),
    random,
  };
}
