/** A small generator of numbers for tests that try many inputs. @module */

/** Integers in [0, limit) that depend on `seed` only. */
export function seeded(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** A copy of `content` that is cut, or has up to three wrong bytes, half of them at its beginning. */
export function damaged(content: Uint8Array, random: (limit: number) => number): Uint8Array {
  const count = random(4);
  if (count === 0) return content.slice(0, random(content.length));
  const copy = content.slice();
  for (let i = 0; i < count; i++) {
    copy[random(random(2) === 0 ? copy.length : Math.min(copy.length, 300))] = random(256);
  }
  return copy;
}
