/**
 * Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3" (SC 2011). Block `i` of a stream is a pure function of its key and
 * of `counter + i`: nothing has a state, so a resumed run draws what an undisturbed one draws.
 *
 * TensorFlow's `StatelessRandomUniformV2` (algorithm 1) gives the same words and the same floats,
 * so that a dropout mask is equal bit for bit on every engine.
 *
 * @module
 */

/** A 64-bit key as `[low, high]` words; each word is taken modulo 2^32. */
export type PhiloxKey = readonly [number, number];

/** A 128-bit counter, lowest word first; each word is taken modulo 2^32. */
export type PhiloxCounter = readonly [number, number, number, number];

const MULTIPLIER_0_LOW = 0x1f53;
const MULTIPLIER_0_HIGH = 0xd251;
const MULTIPLIER_1_LOW = 0x8d57;
const MULTIPLIER_1_HIGH = 0xcd9e;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;
const WORDS = 4;

/** Writes the block of counter `c0 … c3` to `out[at … at + 3]`. */
function writeBlock(
  out: Uint32Array | Int32Array,
  at: number,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  for (let round = 0; round < ROUNDS; round++) {
    // 32 x 32 -> 64 bit products from 16-bit halves; no partial sum exceeds 32 bits.
    const a0 = c0 & 0xffff, a1 = c0 >>> 16;
    const low0 = Math.imul(a0, MULTIPLIER_0_LOW);
    const middle0 = Math.imul(a1, MULTIPLIER_0_LOW) + (low0 >>> 16) | 0;
    const carry0 = Math.imul(a0, MULTIPLIER_0_HIGH) + (middle0 & 0xffff) | 0;
    const product0High = Math.imul(a1, MULTIPLIER_0_HIGH) + (middle0 >>> 16) + (carry0 >>> 16) | 0;
    const product0Low = (carry0 << 16) | (low0 & 0xffff);

    const b0 = c2 & 0xffff, b1 = c2 >>> 16;
    const low1 = Math.imul(b0, MULTIPLIER_1_LOW);
    const middle1 = Math.imul(b1, MULTIPLIER_1_LOW) + (low1 >>> 16) | 0;
    const carry1 = Math.imul(b0, MULTIPLIER_1_HIGH) + (middle1 & 0xffff) | 0;
    const product1High = Math.imul(b1, MULTIPLIER_1_HIGH) + (middle1 >>> 16) + (carry1 >>> 16) | 0;
    const product1Low = (carry1 << 16) | (low1 & 0xffff);

    c0 = product1High ^ c1 ^ k0;
    c1 = product1Low;
    c2 = product0High ^ c3 ^ k1;
    c3 = product0Low;
    k0 = k0 + WEYL_0 | 0;
    k1 = k1 + WEYL_1 | 0;
  }
  out[at] = c0;
  out[at + 1] = c1;
  out[at + 2] = c2;
  out[at + 3] = c3;
}

/**
 * Fills `out` with the words of blocks `counter`, `counter + 1`, …; the last block is cut where
 * `out` ends. An `Int32Array` gets the same bits.
 */
export function fillPhilox(
  out: Uint32Array | Int32Array,
  key: PhiloxKey,
  counter: PhiloxCounter,
): void {
  const [k0, k1] = key;
  let [c0, c1, c2, c3] = counter;
  const whole = out.length - out.length % WORDS;
  for (let at = 0; at < whole; at += WORDS) {
    writeBlock(out, at, c0, c1, c2, c3, k0, k1);
    // The 128-bit increment; `| 0` keeps the words in the integer registers.
    c0 = c0 + 1 | 0;
    if (c0 === 0) c1 = c1 + 1 | 0;
    if (c0 === 0 && c1 === 0) c2 = c2 + 1 | 0;
    if (c0 === 0 && c1 === 0 && c2 === 0) c3 = c3 + 1 | 0;
  }
  if (whole === out.length) return;
  const last = new Uint32Array(WORDS);
  writeBlock(last, 0, c0, c1, c2, c3, k0, k1);
  out.set(last.subarray(0, out.length - whole), whole);
}

/**
 * Fills `out` with uniform numbers in [0, 1): the low 23 bits of each word times 2^-23, which is
 * what TensorFlow makes of the same words.
 */
export function fillUniform(out: Float32Array, key: PhiloxKey, counter: PhiloxCounter): void {
  const words = new Int32Array(out.length);
  fillPhilox(words, key, counter);
  for (let i = 0; i < out.length; i++) out[i] = (words[i]! & 0x7fffff) * 2 ** -23;
}

/**
 * `counter + blocks`, modulo 2^128: where a stream stands after that many blocks.
 *
 * @throws {RangeError} if `blocks` is not a whole number in [0, 2^53)
 */
export function advanceCounter(
  counter: PhiloxCounter,
  blocks: number,
): [number, number, number, number] {
  if (!Number.isSafeInteger(blocks) || blocks < 0) {
    throw new RangeError(
      `Cannot advance a counter by ${blocks} blocks, expected a whole number from 0 to 2^53`,
    );
  }
  const sum = counter.map((word) => word >>> 0) as [number, number, number, number];
  let carry = blocks;
  for (let i = 0; i < WORDS && carry > 0; i++) {
    carry += sum[i]!;
    sum[i] = carry % 2 ** 32;
    carry = Math.floor(carry / 2 ** 32);
  }
  return sum;
}
