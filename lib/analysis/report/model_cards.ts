/** What there is to know of each model before its numbers are believed. @module */

/** The part of a model card that does not depend on runs. */
export interface ModelCard {
  /** Where the method is from. */
  readonly source: string;
  /** What was published and what we had to choose. */
  readonly reading: string;
  /** What it is not made for. */
  readonly limits: string;
}

/**
 * What a report says of each model, by its name.
 *
 * @example
 * ```ts
 * import { MODEL_CARDS } from "./mod.ts";
 * import { assertMatch } from "@std/assert";
 * assertMatch(MODEL_CARDS["self-mm"]!.source, /AAAI 2021/);
 * ```
 */
export const MODEL_CARDS: Readonly<Record<string, ModelCard>> = {
  "self-mm": {
    source: "Yu, Xu, Yuan, Wu: Learning Modality-Specific Representations with Self-Supervised " +
      "Multi-Task Learning for Multimodal Sentiment Analysis, AAAI 2021; code thuiar/MMSA",
    reading:
      "Follows the released code where it differs from the paper. Mode robust bounds the label " +
      "ratio, decouples weight decay and applies the last incomplete group of batches",
    limits: "Generated unimodal labels are a means of training, not measurements: where the data " +
      "have labels of people, see how far they agree",
  },
  "shared-private": {
    source: "Self-MM plus an alignment of second-order statistics between modalities, IJCNN 2024",
    reading: "Published: the backbone and the pair audio-vision. Which vectors are aligned, how " +
      "they are projected and how the loss is weighted are our reading",
    limits: "Differences to the published numbers may be those of our reading",
  },
  "text-guided": {
    source: "Transformers over text with audio and text with vision, a third over both results",
    reading:
      "Equations and learning rates are published; tokens, sharing of weights and the order " +
      "of the sequence are our reading",
    limits: "Needs text: without it there is nothing to guide",
  },
  mmcl: {
    source: "Two stages with a contrastive loss each, ICMR 2024",
    reading: "Of the paper only the abstract could be had; all else is our reading",
    limits: "Not a reproduction: its numbers stand for this implementation only",
  },
  cnn: {
    source: "Convolutions of 3, 4 and 5 steps over each modality, a usual baseline",
    reading: "Our reading",
    limits: "Sees five steps at once at most; what depends on more is lost",
  },
  svm: {
    source: "Support vector machines on features averaged over time, a usual baseline",
    reading: "Our reading. Classifiers, one for each metric of classes, give the class. metrics",
    limits:
      "Exact up to 4,000 samples, approximate beyond. Nothing in it is random: seeds differ " +
      "in nothing, and intervals over them say nothing",
  },
  constant: {
    source: "The mean, median or most frequent train label",
    reading: "The floor of every table",
    limits: "Reads no features. Nothing in it is random",
  },
};

/** What holds for every model of this kind. */
export const GENERAL_LIMITS: string =
  "Trained and tested on the dataset named, in its language and with its raters' scale; scores may " +
  "lie beyond the scale. Not made to judge people";
