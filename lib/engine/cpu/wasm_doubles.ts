/**
 * Instructions on two float64 at a time, which are float32 in memory: as kernels compute whose results
 * are to be those of JavaScript, bit by bit.
 *
 * @module
 */

import {
  and,
  type Code,
  get,
  integer,
  repeat,
  set,
  shiftRight,
  simd,
  unsigned,
  when,
} from "./wasm_writer.ts";

/** How many numbers are read and written of two: the last of an odd count is alone. */
export type Count = 1 | 2;

/**
 * Code for two entries at a time, and for the last of an odd count by itself.
 *
 * @param turns a variable that counts the pairs
 * @param count the entries
 * @param step the code of so many
 * @param onwards what follows each pair
 */
export function inPairs(
  turns: number,
  count: Code,
  step: (count: Count) => Code,
  ...onwards: readonly Code[]
): Code {
  return [
    ...set(turns, shiftRight(count, 1)),
    ...when(get(turns), repeat(turns, step(2), ...onwards)),
    ...when(and(count, integer(1)), step(1)),
  ];
}

/** The float32 at an address and `offset` bytes on, and 0 beside it where it is one. */
export function loadSingles(count: Count, address: Code, offset = 0): Code {
  return [...address, ...simd(count === 2 ? 0x5d : 0x5c), 2, ...unsigned(offset), ...simd(0x5f)];
}

/** Puts float64 to an address and `offset` bytes on, as float32. */
export function storeSingles(count: Count, address: Code, value: Code, offset = 0): Code {
  const operation = simd(count === 2 ? 0x5b : 0x5a);
  return [...address, ...value, ...simd(0x5e), ...operation, 2, ...unsigned(offset), 0];
}

/** The float64 at an address, and 0 beside it where it is one. */
export function loadDoubles(count: Count, address: Code): Code {
  return [...address, ...simd(count === 2 ? 0 : 0x5d), 3, 0];
}

/** Puts float64 to an address. */
export function storeDoubles(count: Count, address: Code, value: Code): Code {
  return [...address, ...value, ...(count === 2 ? [...simd(11), 3, 0] : [...simd(0x5b), 3, 0, 0])];
}

/** Twice a number that is known. */
export function doubles(value: number): Code {
  return [...simd(12), ...new Uint8Array(Float64Array.of(value, value).buffer)];
}

/** Twice the float64 of a parameter. */
export function splatDouble(value: Code): Code {
  return [...value, ...simd(0x14)];
}

function binary(operation: number): (a: Code, b: Code) => Code {
  return (a, b) => [...a, ...b, ...simd(operation)];
}

/** a + b */
export const add: (a: Code, b: Code) => Code = binary(0xf0);
/** a − b */
export const subtract: (a: Code, b: Code) => Code = binary(0xf1);
/** a · b */
export const multiply: (a: Code, b: Code) => Code = binary(0xf2);
/** a / b */
export const divide: (a: Code, b: Code) => Code = binary(0xf3);
/** b where it is smaller than a, else a: NaN stays. */
export const smaller: (a: Code, b: Code) => Code = binary(0xf6);
/** b where it is larger than a, else a. */
export const larger: (a: Code, b: Code) => Code = binary(0xf7);
/** All bits where a < b, else none. */
export const below: (a: Code, b: Code) => Code = binary(0x49);
/** The bits of a that b has not. */
export const without: (a: Code, b: Code) => Code = binary(0x4f);

/** The first number, and 0 beside it. */
export function first(a: Code): Code {
  const mask = new Uint8Array(BigInt64Array.of(-1n, 0n).buffer);
  return [...a, ...simd(12), ...mask, ...simd(0x4e)];
}

/** The first two of four float32 as float64. */
export function promote(a: Code): Code {
  return [...a, ...simd(0x5f)];
}

/** −a */
export function negative(a: Code): Code {
  return [...a, ...simd(0xed)];
}

/** √a */
export function root(a: Code): Code {
  return [...a, ...simd(0xef)];
}

/** |a| */
export function size(a: Code): Code {
  return [...a, ...simd(0xec)];
}

/** 2^k of the whole numbers that are in the last bits, from −1022 to 1023. */
export function powerOfTwo(a: Code): Code {
  const MANTISSA = 52;
  // As an exponent, to which that of 1 is added.
  return [...a, 0x41, MANTISSA, ...simd(0xcb), ...doubles(1), ...simd(0xce)];
}
