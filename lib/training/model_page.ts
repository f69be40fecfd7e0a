/** What there is to know of a model, as Markdown: for MODELS.md, and for who asks in a notebook. @module */

import { markdownCode, markdownItem, markdownTable } from "../display/markdown.ts";
import {
  type ModelDefinition,
  needsText,
  type Setting,
  type SettingRule,
  type SettingRules,
} from "../models/mod.ts";
import { settingsOf } from "./config.ts";

/** What it is, where it is from, its modes and presets: a point each. */
export function modelFacts(model: ModelDefinition): string {
  const { summary, card, settings, presets, needs } = model;
  const modes = settings["mode"]?.values ?? [];
  const presetNames = presets === undefined ? [] : ["mmsa", ...Object.keys(presets)];
  const facts: [string, string | undefined][] = [
    ["Is", summary],
    ["Source", card?.source],
    ["Reading", card?.reading],
    ["Limits", card?.limits],
    ["Needs", [needsText(needs), modalityText(model)].filter(Boolean).join("; ")],
    ["Modes", modes.map((mode) => markdownCode(String(mode))).join(", ")],
    ["Presets", presetNames.map(markdownCode).join(", ")],
  ];
  return facts.filter(([, text]) => text).map(([key, text]) => markdownItem(`${key}: ${text}`))
    .join("\n");
}

function modalityText({ modalities }: ModelDefinition): string {
  const { all = [], atLeast = 1 } = modalities ?? {};
  const several = atLeast > Math.max(1, all.length) ? [`${atLeast} modalities or more`] : [];
  return [...all, ...several].join("; ");
}

/** A row a setting: how it is called, its start value, what it is. */
export function settingsTable(rules: SettingRules): string {
  const rows = Object.entries(rules).map(([key, rule]) => [
    markdownCode(key),
    startText(rule),
    settingText(rule),
  ]);
  return markdownTable([["setting", "starts as", "is"], ...rows]);
}

/** A start value for people, by dataset where it differs. */
export function startText({ start }: SettingRule): string {
  const text = (value: Setting) => value === "" ? "none" : String(value);
  if (typeof start !== "object") return text(start);
  return Object.entries(start).map(([dataset, value]) => `${dataset} ${text(value)}`).join(", ");
}

/** What a setting is, and of a choice its values. */
export function settingText({ help, values, expected }: SettingRule): string {
  return values === undefined ? help : `${help} (${expected})`;
}

/** The facts, and every setting that the model takes. */
export function modelPage(model: ModelDefinition): string {
  const title = `Model ${markdownCode(model.name)}`;
  return [title, modelFacts(model), settingsTable(settingsOf(model))].join("\n\n");
}
