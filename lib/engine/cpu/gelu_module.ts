/** `gelu.ts` in WebAssembly's SIMD, two entries at a time, and the same bits. @module */

import { EXPONENTIAL_VECTORS, exponentialCode } from "./exponential_code.ts";
import { onSharedMemory, type Run } from "./shared_module.ts";
import {
  add,
  below,
  type Count,
  divide,
  doubles,
  inPairs,
  loadSingles,
  multiply,
  size,
  storeSingles,
  subtract,
} from "./wasm_doubles.ts";
import { advance, choose, type Code, get, integer, numbered, set } from "./wasm_writer.ts";

/** Density of the normal distribution at 0. */
export const DENSITY: number = 1 / Math.sqrt(2 * Math.PI);
/** erf(z) = 1 − e^(−z²) (a₁ t + … + a₅ t⁵), t = 1 / (1 + p z): Abramowitz and Stegun 7.1.26. */
export const P = 0.3275911;
/** a₁ … a₅ */
export const TERMS: readonly [number, number, number, number, number] = [
  0.254829592,
  -0.284496736,
  1.421413741,
  -1.453152027,
  1.061405429,
];

const PARAMETERS = ["x", "value", "derivative", "count"] as const;

/** `(x, value, derivative, count)` */
export const geluLoop: () => Run = onSharedMemory(() => {
  const vectors = [...EXPONENTIAL_VECTORS, "u", "bell", "t", "tail", "cumulative"] as const;
  const v = numbered([...PARAMETERS, "pairs", ...vectors]);
  const of = (name: keyof typeof v) => get(v[name]);
  const { start, exponential } = exponentialCode(v);
  const series = TERMS.toReversed().map(doubles)
    .reduce((sum, term) => add(term, multiply(of("t"), sum)));
  const step = (count: Count): Code => [
    ...set(v.u, loadSingles(count, of("x"))),
    ...set(v.bell, exponential(multiply(multiply(doubles(-0.5), of("u")), of("u")))),
    ...set(
      v.t,
      divide(of("one"), add(of("one"), multiply(doubles(P * Math.SQRT1_2), size(of("u"))))),
    ),
    ...set(v.tail, multiply(multiply(multiply(doubles(0.5), of("bell")), of("t")), series)),
    ...set(
      v.cumulative,
      choose(of("tail"), subtract(of("one"), of("tail")), below(of("u"), doubles(0))),
    ),
    ...storeSingles(count, of("value"), multiply(of("u"), of("cumulative"))),
    ...storeSingles(
      count,
      of("derivative"),
      add(of("cumulative"), multiply(multiply(of("u"), doubles(DENSITY)), of("bell"))),
    ),
  ];
  const onwards = [v.x, v.value, v.derivative].map((address) => advance(address, integer(8)));
  return {
    parameters: PARAMETERS.length,
    integers: 1,
    vectors: vectors.length,
    body: [
      ...start,
      ...inPairs(v.pairs, of("count"), step, ...onwards),
    ],
  };
});
