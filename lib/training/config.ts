/**
 * The settings of a training: those of the loop and of the model with their start values, and every
 * override checked against its declaration.
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import { unknownNames } from "../core/suggest.ts";
import type { ProtocolName } from "../data/mod.ts";
import { PROTOCOLS } from "../evaluation/mod.ts";
import {
  type Config,
  count,
  type DefaultsFor,
  type ModelDefinition,
  number,
  oneOf,
  type Range,
  readTyped,
  type Setting,
  type SettingRule,
  type SettingRules,
  startOf,
  TEXT_SETTINGS,
  type TrainingRules,
} from "../models/mod.ts";
import type { LoopSettings } from "./trainer.ts";

/** Settings of the loop that every network has; a model's own declarations stand over them. */
const LOOP = {
  batchSize: count(32, "samples of a batch"),
  updateEpochs: count(1, "batches whose gradients are summed before each step of the optimizer"),
  epochs: count(200, "largest number of epochs, of each stage"),
  earlyStop: count(8, "epochs without improvement on valid after which training stops"),
  checkpointSeconds: number(10, "least seconds between two checkpoints", { from: 0 }),
};

/** What every network asks of the data, which decide where nothing is said. */
const DATA = {
  standardize: oneOf(
    ["none", "train"],
    "whether columns of audio and vision get mean 0 and deviation 1 over the steps of train; " +
      "default: what the data tell",
  ),
};

/**
 * The declarations that every network has.
 *
 * @internal
 */
export type NetworkRules = typeof LOOP & typeof TEXT_SETTINGS & typeof DATA;

const MMSA = "mmsa";

/**
 * All settings of a model, by name: its own, and those that every network has.
 */
export function settingsOf(model: ModelDefinition): SettingRules {
  const presets = [MMSA, ...Object.keys(model.presets ?? {})];
  return {
    preset: oneOf(presets, "whose start values the settings take"),
    ...(model.kind === "network" ? { ...LOOP, ...TEXT_SETTINGS, ...DATA } : {}),
    ...model.settings,
  };
}

/**
 * Where a search of a model looks when nothing else is asked for.
 */
export function searchSpace(model: ModelDefinition): Readonly<Record<string, Range>> {
  return Object.fromEntries(
    Object.entries(settingsOf(model)).flatMap(([key, { search }]) =>
      search === undefined ? [] : [[key, search] as const]
    ),
  );
}

/**
 * Overrides as values of their settings.
 *
 * @param overrides values, or their text as typed on a command line
 * @throws {UsageError} when a key is unknown (with the nearest one) or a value does not fit.
 */
export function parseSettings(
  model: ModelDefinition,
  overrides: Readonly<Record<string, Setting>>,
): Record<string, Setting> {
  const rules = settingsOf(model);
  const unknown = Object.keys(overrides).filter((key) => !Object.hasOwn(rules, key));
  if (unknown.length > 0) {
    throw new UsageError(unknownNames("setting", unknown, Object.keys(rules)));
  }
  return Object.fromEntries(
    Object.entries(overrides).map(([key, given]) => [key, parseSetting(key, given, rules[key]!)]),
  );
}

/** @throws {UsageError} when the value does not fit the rule. */
function parseSetting(key: string, given: Setting, rule: SettingRule): Setting {
  const value = typeof given === "string" ? readTyped(rule, given) : given;
  if (rule.accepts(value)) return value;
  throw new UsageError(
    `Cannot set ${key} to ${JSON.stringify(value)}: expected ${rule.expected}`,
  );
}

/**
 * All settings of a model for a dataset: start values with `overrides` put over them.
 *
 * @param overrides values, or their text as typed on a command line; `preset` chooses start values
 * @throws {UsageError} when a key is unknown (with the nearest one), a value does not fit, or values do
 * not fit together.
 */
export function resolveConfig(
  model: ModelDefinition,
  dataset: DefaultsFor,
  overrides: Readonly<Record<string, Setting>> = {},
): Config {
  const given = parseSettings(model, overrides);
  const { preset = MMSA } = given;
  const start = startValues(model, dataset);
  const config = { ...start, ...model.presets?.[String(preset)]?.[dataset], ...given };
  model.check?.(config);
  return config;
}

/** The start value of each setting for a dataset. */
export function startValues(model: ModelDefinition, dataset: DefaultsFor): Config {
  return Object.fromEntries(
    Object.entries(settingsOf(model)).map(([key, rule]) => [key, startOf(rule, dataset)]),
  );
}

/**
 * Whose defaults a dataset takes; one that is told from others by its content (`simsv2-1a2b3c4d`) takes
 * those of its name.
 */
export function defaultsFor(dataset: string, protocol: ProtocolName): DefaultsFor {
  return PROTOCOLS[protocol].defaultsOf(dataset.replace(/-[0-9a-f]{8}$/, ""));
}

/**
 * How a network is trained with these settings: those of the loop, and what the model says besides.
 */
export function loopSettings(model: ModelDefinition, config: Config): LoopSettings {
  const { decay = "l2", clipNorm = 0, clipValue = 0, epsilon = 1e-8 } = config;
  return {
    batchSize: Number(config["batchSize"]),
    updateEpochs: Number(config["updateEpochs"]),
    epochs: Number(config["epochs"]),
    earlyStop: Number(config["earlyStop"]),
    applyTrailingGroup: false,
    decay: decay as TrainingRules["decay"],
    clipNorm: Number(clipNorm),
    clipValue: Number(clipValue),
    clipAt: "step",
    stepsWithin: false,
    schedule: { kind: "constant" },
    monitor: "mae",
    epsilon: Number(epsilon),
    ...(model.kind === "network" ? model.training?.(config) : {}),
  };
}
