/**
 * Made-up clips whose true unimodal sentiments are known: each modality carries its own sentiment,
 * the multimodal label mixes them. What a model generates as unimodal labels can be compared with
 * the planted ones, which it never sees.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { UsageError } from "../core/errors.ts";
import { JUPYTER_DISPLAY } from "../display/notebook.ts";
import { RandomStream } from "../core/random.ts";
import { unknownName } from "../core/suggest.ts";
import { MemoryColumn } from "./column.ts";
import { displayDataset } from "./dataset_display.ts";
import type { Dataset, FeatureColumn, Split } from "./dataset.ts";
import { MODALITIES, type Modality, type SplitName, SPLITS } from "./modality.ts";

/** Sizes and seed of a synthetic dataset. */
export interface SyntheticOptions {
  /** Train samples, 320 by default; valid has n / 4, test n / 2, and no split less than 4. */
  readonly n: number;
  /** Of all random draws; 1 by default. */
  readonly seed: number;
  /** Width of the text features; 16 by default. */
  readonly text: number;
  /** Width of the audio features; 6 by default. */
  readonly audio: number;
  /** Width of the vision features; 8 by default. */
  readonly vision: number;
  /** Steps of the text, padding included; 6 by default. */
  readonly textSteps: number;
  /** Steps of the audio; 16 by default. */
  readonly audioSteps: number;
  /** Steps of the vision; 12 by default. */
  readonly visionSteps: number;
  /** Standard deviation of the noise on every feature of every step; 0.5 by default. */
  readonly noise: number;
}

const DEFAULTS: SyntheticOptions = {
  n: 320,
  seed: 1,
  text: 16,
  audio: 6,
  vision: 8,
  textSteps: 6,
  audioSteps: 16,
  visionSteps: 12,
  noise: 0.5,
};

/**
 * How much each modality's sentiment weighs in the multimodal label; squares sum to about 1. Text
 * leads, as in the real datasets.
 */
const WEIGHTS: Readonly<Record<Modality, number>> = { text: 0.84, audio: 0.38, vision: 0.38 };
/** Labels are multiples of it, as in MOSI. */
const LABEL_STEP = 0.2;
const LABEL_LIMIT = 3;
/** Standard deviation of the planted sentiments: few of them reach the limit. */
const SPREAD = 1.3;

/** Features of one modality of a split, which lie in memory: 4 GiB of float32. */
const MAX_VALUES = 2 ** 30;

/**
 * Whether a `--data` value asks for synthetic data.
 *
 * @example
 * ```ts
 * import { isSynthetic } from "./synthetic.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([isSynthetic("synthetic:n=9"), isSynthetic("mosi.pkl")], [true, false]);
 * ```
 */
export function isSynthetic(spec: string): boolean {
  return spec === "synthetic" || spec.startsWith("synthetic:");
}

/**
 * The options in `synthetic` or `synthetic:n=2000,seed=1,…`.
 *
 * @throws {UsageError} when a key is unknown, a value is no number of 0 or more, or the features of
 * a modality would not fit into memory.
 *
 * @example
 * ```ts
 * import { parseSynthetic } from "./synthetic.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseSynthetic("synthetic:n=50").n, 50);
 * ```
 */
export function parseSynthetic(spec: string): SyntheticOptions {
  const options: Record<string, number> = { ...DEFAULTS };
  for (const part of spec.slice("synthetic:".length).split(",").filter((part) => part !== "")) {
    const [key = "", text = ""] = part.split("=");
    if (!Object.hasOwn(DEFAULTS, key)) {
      throw new UsageError(unknownName("key of synthetic data", key, Object.keys(DEFAULTS)));
    }
    const value = Number(text);
    const isWhole = Number.isSafeInteger(value) && value >= (key === "seed" ? 0 : 1);
    if (text.trim() === "" || !(key === "noise" ? value >= 0 && value < Infinity : isWhole)) {
      const wanted = key === "noise" ? "a number of 0 or more" : "a whole number of 1 or more";
      throw new UsageError(`Cannot use ${key}=${text} in "${spec}": expected ${wanted}`);
    }
    options[key] = value;
  }
  const { n, ...sizes } = options as unknown as SyntheticOptions;
  for (const modality of MODALITIES) {
    const values = n * sizes[`${modality}Steps`] * sizes[modality];
    if (values <= MAX_VALUES) continue;
    throw new UsageError(
      `Cannot make "${spec}": ${modality} of split "train" has ${values} values, ` +
        `expected at most ${MAX_VALUES}`,
    );
  }
  return { n, ...sizes };
}

/**
 * The one name of data: synthetic ones in full, however few of their keys were given; a file's is its
 * path.
 *
 * @throws {UsageError} a key of synthetic data is unknown, or its value does not fit
 *
 * @example
 * ```ts
 * import { dataName } from "./synthetic.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(dataName("synthetic:seed=1,n=320"), dataName("synthetic"));
 * assertEquals(dataName("mosi.pkl"), "mosi.pkl");
 * ```
 */
export function dataName(spec: string): string {
  return isSynthetic(spec) ? nameOf(parseSynthetic(spec)) : spec;
}

function nameOf(options: SyntheticOptions): string {
  const pairs = Object.entries({ ...DEFAULTS, ...options });
  return `synthetic:${pairs.map((pair) => pair.join("=")).join(",")}`;
}

/**
 * Makes a dataset: the same bytes for the same options on every machine. Labels are those of MOSI,
 * multiples of 0.2 in [-3, 3]; the planted sentiments are its unimodal labels.
 *
 * @example
 * ```ts
 * import { makeSynthetic } from "./synthetic.ts";
 * import { assertEquals } from "@std/assert";
 * const { splits } = makeSynthetic({ n: 40, seed: 3 });
 * assertEquals(splits.train!.labels!.length, 40);
 * assertEquals(splits.train!.unimodalLabels.audio!.length, 40);
 * ```
 */
export function makeSynthetic(options: Partial<SyntheticOptions> = {}): Dataset {
  const settings = { ...DEFAULTS, ...options };
  const random = RandomStream.fromSeed(settings.seed).split("synthetic");
  const directions = new Map(MODALITIES.map((modality) => {
    const direction = random.split(`${modality} direction`).normalArray(settings[modality]);
    const norm = Math.hypot(...direction);
    return [modality, direction.map((value) => value / norm)];
  }));
  const sizes = { train: settings.n, valid: settings.n / 4, test: settings.n / 2 };
  const splits: Partial<Record<SplitName, Split>> = {};
  for (const name of SPLITS) {
    const samples = Math.max(4, Math.round(sizes[name]));
    splits[name] = makeSplit(name, samples, settings, directions, random.split(name));
  }
  const sha256 = createHash("sha256").update(JSON.stringify(settings)).digest("hex");
  return {
    name: "synthetic",
    path: nameOf(settings),
    protocol: "mosi",
    modalities: MODALITIES,
    splits,
    problems: [],
    zeroed: {},
    isKnown: true,
    sha256: () => sha256,
    close: () => {},
    [Symbol.dispose]: () => {},
    [JUPYTER_DISPLAY]() {
      return displayDataset(this);
    },
  };
}

function makeSplit(
  name: SplitName,
  samples: number,
  settings: SyntheticOptions,
  directions: ReadonlyMap<Modality, Float32Array>,
  random: RandomStream,
): Split {
  const labels = new Float32Array(samples);
  const unimodalLabels: Partial<Record<Modality, Float32Array>> = {};
  const features: Partial<Record<Modality, FeatureColumn>> = {};
  for (const modality of MODALITIES) {
    const sentiments = random.split(`${modality} sentiment`).normalArray(samples, SPREAD);
    for (let i = 0; i < samples; i++) labels[i]! += WEIGHTS[modality] * sentiments[i]!;
    unimodalLabels[modality] = sentiments.map(toLabel);
    features[modality] = makeColumn(
      sentiments,
      directions.get(modality)!,
      settings[`${modality}Steps`],
      settings.noise,
      random.split(`${modality} features`),
    );
  }
  return {
    name,
    samples,
    ids: Array.from({ length: samples }, (_, i) => `synthetic_${name}_${i >> 3}$_$${i & 7}`),
    labels: labels.map(toLabel),
    unimodalLabels,
    features,
    rawText: null,
    textBert: null,
    annotations: null,
  };
}

/** Sequences of 1 to `steps` steps, each with the sentiment along `direction`, and noise. */
function makeColumn(
  sentiments: Float32Array,
  direction: Float32Array,
  steps: number,
  noise: number,
  random: RandomStream,
): FeatureColumn {
  const [samples, width] = [sentiments.length, direction.length];
  const values = new Float32Array(samples * steps * width);
  const shortest = Math.ceil(steps / 2);
  const lengths = Int32Array.from(
    { length: samples },
    () => shortest + random.integer(steps - shortest + 1),
  );
  for (let i = 0; i < samples; i++) {
    for (let t = 0; t < lengths[i]!; t++) {
      const at = (i * steps + t) * width;
      const expression = 0.5 + random.uniform();
      for (let j = 0; j < width; j++) {
        values[at + j] = expression * sentiments[i]! * direction[j]! + noise * random.normal();
      }
    }
  }
  return new MemoryColumn(values, { samples, steps, width }, lengths);
}

/** The nearest label that an annotator could have given. */
function toLabel(sentiment: number): number {
  const label = Math.round(sentiment / LABEL_STEP) * LABEL_STEP;
  return Math.min(LABEL_LIMIT, Math.max(-LABEL_LIMIT, label));
}
