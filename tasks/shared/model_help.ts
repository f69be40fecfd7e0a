/** What there is to set of a model, for `--help` beside `--model NAME`. @module */

import { textTable } from "../../lib/display/mod.ts";
import { findModel, type Setting, type SettingRule } from "../../lib/models/mod.ts";
import { settingsOf } from "../../lib/training/mod.ts";

/**
 * A line a setting: what `--set` takes, its start value (by dataset where it differs), what it is.
 *
 * @throws {UsageError} when there is no such model, with the nearest name
 */
export function settingsHelp(name: string): string {
  const model = findModel(name);
  const rows = Object.entries(settingsOf(model)).map(([key, rule]) => [
    `  ${key}`,
    startText(rule),
    rule.values === undefined ? rule.help : `${rule.help} (${rule.expected})`,
  ]);
  return `Settings of ${name}, for --set KEY=VALUE: ${model.summary}\n\n${textTable(rows, "lll")}`;
}

/** A start value for people, by dataset where it differs. */
export function startText({ start }: SettingRule): string {
  const text = (value: Setting) => value === "" ? "none" : String(value);
  if (typeof start !== "object") return text(start);
  return Object.entries(start).map(([dataset, value]) => `${dataset} ${text(value)}`).join(", ");
}
