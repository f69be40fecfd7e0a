/** A network, the optimizer that its rules ask for, and what runs their steps. @module */

import type { RandomStream } from "../core/random.ts";
import type { Engine } from "../engine/mod.ts";
import type { Network, TrainingRules } from "../models/mod.ts";
import { sumLimitsOf } from "./clipping.ts";
import { FixedText } from "./fixed_text.ts";
import { Learner } from "./learner.ts";
import { adamOf } from "./optimizer.ts";

/** A learner by the rules of a training. @param noise of dropout */
export function learnerOf(
  engine: Engine,
  network: Network,
  rules: TrainingRules,
  noise: RandomStream,
): Learner {
  const limits = sumLimitsOf(rules);
  // Who predicts reads each sentence once, and has a learner without.
  const fixedText = network.hasFixedText ? new FixedText(engine, network) : null;
  return new Learner(engine, network, adamOf(network, rules), noise, limits, fixedText);
}
