/** The nearest of some known names, for errors about an unknown one. @module */

/**
 * Number of single-letter edits (insert, delete, replace, swap of neighbours) from one word to another.
 *
 * @param missing what a letter counts that only the second word has
 */
function editDistance(a: string, b: string, missing = 1): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => missing * j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? before[j - 2]! + 1 : Infinity;
      current[j] = Math.min(replace, swap, previous[j]! + 1, current[j - 1]! + missing);
    }
    [before, previous] = [previous, current];
  }
  return previous[b.length]!;
}

/** Letters that both words begin with, from which on a longer or shorter form of one is no other word. */
const STEM = 3;

/** A name with more edits than this part of its letters is another word. */
const SENSIBLE = 0.45;

/** More names than these say nothing. */
const MOST_MEANT = 4;

/** Letters are left out more often than they are mistaken: `sed` is meant for `seeds` rather than `set`. */
const MISSING = 0.4;

/** Whether a word begins or ends another: `out` and `output`, `hot` and `no-hot`. */
function isPartOf(part: string, whole: string): boolean {
  const [short, long] = [part.toLowerCase(), whole.toLowerCase()];
  return short.length >= 3 && (long.startsWith(short) || long.endsWith(short));
}

/**
 * The name in `known` that is nearest to `name`, ignoring case; undefined where none is near enough to
 * be meant.
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of known) {
    const [a, b] = [name.toLowerCase(), candidate.toLowerCase()];
    const distance = editDistance(a, b);
    const isForm = Math.min(a.length, b.length) >= STEM && (a.startsWith(b) || b.startsWith(a));
    const isNear = isForm ||
      distance <= Math.max(1, SENSIBLE * Math.max(name.length, candidate.length)) ||
      isPartOf(name, candidate) || isPartOf(candidate, name);
    const rank = editDistance(a, b, MISSING);
    if (isNear && rank < least) [best, least] = [candidate, rank];
  }
  return best;
}

/** Names whose words begin with the letters of `name`, one each: `lr` of `learningRateAudio`. */
function abbreviatedBy(name: string, known: readonly string[]): string[] {
  if (name.length < 2) return [];
  const initialsOf = (word: string) => word.match(/^[a-z]|[A-Z]|(?<=[-_])[a-z]/g)?.join("") ?? "";
  const short = name.toLowerCase();
  return known.filter((word) => initialsOf(word).toLowerCase().startsWith(short));
}

/** The few names that go on where `name` ends: `acc2NonNeg` and `acc2NegPos` of `acc2`. */
function begunBy(name: string, known: readonly string[]): string[] {
  const begin = name.toLowerCase();
  const found = known.filter((word) => word.toLowerCase().startsWith(begin));
  return begin.length >= STEM && found.length <= MOST_MEANT ? found : [];
}

/** `did you mean "a" or "b"?` for what may be meant; undefined where nothing is near. */
function question(name: string, known: readonly string[]): string | undefined {
  const begun = begunBy(name, known);
  const short = begun.length > 0 ? begun : abbreviatedBy(name, known);
  const near = short.length > 0 ? undefined : nearest(name, known);
  const meant = near === undefined ? short : [near];
  if (meant.length === 0) return undefined;
  const quoted = meant.map((word) => `"${word}"`);
  const all = [...quoted.slice(0, -2), quoted.slice(-2).join(" or ")].join(", ");
  return `did you mean ${all}?`;
}

/**
 * `Unknown <what> "<name>": did you mean "<nearest>"? Known: …`
 */
export function unknownName(what: string, name: string, known: Iterable<string>): string {
  const names = [...known];
  if (names.length === 0) return `Unknown ${what} "${name}": there are none`;
  const asked = question(name, names);
  const hint = asked === undefined ? "k" : `${asked} K`;
  return `Unknown ${what} "${name}": ${hint}nown are ${names.join(", ")}`;
}

/**
 * The same for several names at once, each with the nearest.
 *
 * @example
 * ```ts
 * import { unknownNames } from "./suggest.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(
 *   unknownNames("setting", ["batchsize", "x"], ["batchSize", "epochs"]),
 *   'Unknown settings "batchsize" (did you mean "batchSize"?), "x": known are batchSize, epochs',
 * );
 * ```
 */
export function unknownNames(
  what: string,
  names: readonly string[],
  known: Iterable<string>,
): string {
  const all = [...known];
  if (names.length === 1) return unknownName(what, names[0]!, all);
  const each = names.map((name) => {
    const asked = question(name, all);
    return asked === undefined ? `"${name}"` : `"${name}" (${asked})`;
  });
  return `Unknown ${what}s ${each.join(", ")}: known are ${all.join(", ")}`;
}
