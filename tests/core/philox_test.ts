import { assertEquals, assertThrows } from "@std/assert";
import {
  advanceCounter,
  fillPhilox,
  fillUniform,
  type PhiloxCounter,
  type PhiloxKey,
} from "../../lib/core/philox.ts";

/** Random123 1.09, tests/kat_vectors, the lines "philox4x32 10": counter, key, expected. */
const KNOWN_ANSWERS: [PhiloxCounter, PhiloxKey, number[]][] = [
  [[0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

/** One block. */
function blockOf(counter: PhiloxCounter, key: PhiloxKey): number[] {
  const words = new Uint32Array(4);
  fillPhilox(words, key, counter);
  return [...words];
}

/** The same generator with bigints, straight from the paper's definition. */
function reference(counter: PhiloxCounter, key: PhiloxKey): number[] {
  const mask = 0xffffffffn;
  let [c0, c1, c2, c3] = counter.map((word) => BigInt(word >>> 0)) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  let [k0, k1] = key.map((word) => BigInt(word >>> 0)) as [bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const p0 = 0xd2511f53n * c0, p1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & mask, (p0 >> 32n) ^ c3 ^ k1, p0 & mask];
    [k0, k1] = [(k0 + 0x9e3779b9n) & mask, (k1 + 0xbb67ae85n) & mask];
  }
  return [c0, c1, c2, c3].map(Number);
}

Deno.test("fillPhilox() gives Random123's known answers", () => {
  for (const [counter, key, expected] of KNOWN_ANSWERS) {
    assertEquals(blockOf(counter, key), expected);
  }
});

Deno.test("fillPhilox() equals the definition with bigints on 2000 counters", () => {
  const words = new Uint32Array(6 * 2000);
  fillPhilox(words, [2024, 7], [0, 0, 0, 0]);
  for (let i = 0; i < words.length; i += 6) {
    const [a, b, c, d, e, f] = words.subarray(i, i + 6) as unknown as number[];
    const counter = [a, b, c, d] as unknown as PhiloxCounter;
    const key = [e, f] as unknown as PhiloxKey;
    assertEquals(blockOf(counter, key), reference(counter, key));
  }
});

Deno.test("fillPhilox() takes words as signed or unsigned 32-bit numbers alike", () => {
  assertEquals(blockOf([-1, -1, -1, -1], [-1, -1]), KNOWN_ANSWERS[1]![2]);
});

Deno.test("fillPhilox() counts in 128 bits", () => {
  const words = new Uint32Array(12);
  fillPhilox(words, [1, 2], [0xfffffffe, 0xffffffff, 0xffffffff, 5]);
  assertEquals([...words.subarray(8)], reference([0, 0, 0, 6], [1, 2]));
});

Deno.test("fillPhilox() cuts the last block where the array ends", () => {
  const long = new Uint32Array(8), short = new Uint32Array(7), bits = new Int32Array(8);
  fillPhilox(long, [3, 4], [9, 0, 0, 0]);
  fillPhilox(short, [3, 4], [9, 0, 0, 0]);
  fillPhilox(bits, [3, 4], [9, 0, 0, 0]);
  assertEquals(short, long.subarray(0, 7));
  assertEquals(new Uint32Array(bits.buffer), long);
});

Deno.test("fillUniform() uses the low 23 bits of each word, and stays in [0, 1)", () => {
  const words = new Uint32Array(10_001), out = new Float32Array(10_001);
  fillPhilox(words, [11, 12], [0, 0, 0, 0]);
  fillUniform(out, [11, 12], [0, 0, 0, 0]);
  let sum = 0;
  for (const [i, value] of out.entries()) {
    assertEquals(value, (words[i]! & 0x7fffff) / 0x800000);
    if (value < 0 || value >= 1) throw new RangeError(`number ${i} is ${value}`);
    sum += value;
  }
  // Six standard errors of the mean of 10,001 uniform numbers.
  if (Math.abs(sum / out.length - 0.5) > 0.018) throw new Error(`mean ${sum / out.length}`);
});

Deno.test("advanceCounter() leads to the block that counting leads to", () => {
  const start: PhiloxCounter = [0xfffffff0, 0xffffffff, 1, 2];
  const words = new Uint32Array(4 * 101);
  fillPhilox(words, [5, 6], start);
  assertEquals([...words.subarray(400)], blockOf(advanceCounter(start, 100), [5, 6]));
  assertEquals(advanceCounter([0, 0, 0, 0], 2 ** 52 + 3), [3, 2 ** 20, 0, 0]);
  assertEquals(advanceCounter([-1, -1, -1, -1], 1), [0, 0, 0, 0]);
});

Deno.test("advanceCounter() refuses what is not a whole number of blocks", () => {
  for (const blocks of [-1, 0.5, NaN, 2 ** 53]) {
    assertThrows(() => advanceCounter([0, 0, 0, 0], blocks), RangeError, `by ${blocks} blocks`);
  }
});
