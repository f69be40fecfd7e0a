/** Copies into panels in WebAssembly's SIMD, four numbers at a time. @module */

import { onSharedMemory, type Run } from "./shared_module.ts";
import {
  advance,
  type Code,
  get,
  integer,
  load,
  numbered,
  pick,
  plus,
  repeat,
  set,
  store,
} from "./wasm_writer.ts";

/** Addresses and steps in bytes: from a panel to the next, from a row or column of the source; counts. */
const PARAMETERS = ["target", "panel", "source", "step", "rows", "panels"] as const;

/** Rows whose numbers lie beside each other, in panels of 4 or 8: all rows of whole panels. */
function ofRows(size: 4 | 8): () => Run {
  return onSharedMemory(() => {
    const integers = ["x", "y", "row"] as const;
    const v = numbered([...PARAMETERS, ...integers]);
    return {
      parameters: PARAMETERS.length,
      integers: integers.length,
      vectors: 0,
      body: repeat(
        v.panels,
        set(v.x, get(v.source)),
        set(v.y, get(v.target)),
        set(v.row, get(v.rows)),
        repeat(
          v.row,
          store(get(v.y), load(get(v.x))),
          size === 8 ? store(get(v.y), load(get(v.x), 16), 16) : [],
          advance(v.x, get(v.step)),
          advance(v.y, integer(4 * size)),
        ),
        advance(v.source, integer(4 * size)),
        advance(v.target, get(v.panel)),
      ),
    };
  });
}

const COLUMNS = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/**
 * Columns whose numbers lie beside each other, in panels of 8, four rows at a time: `rows` counts these
 * fours.
 */
function ofColumns(): () => Run {
  return onSharedMemory(() => {
    const integers = ["x", "y", "row", ...COLUMNS.map((j) => `x${j}` as const)] as const;
    const vectors = [...["a", "b", "c", "d", "ab", "AB", "cd", "CD"] as const];
    const v = numbered([...PARAMETERS, ...integers, ...vectors]);
    const four = (first: 0 | 4): Code => {
      const columns = COLUMNS.slice(first, first + 4);
      const [low, high] = [[0, 1, 4, 5], [2, 3, 6, 7]] as const;
      const rows = [[v.ab, v.cd, low], [v.ab, v.cd, high], [v.AB, v.CD, low], [v.AB, v.CD, high]];
      return [
        ...[v.a, v.b, v.c, v.d].flatMap((vector, i) =>
          set(vector, load(get(v[`x${columns[i]!}`])))
        ),
        ...set(v.ab, pick(get(v.a), get(v.b), [0, 4, 1, 5])),
        ...set(v.AB, pick(get(v.a), get(v.b), [2, 6, 3, 7])),
        ...set(v.cd, pick(get(v.c), get(v.d), [0, 4, 1, 5])),
        ...set(v.CD, pick(get(v.c), get(v.d), [2, 6, 3, 7])),
        ...(rows as [number, number, typeof low][]).flatMap(([left, right, lanes], i) =>
          store(get(v.y), pick(get(left), get(right), lanes), 32 * i + 4 * first)
        ),
      ];
    };
    return {
      parameters: PARAMETERS.length,
      integers: integers.length,
      vectors: vectors.length,
      body: repeat(
        v.panels,
        set(v.x0, get(v.source)),
        ...COLUMNS.slice(1).map((j) =>
          set(v[`x${j}`], plus(get(v[`x${j - 1}` as "x0"]), get(v.step)))
        ),
        set(v.source, plus(get(v.x7), get(v.step))),
        set(v.y, get(v.target)),
        set(v.row, get(v.rows)),
        repeat(
          v.row,
          four(0),
          four(4),
          ...COLUMNS.map((j) => advance(v[`x${j}`], integer(16))),
          advance(v.y, integer(128)),
        ),
        advance(v.target, get(v.panel)),
      ),
    };
  });
}

/** `(target, panel, source, step, rows, panels)`, of whole panels; see each. */
export const putRows4: () => Run = ofRows(4);
/** Likewise. */
export const putRows8: () => Run = ofRows(8);
/** Likewise, but for rows that are counted in fours. */
export const putColumns8: () => Run = ofColumns();
