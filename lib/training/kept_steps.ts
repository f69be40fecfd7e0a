/** Which steps a network is shown of samples, of one that learns from data that lack some. @module */

import type { Modality, Split } from "../data/mod.ts";
import { tokensOf } from "../data/text_bert.ts";
import { tf } from "../engine/mod.ts";
import type { Network } from "../models/mod.ts";

/**
 * The kept steps of a batch, as a network has them: of samples with labels alone, so that who wants a
 * score for a sentence loses none of its words.
 *
 * @param read what was read of the batch, of which a modality's steps are the size of an axis
 */
export function readKeptSteps(
  network: Pick<Network, "dataForms" | "keptSteps">,
  split: Split,
  indices: ArrayLike<number>,
  read: Readonly<Record<string, tf.Tensor>>,
): Record<string, tf.Tensor2D> {
  if (network.keptSteps === undefined || split.labels === null) return {};
  const kept: Record<string, tf.Tensor2D> = {};
  for (const [name, form] of Object.entries(network.dataForms)) {
    const modality = name as Modality, isTokens = form === "tokens";
    const steps = isTokens
      ? read["tokens"]!.shape[2]!
      : read[name]!.shape[Number(form !== "timeMajor")]!;
    const values = new Float32Array(indices.length * steps);
    for (let i = 0; i < indices.length; i++) {
      const sample = indices[i]!;
      const length = isTokens
        ? tokensOf(split.textBert!, sample)
        : split.features[modality]!.lengths[sample]!;
      const of = { split: split.name, modality, sample, length, steps };
      values.set(network.keptSteps(of), i * steps);
    }
    kept[`${modality}Kept`] = tf.tensor2d(values, [indices.length, steps]);
  }
  return kept;
}
