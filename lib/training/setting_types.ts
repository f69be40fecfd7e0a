/** Settings as TypeScript knows them: editors complete their names and values, and underline others. @module */

import type { Config, ModelDefinition, ModelName, SettingRules, ValuesOf } from "../models/mod.ts";
import type { Models } from "../models/registry.ts";
import type { NetworkRules } from "./config.ts";

/** What `model` may be: a name, of which editors complete those of the registry, or a definition. */
export type ModelChoice = ModelName | (string & Record<never, never>) | ModelDefinition;

/**
 * The settings that may be given for a model, each with its type: those of the registry's by their
 * names, those of a definition by its rules. Of a model that is not known before the run, any.
 */
export type SettingsFor<Model> = Model extends ModelName ? RulesIn<Models[Model]> : RulesIn<Model>;

/** @internal */
export type RulesIn<Definition> = Definition extends
  { readonly kind: infer Kind; readonly settings: infer Rules extends SettingRules }
  ? string extends keyof Rules ? Config
  : Partial<
    & { readonly preset: string }
    & ValuesOf<Kind extends "network" ? Rules & Omit<NetworkRules, keyof Rules> : Rules>
  >
  : Config;
