/** The loop of Adam in WebAssembly's SIMD, in float64 as JavaScript would compute it. @module */

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
  root,
  size,
  splatDouble,
  storeSingles,
  subtract,
  without,
} from "./wasm_doubles.ts";
import { advance, type Code, get, integer, numbered, set } from "./wasm_writer.ts";

/** Arrays that it writes and reads, in the order of their addresses. */
export const ADAM_ARRAYS = [
  ...["value", "mean", "square", "variable", "first", "second", "gradient"] as const,
];
/** Numbers that it takes, in their order: `ofFirst` is 1 − β1, `ofSecond` 1 − β2. */
export const ADAM_NUMBERS = [
  ...["l2", "ofFirst", "ofSecond", "epsilon", "size", "scale", "decay"] as const,
];

/** Moments that are smaller are 0: the root of a denormal number takes ten times as long. */
const TINY = 1e-30;

/** `(value, mean, square, variable, first, second, gradient, count, l2, ofFirst, …)` */
export const adamLoop: () => Run = onSharedMemory(() => {
  const numbers = ADAM_NUMBERS.map((name) => `${name}Number` as const);
  const vectors = [...ADAM_NUMBERS, "tiny", "before", "g", "m", "v"] as const;
  const local = numbered([...ADAM_ARRAYS, "count", ...numbers, "pairs", ...vectors]);
  const of = (name: keyof typeof local) => get(local[name]);
  const towards = (old: Code, by: Code, next: Code) => add(old, multiply(by, subtract(next, old)));
  const step = (count: Count): Code => {
    const load = (name: typeof ADAM_ARRAYS[number]) => loadSingles(count, of(name));
    const store = (name: typeof ADAM_ARRAYS[number], value: Code) =>
      storeSingles(count, of(name), value);
    const shorter = subtract(of("before"), multiply(of("decay"), of("before")));
    const change = divide(
      multiply(of("size"), of("m")),
      add(multiply(root(of("v")), of("scale")), of("epsilon")),
    );
    return [
      ...set(local.before, load("variable")),
      ...set(local.g, add(load("gradient"), multiply(of("l2"), of("before")))),
      ...set(local.m, towards(load("first"), of("ofFirst"), of("g"))),
      ...set(local.v, towards(load("second"), of("ofSecond"), multiply(of("g"), of("g")))),
      ...store("value", subtract(shorter, change)),
      ...store("mean", without(of("m"), below(size(of("m")), of("tiny")))),
      ...store("square", without(of("v"), below(of("v"), of("tiny")))),
    ];
  };
  return {
    parameters: ADAM_ARRAYS.length + 1,
    doubles: ADAM_NUMBERS.length,
    integers: 1,
    vectors: vectors.length,
    body: [
      ...ADAM_NUMBERS.flatMap((name) => set(local[name], splatDouble(of(`${name}Number`)))),
      ...set(local.tiny, doubles(TINY)),
      ...inPairs(
        local.pairs,
        of("count"),
        step,
        ...ADAM_ARRAYS.map((name) => advance(local[name], integer(8))),
      ),
    ],
  };
});
