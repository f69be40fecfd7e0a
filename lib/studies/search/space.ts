/** What a search draws settings from. @module */

import { UsageError } from "../../core/errors.ts";
import type { RandomStream } from "../../core/random.ts";
import { unknownName } from "../../core/suggest.ts";
import type { ModelDefinition, Range, Setting } from "../../models/mod.ts";
import { typedSettings } from "../study/parse_definition.ts";

/** Ranges by setting. */
export type Space = Readonly<Record<string, Range>>;

const KINDS = ["uniform", "logUniform", "integer"] as const;

/**
 * Checks a space against a model.
 *
 * @param value lists, or `{"uniform": [0, 0.5]}`, `{"logUniform": [1e-4, 1e-2]}`,
 * `{"integer": [16, 64]}`, by setting
 * @throws {UsageError} when the model has no such setting (with the nearest), or a value of the range
 * does not fit it.
 */
export function parseSpace(value: unknown, model: ModelDefinition): Space {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`Cannot search ${JSON.stringify(value)}: expected ranges by setting`);
  }
  const ranges = Object.entries(value).map(([key, range]) => [key, parseRange(key, range, model)]);
  if (ranges.length === 0) throw new UsageError("Cannot search: the space is empty");
  return Object.fromEntries(ranges);
}

function parseRange(key: string, range: unknown, model: ModelDefinition): Range {
  // A setting is checked by the rules of training, whatever its name.
  const typed = (value: Setting) => typedSettings(model, { [key]: value })[key]!;
  const refuse = (wanted: string) => {
    throw new UsageError(`Cannot search ${key} in ${JSON.stringify(range)}: expected ${wanted}`);
  };
  if (Array.isArray(range)) {
    if (range.length === 0) refuse("one value or more");
    return range.map(typed);
  }
  const [[kind, ends] = [], ...others] = Object.entries(range as object ?? {});
  if (kind === undefined || others.length > 0) refuse(`a list, or one of ${KINDS.join(", ")}`);
  if (!KINDS.includes(kind as "uniform")) {
    throw new UsageError(unknownName(`range of ${key}`, kind!, KINDS));
  }
  const [low, high] = Array.isArray(ends) ? ends : [];
  if (!Number.isFinite(low) || !Number.isFinite(high) || low >= high || ends.length > 2) {
    refuse("two numbers, the lower one first");
  }
  if (kind === "logUniform" && low <= 0) refuse("numbers above 0");
  if (kind === "integer" && ![low, high].every(Number.isSafeInteger)) refuse("whole numbers");
  [low, high].forEach(typed);
  return { [kind!]: [low, high] } as unknown as Range;
}

/**
 * Settings drawn from a space, each from a stream of its own name: another setting more or less in
 * the space changes none of the others. Numbers of ranges have four digits.
 */
export function drawSettings(space: Space, random: RandomStream): Record<string, Setting> {
  return Object.fromEntries(
    Object.entries(space).map(([key, range]) => [key, draw(range, random.fresh(key))]),
  );
}

function draw(range: Range, random: RandomStream): Setting {
  if ("uniform" in range) {
    const [low, high] = range.uniform;
    return within(range.uniform, low + (high - low) * random.uniform());
  }
  if ("logUniform" in range) {
    const [low, high] = range.logUniform;
    return within(range.logUniform, low * (high / low) ** random.uniform());
  }
  if ("integer" in range) {
    const [low, high] = range.integer;
    return low + random.integer(high - low + 1);
  }
  return range[random.integer(range.length)]!;
}

/** Four digits; rounding does not leave the range. */
function within([low, high]: readonly [number, number], value: number): number {
  return Math.min(high, Math.max(low, Number(value.toPrecision(4))));
}
