/** Arrays of numbers. @module */

/** [Σ lengths] the numbers of all parts, one part after the other. */
export function joinFloats(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
