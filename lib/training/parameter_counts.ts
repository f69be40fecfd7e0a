/**
 * How large models are, on the published datasets and on any other, without training one.
 *
 * @module
 */

import { RandomStream } from "../core/random.ts";
import { type KnownFile, MODALITIES, type Modality } from "../data/mod.ts";
import { KNOWN_FILES } from "../data/registry.ts";
import type { DefaultsFor, GivenBert, ModelDefinition } from "../models/mod.ts";
import { resolveConfig } from "./config.ts";

/** What the number of a network's parameters depends on, besides its settings. */
export interface DataSizes {
  /** Whose default settings it has. */
  readonly defaults: DefaultsFor;
  /** Whose range the labels have. */
  readonly protocol: KnownFile["protocol"];
  /** Those in use. */
  readonly modalities: readonly Modality[];
  /** Feature width of each. */
  readonly widths: Readonly<Partial<Record<Modality, number>>>;
  /** Steps of each, padding included. */
  readonly steps: Readonly<Partial<Record<Modality, number>>>;
}

/** Of the published files, the unaligned ones where there are two. */
export const PUBLISHED_SIZES: Readonly<Record<DefaultsFor, DataSizes>> = {
  mosi: sizesOf("mosi", "mosi-unaligned"),
  mosei: sizesOf("mosei", "mosei-unaligned"),
  sims: sizesOf("sims", "sims"),
  simsv2: sizesOf("simsv2", "simsv2"),
};

function sizesOf(defaults: DefaultsFor, name: string): DataSizes {
  const { protocol, widths, steps } = KNOWN_FILES.find((file) => file.name === name)!;
  return { defaults, protocol, modalities: MODALITIES, widths, steps };
}

/** Width of the published BERTs. */
const BERT_WIDTH = 768;

/** A BERT that is else as small as models take: its own weights do not count. */
function smallBert(width: number): GivenBert {
  const config = {
    type: "bert",
    vocabulary: 1,
    width,
    layers: 2,
    heads: 1,
    intermediate: 1,
    positions: 1,
    segments: 1,
    padding: null,
    activation: "exact",
    epsilon: 1e-12,
    hiddenDropout: 0,
    attentionDropout: 0,
  } as const;
  return { config, values: null };
}

/**
 * Number of weights that gradient descent changes, with default settings. Those of a BERT are not
 * counted. An engine has to be open.
 *
 * @param bertWidth of the BERT of a model that cannot do without one
 * @returns null for a regressor
 * @throws {UsageError} the model cannot be made for data of such sizes
 *
 * @example Convolutions of 3, 4 and 5 steps, 100 of each, and a layer over their responses
 * ```ts
 * import { openEngine } from "../engine/mod.ts";
 * import { findModel } from "../models/mod.ts";
 * import { parameterCount } from "./parameter_counts.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const [widths, steps] = [{ text: 7 }, { text: 50 }];
 * const modalities = ["text"] as const;
 * const sizes = { defaults: "mosi", protocol: "mosi", modalities, widths, steps } as const;
 * assertEquals(parameterCount(findModel("cnn"), sizes), 100 * (12 * 7 + 3) + 301);
 * ```
 */
export function parameterCount(
  model: ModelDefinition,
  sizes: DataSizes,
  bertWidth: number = BERT_WIDTH,
): number | null {
  if (model.kind !== "network") return null;
  const { defaults, ...rest } = sizes;
  const network = model.create({
    ...rest,
    settings: resolveConfig(model, defaults),
    trainLabels: new Float32Array(0),
    random: RandomStream.zeros(),
    ...(model.needs.includes("bert") ? { bert: smallBert(bertWidth) } : {}),
  });
  const count = network.ownNames()
    .reduce((sum, name) => sum + network.parameters.get(name).size, 0);
  network.dispose();
  return count;
}
