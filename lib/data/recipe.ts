/**
 * How features were made from clips, where they were made here: what a model that was trained on
 * them needs to know to read others.
 *
 * @module
 */

import { DataError } from "../core/errors.ts";
import type { Modality } from "./modality.ts";

/** A setting of a recipe. */
export type RecipeValue = string | number | boolean | null | {
  readonly [key: string]: RecipeValue;
};

/** Settings, versions and sums of weights of one modality. */
export type ModalityRecipe = { readonly [key: string]: RecipeValue };

/** How the features of a store were made. A modality that was not extracted is absent. */
export interface FeatureRecipe {
  /** Raised when the same settings make other features. */
  readonly version: number;
  /** How sound became features. */
  readonly audio?: ModalityRecipe;
  /** How pictures became features. */
  readonly vision?: ModalityRecipe;
  /** How words became features. */
  readonly text?: ModalityRecipe;
  /** How words were heard in clips that came without them; absent where that was not asked for. */
  readonly transcript?: ModalityRecipe;
  /** Whether steps are words, and whence their times; `none` for steps of equal length. */
  readonly align: string;
  /** Programs that move the last digits only. */
  readonly tools: { readonly [key: string]: RecipeValue };
}

/** What two recipes differ in. */
export interface RecipeComparison {
  /** What makes other features, one line each: `vision.fps is 25, expected 10`. */
  readonly differences: readonly string[];
  /** What moves the last digits only, and whence words come. */
  readonly notes: readonly string[];
}

/**
 * What differs between a recipe and the one that is expected, in some modalities.
 *
 * @example
 * ```ts
 * import { compareRecipes } from "./recipe.ts";
 * import { assertEquals } from "@std/assert";
 * const recipe = { version: 1, vision: { fps: 10 }, align: "none", tools: { ffmpeg: "5.1" } };
 * const other = { ...recipe, vision: { fps: 25 }, tools: { ffmpeg: "6.0" } };
 * assertEquals(compareRecipes(other, recipe, ["vision"]), {
 *   differences: ["vision.fps is 25, expected 10"],
 *   notes: ["tools.ffmpeg is 6.0, expected 5.1"],
 * });
 * ```
 */
export function compareRecipes(
  found: FeatureRecipe,
  expected: FeatureRecipe,
  modalities: readonly Modality[],
): RecipeComparison {
  const rest = ({ version, align }: FeatureRecipe) => ({ version, align });
  return {
    differences: [
      ...differingLines(rest(found), rest(expected), ""),
      ...modalities.flatMap((name) =>
        differingLines(found[name] ?? null, expected[name] ?? null, name)
      ),
    ],
    notes: [
      ...differingLines(found.transcript ?? null, expected.transcript ?? null, "transcript"),
      ...differingLines(
        both(found.tools, expected.tools),
        both(expected.tools, found.tools),
        "tools",
      ),
    ],
  };
}

/**
 * Refuses features that were made in another way than those that a model was trained on. Data of
 * which nobody knows how they were made, such as the published files, fit each other only.
 *
 * @param name the data, for the error
 * @param modalities whose features are read
 * @returns what moves the last digits only
 * @throws {DataError} naming every difference
 *
 * @example
 * ```ts
 * import { requireRecipe } from "./recipe.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 * const recipe = { version: 1, vision: { fps: 10 }, align: "none", tools: {} };
 * assertEquals(requireRecipe("my clips", recipe, recipe, ["vision"]), []);
 * assertThrows(() => requireRecipe("mosi.pkl", null, recipe, ["vision"]), Error, "mosi.pkl");
 * ```
 */
export function requireRecipe(
  name: string,
  found: FeatureRecipe | null,
  expected: FeatureRecipe | null,
  modalities: readonly Modality[],
): readonly string[] {
  if (modalities.length === 0 || (found === null && expected === null)) return [];
  const cannot = `Cannot use "${name}" with this run`;
  if (found === null || expected === null) {
    const how = (recipe: FeatureRecipe | null) =>
      recipe === null ? "by nobody knows what recipe (no features:extract)" : "by features:extract";
    throw new DataError(
      `${cannot}: its features were made ${how(found)}, those that the run was trained on ` +
        `${how(expected)}, expected the same`,
    );
  }
  const { differences, notes } = compareRecipes(found, expected, modalities);
  if (differences.length === 0) return notes;
  throw new DataError(
    `${cannot}: its features were made by another recipe: ${differences.join("; ")}`,
  );
}

/** What of `tools` is in `others` too: a program that was not needed changes nothing. */
function both(tools: FeatureRecipe["tools"], others: FeatureRecipe["tools"]): RecipeValue {
  return Object.fromEntries(Object.entries(tools).filter(([name]) => name in others));
}

function differingLines(found: RecipeValue, expected: RecipeValue, path: string): string[] {
  if (isObject(found) && isObject(expected)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(found)]);
    return [...keys].flatMap((key) =>
      differingLines(
        found[key] ?? null,
        expected[key] ?? null,
        path === "" ? key : `${path}.${key}`,
      )
    );
  }
  if (JSON.stringify(found) === JSON.stringify(expected)) return [];
  return [`${path} is ${shown(found)}, expected ${shown(expected)}`];
}

function isObject(value: RecipeValue): value is { readonly [key: string]: RecipeValue } {
  return typeof value === "object" && value !== null;
}

function shown(value: RecipeValue): string {
  return value === null ? "absent" : isObject(value) ? "there" : String(value);
}

/** Whether a value read from a file is a recipe. */
export function isRecipe(value: unknown): value is FeatureRecipe {
  if (typeof value !== "object" || value === null) return false;
  const { version, align, tools, audio, vision, text, transcript } = value as Partial<
    FeatureRecipe
  >;
  return typeof version === "number" && typeof align === "string" && isObject(tools ?? null) &&
    [audio, vision, text, transcript].every((part) => part === undefined || isObject(part));
}
