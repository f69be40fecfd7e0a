/** Sums in float64 of float32 in WebAssembly's SIMD. @module */

import { onSharedMemory, type Run } from "./shared_module.ts";
import {
  add,
  type Count,
  doubles,
  inPairs,
  loadDoubles,
  loadSingles,
  storeDoubles,
} from "./wasm_doubles.ts";
import { advance, type Code, get, integer, numbered, repeat, set } from "./wasm_writer.ts";

const ROW = ["sums", "x", "fours"] as const;

/**
 * `(sums, x, fours)`: two float64 at `sums`, of entries with even and with odd numbers, of so many fours
 * of float32: of each entry of a four, then of the first two and the last two.
 */
export const sumRow: () => Run = onSharedMemory(() => {
  const vectors = ["first", "last"] as const;
  const v = numbered([...ROW, ...vectors]);
  const of = (sum: "first" | "last", offset: number) =>
    set(v[sum], add(get(v[sum]), loadSingles(2, get(v.x), offset)));
  return {
    parameters: ROW.length,
    integers: 0,
    vectors: vectors.length,
    body: [
      ...set(v.first, doubles(0)),
      ...set(v.last, doubles(0)),
      ...repeat(v.fours, of("first", 0), of("last", 8), advance(v.x, integer(16))),
      ...storeDoubles(2, get(v.sums), add(get(v.first), get(v.last))),
    ],
  };
});

const ADDED = ["sums", "x", "count"] as const;

/** `(sums, x, count)`: adds so many float32 to as many float64. */
export const addRow: () => Run = onSharedMemory(() => {
  const v = numbered([...ADDED, "pairs"]);
  const step = (count: Count): Code =>
    storeDoubles(
      count,
      get(v.sums),
      add(loadDoubles(count, get(v.sums)), loadSingles(count, get(v.x))),
    );
  return {
    parameters: ADDED.length,
    integers: 1,
    vectors: 0,
    body: [
      ...inPairs(
        v.pairs,
        get(v.count),
        step,
        advance(v.sums, integer(16)),
        advance(v.x, integer(8)),
      ),
    ],
  };
});
