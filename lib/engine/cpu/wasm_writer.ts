/**
 * Writes a WebAssembly module of one function: as much of the binary format as the cpu engine's
 * modules need. Expressions are functions that return bytes, so that a program reads from outside to inside.
 *
 * Source: WebAssembly Core Specification 2.0, chapter 5.
 *
 * @module
 */

/** Instructions. */
export type Code = readonly number[];

/** Numbers for the names of local variables, in their order. @throws {TypeError} two have one name */
export function numbered<Name extends string>(names: readonly Name[]): Record<Name, number> {
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new TypeError(`Cannot have two variables "${twice}"`);
  return Object.fromEntries(names.map((name, i) => [name, i])) as Record<Name, number>;
}

/** The value of a local variable. */
export function get(local: number): Code {
  return [0x20, ...unsigned(local)];
}

/** Gives a local variable a value. */
export function set(local: number, value: Code): Code {
  return [...value, 0x21, ...unsigned(local)];
}

/** An integer from 0 on. */
export function integer(value: number): Code {
  return [0x41, ...signed(value)];
}

/** a + b, integers */
export function plus(a: Code, b: Code): Code {
  return [...a, ...b, 0x6a];
}

/** The bits of an integer that another has too. */
export function and(a: Code, b: Code): Code {
  return [...a, ...b, 0x71];
}

/** An integer without its last bits, 2^bits times smaller. */
export function shiftRight(a: Code, bits: number): Code {
  return [...a, ...integer(bits), 0x76];
}

/** Runs the body where an integer is not 0. */
export function when(condition: Code, ...body: readonly Code[]): Code {
  return [...condition, 0x04, 0x40, ...body.flat(), 0x0b];
}

/** Adds to an integer variable. */
export function advance(local: number, by: Code): Code {
  return set(local, plus(get(local), by));
}

/** Runs the body as often as the variable says, 1 or more, and counts it down to 0. */
export function repeat(counter: number, ...body: readonly Code[]): Code {
  const countDown = [...get(counter), ...integer(1), 0x6b, 0x22, ...unsigned(counter)];
  return [0x03, 0x40, ...body.flat(), ...countDown, 0x0d, 0, 0x0b];
}

/** Four float32 zeros. */
export const ZEROS: Code = [...simd(12), ...new Array<number>(16).fill(0)];

/** Four float32 from an address and `offset` bytes on. */
export function load(address: Code, offset = 0): Code {
  return [...address, ...simd(0), 2, ...unsigned(offset)];
}

/** Four times the float32 at an address and `offset` bytes on. */
export function loadSplat(address: Code, offset = 0): Code {
  return [...address, ...simd(9), 2, ...unsigned(offset)];
}

/** Puts four float32 to an address and `offset` bytes on. */
export function store(address: Code, value: Code, offset = 0): Code {
  return [...address, ...value, ...simd(11), 2, ...unsigned(offset)];
}

/** a + b, four float32 each */
export function plus4(a: Code, b: Code): Code {
  return [...a, ...b, ...simd(0xe4)];
}

/** a · b, four float32 each */
export function times4(a: Code, b: Code): Code {
  return [...a, ...b, ...simd(0xe6)];
}

/** Four times an integer. */
export function splatWord(value: Code): Code {
  return [...value, ...simd(0x11)];
}

/** Four 32-bit integers that are known. */
export function words(values: readonly [number, number, number, number]): Code {
  return [...simd(12), ...new Uint8Array(Uint32Array.from(values).buffer)];
}

/** Of the 32-bit words 0 … 3 of `a` and 4 … 7 of `b`, these. */
export function pick(a: Code, b: Code, lanes: readonly [number, number, number, number]): Code {
  const bytes = lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte));
  return [...a, ...b, ...simd(13), ...bytes];
}

/** The bits of a where the mask has bits, else those of b. */
export function choose(a: Code, b: Code, mask: Code): Code {
  return [...a, ...b, ...mask, ...simd(0x52)];
}

/** The bits that both have. */
export function and4(a: Code, b: Code): Code {
  return [...a, ...b, ...simd(0x4e)];
}

/** The bits that one has and the other has not. */
export function xor4(a: Code, b: Code): Code {
  return [...a, ...b, ...simd(0x51)];
}

/** a + b, four 32-bit integers each */
export function plusWords(a: Code, b: Code): Code {
  return [...a, ...b, ...simd(0xae)];
}

/** a · b of the first two words of each, or the last two, as unsigned: two 64-bit integers */
export function timesWords(a: Code, b: Code, half: "first" | "last"): Code {
  return [...a, ...b, ...simd(half === "first" ? 0xde : 0xdf)];
}

/** Four 32-bit integers, with their signs, as float32. */
export function toFloat4(a: Code): Code {
  return [...a, ...simd(0xfa)];
}

/** What a module consists of. */
export interface ModuleParts {
  /** Integer parameters, the first local variables. */
  readonly parameters: number;
  /** Parameters of float64, the next ones. Default: 0. */
  readonly doubles?: number;
  /** Further integer variables. */
  readonly integers: number;
  /** Variables of four float32, the last ones. */
  readonly vectors: number;
  readonly body: Code;
  /** Whether it imports `memory` of `threads`, as large as any; else it exports one of one page. */
  readonly isShared?: boolean;
}

/** The bytes of a module that exports the function `run`. */
export function writeModule(parts: ModuleParts): Uint8Array<ArrayBuffer> {
  const I32 = 0x7f, F64 = 0x7c, V128 = 0x7b, FUNCTION = 0x60;
  const locals = list([[...unsigned(parts.integers), I32], [...unsigned(parts.vectors), V128]]);
  const code = [...locals, ...parts.body, 0x0b];
  const parameters: Code[] = [
    ...new Array<Code>(parts.parameters).fill([I32]),
    ...new Array<Code>(parts.doubles ?? 0).fill([F64]),
  ];
  const SHARED = 3, limits = [...unsigned(1), ...unsigned(65536)];
  const isOwn = parts.isShared !== true;
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
    ...section(1, [[FUNCTION, ...list(parameters), 0]]),
    ...(isOwn ? [] : section(2, [[...text("threads"), ...text("memory"), 2, SHARED, ...limits]])),
    ...section(3, [[0]]), // function 0 has type 0
    ...(isOwn ? section(5, [[0, 1]]) : []), // a memory of 1 page or more
    ...section(7, [...(isOwn ? [[...text("memory"), 2, 0]] : []), [...text("run"), 0, 0]]),
    ...section(10, [[...unsigned(code.length), ...code]]),
  ]);
}

function section(id: number, entries: readonly Code[]): Code {
  const content = list(entries);
  return [id, ...unsigned(content.length), ...content];
}

function list(entries: readonly Code[]): Code {
  return [...unsigned(entries.length), ...entries.flat()];
}

function text(value: string): Code {
  return list([...new TextEncoder().encode(value)].map((byte) => [byte]));
}

/** The bytes of a vector instruction. */
export function simd(operation: number): Code {
  return [0xfd, ...unsigned(operation)];
}

/** LEB128 of what may have a sign, which is in the last byte's upper bit. */
function signed(value: number): Code {
  return value < 64 ? [value] : [value % 128 + 128, ...signed(Math.floor(value / 128))];
}

/** LEB128 */
export function unsigned(value: number): Code {
  return value < 128 ? [value] : [value % 128 + 128, ...unsigned(Math.floor(value / 128))];
}
