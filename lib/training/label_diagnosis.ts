/**
 * What became of the generated unimodal labels in an epoch, for its record.
 *
 * @module
 */

import type { Modality, Split } from "../data/mod.ts";
import { corr, mae } from "../evaluation/mod.ts";
import type { LabelGeneration, Network } from "../models/mod.ts";
import type { EpochRecord, LabelDiagnosis } from "./history.ts";

/** Bins of a histogram: four to a point of MOSI's scale. */
const BINS = 24;

/**
 * The part of an epoch's record about generated labels; empty for a network that generates none.
 * Nothing of the training is changed, and nothing random is drawn.
 */
export async function diagnoseLabels(
  network: Network,
  train: Split,
): Promise<Pick<EpochRecord, "unimodalLabels">> {
  const generations = await network.labelGeneration?.() ?? {};
  if (Object.keys(generations).length === 0) return {};
  const diagnoses: Partial<Record<Modality, LabelDiagnosis>> = {};
  for (const [name, generation] of Object.entries(generations)) {
    const modality = name as Modality;
    diagnoses[modality] = diagnose(generation, train.labels!, train.unimodalLabels[modality]);
  }
  return { unimodalLabels: diagnoses };
}

/**
 * @param annotated [samples] the multimodal labels
 * @param human [samples] what people, or the maker of the data, say of the modality alone
 */
export function diagnose(
  generation: LabelGeneration,
  annotated: Float32Array,
  human: Float32Array | undefined,
): LabelDiagnosis {
  const { labels, range, centerDistance, events } = generation;
  const n = labels.length;
  const histogram = new Array<number>(BINS).fill(0);
  let sum = 0, squares = 0, weight = 0;
  for (let i = 0; i < n; i++) {
    const label = labels[i]!;
    sum += label;
    squares += label * label;
    weight += Math.tanh(Math.abs(label - annotated[i]!));
    histogram[Math.min(BINS - 1, Math.floor((label + range) / (2 * range) * BINS))]!++;
  }
  return {
    mean: sum / n,
    deviation: Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2)),
    range,
    histogram,
    weight: weight / n,
    centerDistance,
    events,
    // No reason to stop a training: human labels that are incomplete are left out.
    ...human === undefined || !isComplete(human, n) ? {} : {
      human: {
        corr: corr(labels, human),
        mae: mae(labels, human),
        signAgreement:
          labels.filter((label, i) => Math.sign(label) === Math.sign(human[i]!)).length / n,
      },
    },
  };
}

function isComplete(labels: Float32Array, samples: number): boolean {
  return labels.length === samples && labels.every(Number.isFinite);
}
