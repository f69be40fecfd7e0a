/**
 * The numbers of `fillUniform` of `core/philox.ts`, four blocks at a time in WebAssembly's SIMD, which
 * multiplies 32-bit integers to 64-bit ones; JavaScript has to do it in halves.
 *
 * @module
 */

import { fillUniform, type PhiloxCounter, type PhiloxKey } from "../../core/philox.ts";
import {
  advance,
  and4,
  type Code,
  get,
  integer,
  numbered,
  pick,
  plusWords,
  repeat,
  set,
  splatWord,
  store,
  times4,
  timesWords,
  toFloat4,
  words,
  writeModule,
  xor4,
} from "./wasm_writer.ts";

/** Of Philox4x32-10: what the words are multiplied with, and what the key grows by each round. */
const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const, WEYL = [0x9e3779b9, 0xbb67ae85] as const;
const ROUNDS = 10;
/** Numbers of four blocks, and the most that are made at a time: they fill the module's one page. */
const GROUP = 16, MOST = 16384;
/** 2^-23 as float32, whose bits these are. */
const SCALE_BITS = (127 - 23) << 23;

const PARAMETERS = ["at", "groups", "w0", "w1", "w2", "w3", "key0", "key1"] as const;
const VECTORS = [
  ...["start", "c0", "c1", "c2", "c3", "k0", "k1", "low0", "high0", "low1", "high1"] as const,
  ...["m0", "m1", "weyl0", "weyl1", "mask", "scale"] as const,
];
const v = numbered([...PARAMETERS, ...VECTORS]);

function all(value: number): Code {
  return words([value, value, value, value]);
}

/** The lower or upper words of the products of four words. */
function halves(of: number, by: number, upper: 0 | 1): Code {
  const product = (half: "first" | "last") => timesWords(get(of), get(by), half);
  return pick(product("first"), product("last"), [upper, 2 + upper, 4 + upper, 6 + upper]);
}

const round: Code = [
  ...set(v.low0, halves(v.c0, v.m0, 0)),
  ...set(v.high0, halves(v.c0, v.m0, 1)),
  ...set(v.low1, halves(v.c2, v.m1, 0)),
  ...set(v.high1, halves(v.c2, v.m1, 1)),
  ...set(v.c0, xor4(xor4(get(v.high1), get(v.c1)), get(v.k0))),
  ...set(v.c1, get(v.low1)),
  ...set(v.c2, xor4(xor4(get(v.high0), get(v.c3)), get(v.k1))),
  ...set(v.c3, get(v.low0)),
  ...set(v.k0, plusWords(get(v.k0), get(v.weyl0))),
  ...set(v.k1, plusWords(get(v.k1), get(v.weyl1))),
];

/** From four first words, four second words and so on to block by block, as numbers in [0, 1). */
const storeBlocks: Code = [
  ...set(v.low0, pick(get(v.c0), get(v.c1), [0, 4, 1, 5])),
  ...set(v.high0, pick(get(v.c0), get(v.c1), [2, 6, 3, 7])),
  ...set(v.low1, pick(get(v.c2), get(v.c3), [0, 4, 1, 5])),
  ...set(v.high1, pick(get(v.c2), get(v.c3), [2, 6, 3, 7])),
  ...([[v.low0, v.low1], [v.high0, v.high1]] as const).flatMap(([a, b], pair) =>
    ([[0, 1, 4, 5], [2, 3, 6, 7]] as const).flatMap((lanes, i) => {
      const block = and4(pick(get(a), get(b), lanes), get(v.mask));
      return store(get(v.at), times4(toFloat4(block), get(v.scale)), 16 * (2 * pair + i));
    })
  ),
];

const BODY: Code = [
  ...set(v.start, plusWords(splatWord(get(v.w0)), words([0, 1, 2, 3]))),
  ...set(v.m0, all(MULTIPLIERS[0])),
  ...set(v.m1, all(MULTIPLIERS[1])),
  ...set(v.weyl0, all(WEYL[0])),
  ...set(v.weyl1, all(WEYL[1])),
  ...set(v.mask, all(0x7fffff)),
  ...set(v.scale, all(SCALE_BITS)),
  ...repeat(
    v.groups,
    set(v.c0, get(v.start)),
    set(v.c1, splatWord(get(v.w1))),
    set(v.c2, splatWord(get(v.w2))),
    set(v.c3, splatWord(get(v.w3))),
    set(v.k0, splatWord(get(v.key0))),
    set(v.k1, splatWord(get(v.key1))),
    ...new Array<Code>(ROUNDS).fill(round),
    storeBlocks,
    set(v.start, plusWords(get(v.start), all(4))),
    advance(v.at, integer(32)),
    advance(v.at, integer(32)),
  ),
];

const { memory, run } = new WebAssembly.Instance(
  new WebAssembly.Module(writeModule({
    parameters: PARAMETERS.length,
    integers: 0,
    vectors: VECTORS.length,
    body: BODY,
  })),
).exports as unknown as {
  readonly memory: WebAssembly.Memory;
  readonly run: (...values: number[]) => void;
};
const page = new Float32Array(memory.buffer);

/**
 * Hands over what `fillUniform` gives for `size` numbers, part by part.
 *
 * @param use gets numbers, valid until it returns, and where the first of them belongs
 */
export function forEachUniform(
  size: number,
  key: PhiloxKey,
  counter: PhiloxCounter,
  use: (numbers: Float32Array, at: number) => void,
): void {
  const [first, ...others] = counter.map((word) => word >>> 0) as [number, number, number, number];
  if (first + size / 4 >= 2 ** 32) {
    // The first word overflows into the others.
    const numbers = new Float32Array(size);
    fillUniform(numbers, key, counter);
    use(numbers, 0);
    return;
  }
  for (let at = 0; at < size; at += MOST) {
    const count = Math.min(MOST, size - at);
    run(0, Math.ceil(count / GROUP), first + at / 4, ...others, ...key);
    use(page.subarray(0, count), at);
  }
}
