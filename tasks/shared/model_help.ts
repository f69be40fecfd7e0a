/** What there is to set of a model, for `--help` beside `--model NAME`. @module */

import { textTable } from "../../lib/display/mod.ts";
import { findModel } from "../../lib/models/mod.ts";
import { settingsOf, settingText, startText } from "../../lib/training/mod.ts";

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
    settingText(rule),
  ]);
  return `Settings of ${name}, for --set KEY=VALUE: ${model.summary}\n\n${textTable(rows, "lll")}`;
}
