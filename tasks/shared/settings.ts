/** The settings of a training as `--config`, `--set` and flags of their own give them. @module */

import { type ModelDefinition, type Setting } from "../../lib/models/mod.ts";
import { reasonOf, UsageError } from "../../lib/core/mod.ts";
import { isRunConfig, settingsOf } from "../../lib/training/mod.ts";
import { type Call, warn } from "./command.ts";
import { fromMmsa } from "./mmsa_settings.ts";

/**
 * Settings other than the defaults: those of `--config`, then `--set`, then the flags that are
 * settings of their own (`--retokenize` is true where it is given).
 *
 * @throws {UsageError} when one is unknown to the model or does not fit, or the file is no object
 */
export function readSettings(call: Call, model: ModelDefinition): Record<string, Setting> {
  const settings: Record<string, Setting> = {};
  const file = call.get("config");
  const known = settingsOf(model);
  const fields = file === undefined ? {} : readConfigFile(file);
  // The configuration of a run is no set of settings: `repeatedOf` reads it.
  if (!isRunConfig(fields)) {
    const names = Object.keys(known);
    const found = fromMmsa(fields, model.name, datasetOf(call), names);
    if (found.unused.length > 0) warn(`no effect here: ${found.unused.join(", ")} in "${file}"`);
    Object.assign(settings, found.settings);
  }
  Object.assign(settings, pairsOf(call));
  for (const name of ["mode", "epochs", "text", "bert", "retokenize"]) {
    const value = call.get(name);
    if (value === undefined) continue;
    // A script that compares models gives all of them the same flags.
    if (Object.hasOwn(known, name)) settings[name] = value;
    else if (name === "text" && value === "bert") refuseBert(model);
    else warn(`--${name} has no effect: "${model.name}" has no such setting`);
  }
  return settings;
}

/** The dataset as a file of settings may name it: the protocol, or what the data's name says. */
function datasetOf(call: Call): string | undefined {
  const path = (call.get("data") ?? "").toLowerCase();
  return call.get("protocol") ??
    ["mosei", "mosi", "simsv2", "sims"].find((name) => path.includes(name));
}

/** The settings of `--set`, as typed. @throws {UsageError} when one is no KEY=VALUE */
export function pairsOf(call: Call): Record<string, string> {
  return Object.fromEntries(
    call.all("set").map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw new UsageError(`Cannot use --set "${pair}": expected KEY=VALUE`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** @throws {UsageError} always: a table of models would compare what was not asked for. */
function refuseBert({ name }: ModelDefinition): never {
  throw new UsageError(
    `Cannot use --text bert with "${name}": it is fitted without a gradient, which would train the ` +
      "BERT, expected --text features (features:text makes them of raw text)",
  );
}

/** What a JSON file holds. @throws {UsageError} it cannot be read, or is no object */
export function readConfigFile(path: string): Record<string, Setting> {
  let value: unknown;
  try {
    value = JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    const reason = reasonOf(error);
    throw new UsageError(`Cannot read --config "${path}": ${reason}, expected a JSON object`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`Cannot read --config "${path}": expected a JSON object of settings`);
  }
  return value as Record<string, Setting>;
}
