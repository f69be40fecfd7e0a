/**
 * The settings of a training: defaults in one place, every override checked.
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import { unknownName } from "../core/suggest.ts";
import type { ProtocolName } from "../data/mod.ts";
import type { Config, DefaultsFor, ModelDefinition, Setting } from "../models/mod.ts";
import type { LoopSettings } from "./trainer.ts";

/** Settings of the loop that every network has; a model's own defaults go before them. */
const LOOP: Config = {
  batchSize: 32,
  updateEpochs: 1,
  epochs: 200,
  earlyStop: 8,
  checkpointSeconds: 10,
};

/** Settings that must be whole numbers of 1 or more. */
const COUNTS =
  /^(batchSize|updateEpochs|epochs|earlyStop|exactLimit|landmarks|passes|alignmentBatch|heads|encoderLayers|clusters|iterations|.*(Dim|Out|HiddenSize))$/;
/** Settings that must be whole numbers of 0 or more. */
const COUNTS_FROM_0 = /^bertFrozenLayers$/;
/** Settings that must be numbers in [0, 1). */
const RATES = /[dD]ropout$/;
/** Settings whose value is one of a few words. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  mode: ["reference", "robust"],
  text: ["features", "bert"],
  distance: ["euclidean", "squared"],
  value: ["mean", "median", "majority"],
  kernel: ["rbf", "linear"],
  decay: ["l2", "decoupled"],
  tokens: ["two", "featureConcat"],
  reading: ["steps", "signal"],
  textSteps: ["all", "first"],
  alignment: ["coral", "coral+mean", "pairwiseL2", "cmd"],
  projection: ["identity", "fixedOrthogonal", "linear"],
  solver: ["auto", "exact", "approximate"],
  binarySolver: ["own", "ml-svm"],
  blocks: ["feedForward", "transformer"],
  encoder: ["biLstm", "transformer"],
  classes: ["3", "7"],
  modulation: ["distance", "dclw", "none"],
  negatives: ["crossOnly", "allNeg"],
  routingGradient: ["last", "full"],
  routingAxis: ["time", "batch", "modality"],
  modulationCmc: ["anchor", "batch"],
  modulationSmc: ["anchor", "batch"],
  stages: ["joint", "sequential"],
};

/** The value of a setting as typed on a command line. */
function parseSetting(key: string, text: string, likes: Setting): Setting {
  if (typeof likes === "string") return text;
  if (typeof likes === "boolean") {
    if (text === "true" || text === "false") return text === "true";
    throw new UsageError(`Cannot set ${key} to "${text}": expected true or false`);
  }
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) {
    throw new UsageError(`Cannot set ${key} to "${text}": expected a number`);
  }
  return value;
}

/** @throws {UsageError} when a value has the wrong type or is out of range. */
function checkSetting(key: string, value: Setting, likes: Setting): void {
  const wanted = WORDS[key];
  const refuse = (expected: string) => {
    throw new UsageError(`Cannot set ${key} to ${JSON.stringify(value)}: expected ${expected}`);
  };
  if (typeof value !== typeof likes) refuse(`a ${typeof likes}`);
  if (wanted !== undefined && !wanted.includes(String(value))) {
    refuse(`one of ${wanted.join(", ")}`);
  }
  if (typeof value !== "number") return;
  if (COUNTS.test(key)) {
    if (!Number.isSafeInteger(value) || value < 1) refuse("a whole number of 1 or more");
  } else if (COUNTS_FROM_0.test(key)) {
    if (!Number.isSafeInteger(value) || value < 0) refuse("a whole number of 0 or more");
  } else if (RATES.test(key)) {
    if (!(value >= 0 && value < 1)) refuse("a number in [0, 1)");
  } else if (!(value >= 0 && Number.isFinite(value))) refuse("a finite number of 0 or more");
}

/**
 * All settings of a model for a dataset: the model's defaults with `overrides` put over them.
 *
 * @param overrides values, or their text as typed on a command line; `preset` chooses the defaults
 * @throws {UsageError} when a key is unknown (with the nearest one) or a value does not fit.
 *
 * @example
 * ```ts
 * import { findModel } from "../models/mod.ts";
 * import { resolveConfig } from "./config.ts";
 * import { assertEquals } from "@std/assert";
 * const config = resolveConfig(findModel("self-mm"), "mosi", { batchSize: "8" });
 * assertEquals([config["batchSize"], config["updateEpochs"]], [8, 4]);
 * ```
 */
export function resolveConfig(
  model: ModelDefinition,
  dataset: DefaultsFor,
  overrides: Readonly<Record<string, Setting>>,
): Config {
  const preset = String(overrides["preset"] ?? "mmsa");
  const defaults: Config = {
    preset,
    ...(model.kind === "network" ? LOOP : {}),
    ...model.defaults(dataset, preset),
  };
  const config: Record<string, Setting> = { ...defaults };
  for (const [key, given] of Object.entries(overrides)) {
    const likes = defaults[key];
    if (likes === undefined || !Object.hasOwn(defaults, key)) {
      throw new UsageError(unknownName("setting", key, Object.keys(defaults)));
    }
    const value = typeof given === "string" ? parseSetting(key, given, likes) : given;
    checkSetting(key, value, likes);
    config[key] = value;
  }
  return config;
}

/**
 * Whose defaults a dataset takes.
 *
 * @example
 * ```ts
 * import { defaultsFor } from "./config.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(defaultsFor("simsv2", "sims"), "simsv2");
 * ```
 */
export function defaultsFor(dataset: string, protocol: ProtocolName): DefaultsFor {
  return dataset === "simsv2" ? "simsv2" : protocol;
}

/**
 * The settings of the loop in a resolved configuration.
 *
 * @example
 * ```ts
 * import { loopSettings } from "./config.ts";
 * import { findModel } from "../models/mod.ts";
 * import { resolveConfig } from "./config.ts";
 * import { assertEquals } from "@std/assert";
 * const config = resolveConfig(findModel("cnn"), "mosi", { epochs: 5 });
 * assertEquals(loopSettings(config).epochs, 5);
 * ```
 */
export function loopSettings(config: Config): LoopSettings {
  return {
    batchSize: Number(config["batchSize"]),
    updateEpochs: Number(config["updateEpochs"]),
    applyTrailingGroup: config["mode"] === "robust",
    epochs: Number(config["epochs"]),
    earlyStop: Number(config["earlyStop"]),
  };
}
