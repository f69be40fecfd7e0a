/** The nearest of some known names, for errors about an unknown one. @module */

/** Number of single-letter edits (insert, delete, replace) between two words. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current[j] = Math.min(replace, previous[j]! + 1, current[j - 1]! + 1);
    }
    previous = current;
  }
  return previous[b.length]!;
}

/**
 * The name in `known` that is nearest to `name`, ignoring case; undefined when `known` is empty.
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/**
 * `Unknown <what> "<name>": did you mean "<nearest>"? Known: …`
 */
export function unknownName(what: string, name: string, known: Iterable<string>): string {
  const names = [...known];
  if (names.length === 0) return `Unknown ${what} "${name}": there are none`;
  return `Unknown ${what} "${name}": did you mean "${nearest(name, names)}"? ` +
    `Known are ${names.join(", ")}`;
}
