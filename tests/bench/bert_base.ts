/** BERT-base, with random weights in place of learned ones: its speed does not depend on them. */

import type { RandomStream } from "../../mod.ts";
import type { GivenBert } from "../../lib/models/mod.ts";
import { encoderShapes, readEncoderConfig } from "../../lib/nn/text_encoder.ts";

/** What is not named has its values by default. */
const BASE = readEncoderConfig({
  vocab_size: 30522,
  hidden_size: 768,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  intermediate_size: 3072,
  max_position_embeddings: 512,
}, "BERT-base");

/** A BERT-base that is trained with the rates of a model's settings. */
export function bertBase(
  random: RandomStream,
  settings: Readonly<Record<string, unknown>>,
): GivenBert {
  const shapes = encoderShapes(BASE);
  return {
    config: BASE,
    learningRate: Number(settings["learningRateBert"]),
    weightDecay: Number(settings["weightDecayBert"]),
    values: (name) => {
      const count = shapes.get(name)!.reduce((product, n) => product * n, 1);
      return random.split(name).uniformArray(count, -0.03, 0.03);
    },
  };
}
