/** Further instructions on four float32 at a time. @module */

import { type Code, simd, words } from "./wasm_writer.ts";

/** Four times a parameter of float64. */
export function splatSingle(value: Code): Code {
  return [...value, 0xb6, ...simd(0x13)];
}

/** Four times a number that is known. */
export function singles(value: number): Code {
  const [bits] = new Uint32Array(Float32Array.of(value).buffer);
  return words([bits!, bits!, bits!, bits!]);
}

/** a − b */
export function minus4(a: Code, b: Code): Code {
  return [...a, ...b, ...simd(0xe5)];
}

/** a / b */
export function over4(a: Code, b: Code): Code {
  return [...a, ...b, ...simd(0xe7)];
}

/** The larger of each, 0 rather than −0; NaN where one is. */
export function largest4(a: Code, b: Code): Code {
  return [...a, ...b, ...simd(0xe9)];
}

/** |a| */
export function size4(a: Code): Code {
  return [...a, ...simd(0xe0)];
}

/** −a */
export function negative4(a: Code): Code {
  return [...a, ...simd(0xe1)];
}

/** All bits where a > b, else none. */
export function above4(a: Code, b: Code): Code {
  return [...a, ...b, ...simd(0x44)];
}

/** All bits where a is not b, as NaN is not itself, else none. */
export function unlike4(a: Code, b: Code): Code {
  return [...a, ...b, ...simd(0x42)];
}
