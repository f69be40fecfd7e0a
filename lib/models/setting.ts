/**
 * Settings, declared once: a start value, what is allowed, a help text, where a search looks. The type
 * of a model's settings follows from their declarations.
 *
 * @module
 */

import type { DefaultsName } from "../evaluation/mod.ts";

/** A value of a configuration. */
export type Setting = number | string | boolean;

/** Settings by name, each with its value. */
export type Config = Readonly<Record<string, Setting>>;

/** The datasets for which models have start values of their own: the protocols, and one more. */
export type DefaultsFor = DefaultsName;

/** One value for every dataset, or one for each; `simsv2` is that of `sims` where it is absent. */
export type Start<T extends Setting> = T | PerDataset<T>;

/** A value for each dataset. */
export interface PerDataset<T extends Setting> {
  /** Of CMU-MOSI. */
  readonly mosi: T;
  /** Of CMU-MOSEI. */
  readonly mosei: T;
  /** Of CH-SIMS. */
  readonly sims: T;
  /** Of CH-SIMS v2. */
  readonly simsv2?: T;
}

/** The ends of a range, both possible. */
export type Ends = readonly [low: number, high: number];

/** The values of one setting that a search draws from: some, or all of a range. */
export type Range =
  | readonly Setting[]
  | { readonly uniform: Ends }
  /** Uniform in its logarithm: as many in [0.001, 0.01] as in [0.01, 0.1]. */
  | { readonly logUniform: Ends }
  | { readonly integer: Ends };

/** What of a setting may be left out. */
export interface SettingOptions {
  /** Where `search` looks when nothing else is asked for; it leaves the setting alone without. */
  readonly search?: Range;
}

/** A setting as its model declares it. */
export interface SettingRule<T extends Setting = Setting> extends SettingOptions {
  /** What it measures, so that tests know how to make a model small, fast or free of noise. */
  readonly kind:
    | "count"
    | "depth"
    | "heads"
    | "dropout"
    | "learningRate"
    | "weightDecay"
    | "number"
    | "choice"
    | "text";
  /** Its value where nothing else is asked for. */
  readonly start: Start<T>;
  /** One line for help texts. */
  readonly help: string;
  /** What is allowed, for errors: `a whole number of 1 or more`. */
  readonly expected: string;
  /** All values there are, of a choice. */
  readonly values?: readonly T[];
  /** Whether a value, of whatever type, is allowed. */
  accepts(value: Setting): boolean;
}

/** The declarations of several settings, by name. */
export type SettingRules = Readonly<Record<string, SettingRule>>;

/** The values that declarations allow, by name. */
export type ValuesOf<Rules extends SettingRules> = {
  readonly [Name in keyof Rules]: Rules[Name] extends SettingRule<infer T> ? T : never;
};

/**
 * A whole number, of 1 or more where `from` says nothing else.
 *
 * @example
 * ```ts
 * import { count } from "./setting.ts";
 * import { assert } from "@std/assert";
 * const filters = count(100, "filters of each size", { search: [50, 100, 200] });
 * assert(filters.accepts(50) && !filters.accepts(2.5) && !filters.accepts(0));
 * ```
 */
export function count(
  start: Start<number>,
  help: string,
  { from = 1, ...options }: SettingOptions & { readonly from?: number } = {},
): SettingRule<number> {
  return {
    kind: "count",
    start,
    help,
    expected: `a whole number of ${from} or more`,
    accepts: (value) => Number.isSafeInteger(value) && value as number >= from,
    ...options,
  };
}

/** A number of layers on top of each other, 1 or more. */
export function depth(
  start: Start<number>,
  help: string,
  options: SettingOptions = {},
): SettingRule<number> {
  return { ...count(start, help, options), kind: "depth" };
}

/** A number of attention heads, 1 or more, which divides the width of what it attends to. */
export function heads(
  start: Start<number>,
  help: string,
  options: SettingOptions = {},
): SettingRule<number> {
  return { ...count(start, help, options), kind: "heads" };
}

/**
 * A share that is dropped, in [0, 1).
 *
 * @example
 * ```ts
 * import { rate } from "./setting.ts";
 * import { assert } from "@std/assert";
 * const dropout = rate(0.5, "dropout before the last layer");
 * assert(dropout.accepts(0) && !dropout.accepts(1));
 * ```
 */
export function rate(
  start: Start<number>,
  help: string,
  options: SettingOptions = {},
): SettingRule<number> {
  return {
    kind: "dropout",
    start,
    help,
    expected: "a number in [0, 1)",
    accepts: (value) => typeof value === "number" && value >= 0 && value < 1,
    ...options,
  };
}

/** The ends of what {@linkcode number} allows. */
export interface NumberOptions extends SettingOptions {
  /** Smallest value. Default: none. */
  readonly from?: number;
  /** What the value must be larger than. Default: none. */
  readonly above?: number;
}

/**
 * A finite number, of any sign where `from` and `above` say nothing else.
 *
 * @example
 * ```ts
 * import { number } from "./setting.ts";
 * import { assert } from "@std/assert";
 * assert(number(-0.5, "margin between classes").accepts(-3));
 * const tau = number(0.1, "temperature", { above: 0 });
 * assert(tau.accepts(0.01) && !tau.accepts(0) && !tau.accepts(Infinity));
 * ```
 */
export function number(
  start: Start<number>,
  help: string,
  { from, above, ...options }: NumberOptions = {},
): SettingRule<number> {
  const bound = from !== undefined ? ` of ${from} or more` : "";
  return {
    kind: "number",
    start,
    help,
    expected: `a finite number${above !== undefined ? ` above ${above}` : bound}`,
    accepts: (value) =>
      Number.isFinite(value) && value as number >= (from ?? -Infinity) &&
      value as number > (above ?? -Infinity),
    ...options,
  };
}

/**
 * A step size of the optimizer, 0 or more.
 *
 * @example
 * ```ts
 * import { learningRate } from "./setting.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(learningRate(1e-3).help, "step size of Adam");
 * ```
 */
export function learningRate(
  start: Start<number>,
  help = "step size of Adam",
  options: SettingOptions = {},
): SettingRule<number> {
  return { ...number(start, help, { from: 0, ...options }), kind: "learningRate" };
}

/**
 * λ of the weight decay of some parameters, 0 or more.
 *
 * @example
 * ```ts
 * import { weightDecay } from "./setting.ts";
 * import { assert } from "@std/assert";
 * assert(weightDecay(0.01).accepts(0) && !weightDecay(0.01).accepts(-1));
 * ```
 */
export function weightDecay(
  start: Start<number>,
  help = "weight decay",
  options: SettingOptions = {},
): SettingRule<number> {
  return { ...number(start, help, { from: 0, ...options }), kind: "weightDecay" };
}

/**
 * One of a few values, of which the first is the start value where `start` says nothing else.
 *
 * @example
 * ```ts
 * import { oneOf } from "./setting.ts";
 * import { assertEquals } from "@std/assert";
 * const reading = oneOf(["steps", "signal"], "what is convolved");
 * assertEquals([reading.start, reading.expected], ["steps", "one of steps, signal"]);
 * ```
 */
export function oneOf<const T extends readonly Setting[]>(
  values: T,
  help: string,
  { start, ...options }: SettingOptions & { readonly start?: Start<T[number]> } = {},
): SettingRule<T[number]> {
  return {
    kind: "choice",
    start: start ?? values[0]!,
    help,
    expected: `one of ${values.join(", ")}`,
    values,
    accepts: (value) => values.includes(value),
    ...options,
  };
}

/**
 * Yes or no.
 *
 * @example
 * ```ts
 * import { flag } from "./setting.ts";
 * import { assert } from "@std/assert";
 * const aligned = flag(false, "whether the modalities have the same steps");
 * assert(aligned.accepts(true) && !aligned.accepts("true"));
 * ```
 */
export function flag(
  start: Start<boolean>,
  help: string,
  options: SettingOptions = {},
): SettingRule<boolean> {
  return {
    kind: "choice",
    start,
    help,
    expected: "true or false",
    values: [true, false],
    accepts: (value) => typeof value === "boolean",
    ...options,
  };
}

/** What {@linkcode text} allows. */
export interface TextOptions extends SettingOptions {
  /** For errors. Default: `a text`. */
  readonly expected?: string;
  /** Whether a text is allowed. Default: every one is. */
  readonly accepts?: (text: string) => boolean;
}

/**
 * Words of a form of their own.
 *
 * @example
 * ```ts
 * import { text } from "./setting.ts";
 * import { assert } from "@std/assert";
 * const accepts = (text: string) => text === "scale" || Number(text) > 0;
 * const gamma = text("scale", "width of the kernel", { expected: "scale or a number", accepts });
 * assert(gamma.accepts("0.5") && !gamma.accepts("wide"));
 * ```
 */
export function text(
  start: Start<string>,
  help: string,
  { expected = "a text", accepts = () => true, ...options }: TextOptions = {},
): SettingRule<string> {
  return {
    kind: "text",
    start,
    help,
    expected,
    accepts: (value) => typeof value === "string" && accepts(value),
    ...options,
  };
}

/** The start value of a setting for a dataset. */
export function startOf<T extends Setting>(rule: SettingRule<T>, dataset: DefaultsFor): T {
  const { start } = rule;
  return typeof start === "object" ? start[dataset] ?? start.sims : start;
}

/** A value as typed on a command line; the text itself where it can be none of the rule's. */
export function readTyped(rule: SettingRule, text: string): Setting {
  if (rule.kind === "text") return text;
  if (rule.values !== undefined) return rule.values.find((value) => String(value) === text) ?? text;
  return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
}
