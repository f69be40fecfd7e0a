/**
 * Settings that the data decide where nobody does: what of the text is read, whether audio and vision
 * are standardized.
 *
 * @module
 */

import { columnScales, type ScaleFinding, type TextKind, textKind } from "../data/checks/mod.ts";
import type { Dataset, Modality, Split } from "../data/mod.ts";
import type { Config, ModelDefinition, Setting } from "../models/mod.ts";
import { settingsOf } from "./config.ts";

/** What was found out about datasets: it may take a pass over the features, and is asked for each seed. */
const FOUND = new WeakMap<Split, Map<string, TextKind | ScaleFinding>>();

/** What the data decided, and why. */
export interface DataSettings {
  /** Values of the settings that were left open. */
  readonly settings: Readonly<Record<string, Setting>>;
  /** Why, under the setting's name with `Reason` after it, for `config.json`. */
  readonly reasons: Readonly<Record<string, string>>;
  /** What people should know, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Decides `textPooling` and `standardize` for a model where `given` does not say them. Published files
 * and made data keep the start values, with which their numbers are known.
 */
export function settingsOfData(
  model: ModelDefinition,
  { isKnown, splits, source }: Pick<Dataset, "isKnown" | "splits" | "source">,
  modalities: readonly Modality[],
  given: Config,
): DataSettings {
  const rules = settingsOf(model);
  const { train } = splits;
  const settings: Record<string, Setting> = {};
  const reasons: Record<string, string> = {};
  const notes: string[] = [];
  const isOpen = (key: string) => Object.hasOwn(rules, key) && given[key] === undefined;
  const range = source?.labelRange;
  if (range !== undefined && isOpen("H")) {
    settings["H"] = Math.max(range.high - range.neutral, range.neutral - range.low);
    reasons["HReason"] = "half the range of the labels";
  }
  if (isKnown || train === undefined || train.samples === 0) {
    return { settings, reasons, notes };
  }
  const text = modalities.includes("text") && given["text"] !== "bert"
    ? train.features.text
    : undefined;
  if (isOpen("textPooling") && text !== undefined) {
    const { isSentence, reason } = remembered(train, "text", () => textKind(text, train.labels));
    const ofWords = rules["textPooling"]!.values!.includes("lstm") ? "lstm" : "mean";
    settings["textPooling"] = isSentence ? "first" : ofWords;
    reasons["textPoolingReason"] = reason;
    if (!isSentence) {
      notes.push(`the text is read by textPooling ${ofWords}, not by its first step: ${reason}`);
    }
  }
  if (isOpen("standardize")) {
    const read = Object.entries(train.features)
      .filter(([modality]) => modalities.includes(modality as Modality));
    const key = read.map(([modality]) => modality).join();
    const { isUnscaled, reason } = remembered(
      train,
      key,
      () => columnScales(Object.fromEntries(read)),
    );
    settings["standardize"] = isUnscaled ? "train" : "none";
    reasons["standardizeReason"] = reason;
    if (isUnscaled) {
      notes.push(`audio and vision are standardized to a common scale on train: ${reason}`);
    }
  }
  return { settings, reasons, notes };
}

function remembered<T extends TextKind | ScaleFinding>(
  split: Split,
  key: string,
  find: () => T,
): T {
  const known = FOUND.get(split) ?? new Map<string, TextKind | ScaleFinding>();
  FOUND.set(split, known);
  const found = (known.get(key) ?? find()) as T;
  known.set(key, found);
  return found;
}
