/**
 * What tells one configuration from another, and the short name that follows from it, for folders
 * and for tables.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { Config, Setting } from "../models/mod.ts";

/** What says which run it is, or how it is saved, and not what is trained. */
const NO_PART: readonly string[] = ["model", "dataset", "seed", "checkpointSeconds"];

/** Characters of a name, and of its part before what is left out. */
const LONGEST = 100;
const LONGEST_START = 60;
/** Characters of a value that is shown whole, and those of the end of a longer one. */
const LONGEST_VALUE = 32;
const VALUE_END = 24;

/** What another configuration has otherwise: its value; undefined for what it has not at all. */
export type Differences = readonly (readonly [key: string, value: Setting | undefined])[];

/**
 * The part of a configuration that is the same for all its seeds, keys sorted. Why a setting has its
 * value is no part of it.
 *
 * @param defaults of the settings: one that an older run does not know had its default's effect
 */
export function identityOf(config: Config, defaults: Config = {}): Config {
  return Object.fromEntries(
    Object.entries({ ...defaults, ...config })
      .filter(([key]) => !NO_PART.includes(key) && !key.endsWith("Reason"))
      .sort(([a], [b]) => a < b ? -1 : 1),
  );
}

/** What `other` has otherwise than `first`, by key, sorted; both as `identityOf` gives them. */
export function differencesOf(first: Config, other: Config): Differences {
  return [...new Set([...Object.keys(first), ...Object.keys(other)])].sort()
    .filter((key) => first[key] !== other[key])
    .map((key) => [key, other[key]]);
}

/**
 * `dropout=0.2,hidden=64`: fit to be a part of a folder's name on every system, and no longer than
 * 100 characters. What had to be changed or left out for that ends in a sum of the whole, so that
 * other differences have another name.
 *
 * @example
 * ```ts
 * import { variantName } from "./configuration.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(variantName([["dropout", 0.2], ["modalities", "text,audio"]]), "dropout=0.2,modalities=text+audio");
 * ```
 */
export function variantName(differences: Differences): string {
  const items = differences.map(([key, value]) => `${key}=${valueText(value)}`);
  const whole = items.join(",");
  if (whole.length <= LONGEST) return whole;
  let shown = 0;
  for (let length = 0; length <= LONGEST_START; length += items[shown]!.length + 1) shown++;
  const start = items.slice(0, shown - 1);
  return [...start, `+${items.length - start.length}=${shortSum(whole)}`].join(",");
}

/** A name for a configuration as a whole, where no shorter one tells it from another. */
export function wholeName(identity: Config): string {
  return `config=${shortSum(JSON.stringify(identity))}`;
}

function valueText(value: Setting | undefined): string {
  if (value === undefined || value === "") return "none";
  if (typeof value !== "string") return String(value);
  const text = value.replaceAll(",", "+");
  const safe = text.replaceAll(/[^\p{L}\p{N}._+-]+/gu, "-");
  const isWhole = safe === text && !value.includes("+") && safe.length <= LONGEST_VALUE &&
    /^[\p{L}\p{N}]/u.test(safe);
  if (isWhole) return safe;
  // Of a path, the end tells most.
  const end = [...safe].slice(-VALUE_END).join("").replaceAll(/^[-.]+|[-.]+$/g, "");
  return `${end}${end === "" ? "" : "-"}${shortSum(value)}`;
}

/** Eight digits of SHA-256, hexadecimal. */
function shortSum(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
