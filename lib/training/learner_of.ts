/** A network, the optimizer that its rules ask for, and what runs their steps. @module */

import type { RandomStream } from "../core/random.ts";
import type { Engine } from "../engine/mod.ts";
import type { Network, TrainingRules } from "../models/mod.ts";
import { sumLimitsOf } from "./clipping.ts";
import { FixedText, type TextStates } from "./fixed_text.ts";
import { Learner } from "./learner.ts";
import { adamOf } from "./optimizer.ts";

/**
 * A learner by the rules of a training.
 *
 * @param noise of dropout
 * @param states where the network's text is fixed, that are shared with other seeds
 */
export function learnerOf(
  engine: Engine,
  network: Network,
  rules: TrainingRules,
  noise: RandomStream,
  states?: TextStates,
): Learner {
  const limits = sumLimitsOf(rules);
  // Who predicts reads each sentence once, and has a learner without.
  const fixedText = network.hasFixedText ? new FixedText(engine, network, states) : null;
  return new Learner(engine, network, adamOf(network, rules), noise, limits, fixedText);
}
