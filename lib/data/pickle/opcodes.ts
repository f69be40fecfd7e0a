/**
 * The opcodes of pickle protocols 0 to 5, as documented in Python's `pickletools`.
 *
 * @module
 */

import { decodeBytes, decodeRawUnicode, decodeStringEscape, decodeUtf8 } from "./encoded_bytes.ts";
import { buildArray } from "./globals.ts";
import type { PickleMachine } from "./machine.ts";
import { NdArray } from "./nd_array.ts";
import { NumpyDtype } from "./dtype.ts";
import { FrozenSet, OrderedDict, Tuple } from "./python_values.ts";
import {
  decimal,
  float,
  latin1,
  rawUnicodeEscape,
  twosComplement,
  unquoted,
  utf8,
} from "./text.ts";

/** An opcode: its name in `pickletools` and what it does. */
export interface Operation {
  readonly name: string;
  run(machine: PickleMachine): void;
}

/** The opcode that ends a pickle; it has no {@linkcode Operation}. */
export const STOP = 0x2e;

/** The newest protocol that is known. */
export const HIGHEST_PROTOCOL = 5;

/** Longest line that is no string. */
const MAX_LINE = 8192;

/** Longest integer in bytes; Python can write longer ones, which no data set has. */
const MAX_INTEGER = 1 << 16;

/** A line of ASCII: a number or a name. */
function line(m: PickleMachine): string {
  const extent = m.reader.line();
  if (extent.length > MAX_LINE) {
    throw m.fail(`a line of ${extent.length} bytes`, `at most ${MAX_LINE}`);
  }
  return latin1(m.reader.copy(extent));
}

/** A name in a line of UTF-8, without the carriage return of a text file. */
function nameLine(m: PickleMachine): string {
  return line(m).replace(/\r$/, "");
}

/** The index of a memo entry that is written as text. */
function memoIndex(m: PickleMachine): number {
  const index = decimal(line(m));
  if (typeof index === "number" && index >= 0) return index;
  throw m.fail(`the memo entry ${index}`, "a small positive number");
}

/** A length that is stored with a sign. */
function signedLength(m: PickleMachine): number {
  const length = m.reader.int32();
  if (length < 0) throw m.fail(`a length of ${length}`, "0 or more");
  return length;
}

function pushInteger(m: PickleMachine, length: number): void {
  if (length > MAX_INTEGER) throw m.fail(`an integer of ${length} bytes`, `at most ${MAX_INTEGER}`);
  m.push(twosComplement(m.reader.bytes(length)));
}

/** I: an integer, or a boolean as `00` and `01`. */
function pushInt(m: PickleMachine): void {
  const text = line(m).trim();
  m.push(text === "00" || text === "01" ? text === "01" : decimal(text));
}

/** S: a quoted string with escapes. Its bytes are taken as latin1, as Python 2 strings have none. */
function pushString(m: PickleMachine): void {
  const { offset, length } = m.reader.line();
  if (length < m.lazyBytes) {
    const inside = unquoted(m.reader.copy({ offset, length }));
    return m.push(latin1(decodeBytes(inside, decodeStringEscape)));
  }
  const [first] = m.reader.copy({ offset, length: 1 });
  const end = m.reader.copy({ offset: offset + length - 2, length: 2 });
  const tail = end[1] === 13 ? 2 : 1;
  unquoted(Uint8Array.of(first!, end[2 - tail]!));
  const extent = { offset: offset + 1, length: length - 1 - tail };
  m.pushText(extent, decodeStringEscape, (raw) => latin1(decodeBytes(raw, decodeStringEscape)));
}

function pushUnicode(m: PickleMachine, length: number): void {
  m.pushText(m.reader.advance(length), decodeUtf8, utf8);
}

function listOnTop(m: PickleMachine): unknown[] {
  const list = m.top();
  if (Array.isArray(list) && !(list instanceof Tuple)) return list;
  throw m.fail("items for something that is no list", "a list");
}

function setOnTop(m: PickleMachine): Set<unknown> {
  const set = m.top();
  if (set instanceof Set && !(set instanceof FrozenSet)) return set;
  throw m.fail("items for something that is no set", "a set");
}

function setItems(m: PickleMachine, dict: unknown, items: readonly unknown[]): void {
  if (!(dict instanceof Map)) throw m.fail("items for something that is no dict", "a dict");
  if (items.length % 2 !== 0) throw m.fail("a key without a value", "pairs");
  for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
}

function argumentsOf(m: PickleMachine, value: unknown): Tuple {
  if (value instanceof Tuple) return value;
  throw m.fail("a call without arguments", "a tuple of them");
}

function build(m: PickleMachine): void {
  const state = m.pop();
  const target = m.top();
  if (target instanceof NumpyDtype) target.build(state, m);
  else if (target instanceof NdArray) buildArray(target, state, m);
  // Attributes beside the entries, as PyTorch gives its tables of weights: they mean nothing here.
  else if (target instanceof OrderedDict && state instanceof Map) return;
  else throw m.fail("a state for something without one", "a numpy array or dtype");
}

function stackGlobal(m: PickleMachine): void {
  const name = m.pop();
  const module = m.pop();
  if (typeof name !== "string" || typeof module !== "string") {
    throw m.fail("a global without a name", "two strings");
  }
  m.push(m.global(module, name));
}

function callObject(m: PickleMachine): void {
  const [type, ...args] = m.popToMark();
  m.call(type, args);
}

function callNew(m: PickleMachine): void {
  const args = argumentsOf(m, m.pop());
  m.call(m.pop(), args);
}

function callNewWithNames(m: PickleMachine): void {
  const named = m.pop();
  if (!(named instanceof Map) || named.size > 0) throw m.fail("named arguments", "none");
  callNew(m);
}

function protocol(m: PickleMachine): void {
  m.protocol = m.reader.byte();
  if (m.protocol > HIGHEST_PROTOCOL) {
    throw m.fail(`protocol ${m.protocol}`, `at most ${HIGHEST_PROTOCOL}`);
  }
}

/** Opcodes that refer to something outside the file. */
function refuse(what: string): (m: PickleMachine) => void {
  return (m) => {
    throw m.fail(what, "a pickle that is complete in itself");
  };
}

const TABLE: readonly (readonly [code: number | string, name: string, Operation["run"]])[] = [
  [0x80, "PROTO", protocol],
  [0x95, "FRAME", (m) => m.reader.claim(m.reader.uint64())],
  // stack and memo
  ["(", "MARK", (m) => m.mark()],
  ["0", "POP", (m) => m.discard()],
  ["1", "POP_MARK", (m) => void m.popToMark()],
  ["2", "DUP", (m) => m.push(m.top())],
  ["p", "PUT", (m) => m.memoize(memoIndex(m))],
  ["q", "BINPUT", (m) => m.memoize(m.reader.byte())],
  ["r", "LONG_BINPUT", (m) => m.memoize(m.reader.uint32())],
  [0x94, "MEMOIZE", (m) => m.memoizeNext()],
  ["g", "GET", (m) => m.recall(memoIndex(m))],
  ["h", "BINGET", (m) => m.recall(m.reader.byte())],
  ["j", "LONG_BINGET", (m) => m.recall(m.reader.uint32())],
  // constants and numbers
  ["N", "NONE", (m) => m.push(null)],
  [0x88, "NEWTRUE", (m) => m.push(true)],
  [0x89, "NEWFALSE", (m) => m.push(false)],
  ["I", "INT", pushInt],
  ["J", "BININT", (m) => m.push(m.reader.int32())],
  ["K", "BININT1", (m) => m.push(m.reader.byte())],
  ["M", "BININT2", (m) => m.push(m.reader.uint16())],
  ["L", "LONG", (m) => m.push(decimal(line(m).replace(/L\s*$/, "")))],
  [0x8a, "LONG1", (m) => pushInteger(m, m.reader.byte())],
  [0x8b, "LONG4", (m) => pushInteger(m, signedLength(m))],
  ["F", "FLOAT", (m) => m.push(float(line(m)))],
  ["G", "BINFLOAT", (m) => m.push(m.reader.float64())],
  // strings and bytes
  ["S", "STRING", pushString],
  ["T", "BINSTRING", (m) => m.pushText(m.reader.advance(signedLength(m)), null, latin1)],
  ["U", "SHORT_BINSTRING", (m) => m.push(latin1(m.reader.bytes(m.reader.byte())))],
  ["V", "UNICODE", (m) => m.pushText(m.reader.line(), decodeRawUnicode, rawUnicodeEscape)],
  ["X", "BINUNICODE", (m) => pushUnicode(m, m.reader.uint32())],
  [0x8c, "SHORT_BINUNICODE", (m) => pushUnicode(m, m.reader.byte())],
  [0x8d, "BINUNICODE8", (m) => pushUnicode(m, m.reader.uint64())],
  ["B", "BINBYTES", (m) => m.pushBytes(m.reader.advance(m.reader.uint32()))],
  ["C", "SHORT_BINBYTES", (m) => m.pushBytes(m.reader.advance(m.reader.byte()))],
  [0x8e, "BINBYTES8", (m) => m.pushBytes(m.reader.advance(m.reader.uint64()))],
  [0x96, "BYTEARRAY8", (m) => m.pushBytes(m.reader.advance(m.reader.uint64()), true)],
  // containers
  ["]", "EMPTY_LIST", (m) => m.push([])],
  ["l", "LIST", (m) => m.push(m.popToMark())],
  ["a", "APPEND", (m) => {
    const item = m.pop();
    listOnTop(m).push(item);
  }],
  ["e", "APPENDS", (m) => {
    const items = m.popToMark();
    const list = listOnTop(m);
    for (const item of items) list.push(item);
  }],
  [")", "EMPTY_TUPLE", (m) => m.push(new Tuple())],
  ["t", "TUPLE", (m) => m.push(Tuple.fromItems(m.popToMark()))],
  [0x85, "TUPLE1", (m) => m.push(m.popTuple(1))],
  [0x86, "TUPLE2", (m) => m.push(m.popTuple(2))],
  [0x87, "TUPLE3", (m) => m.push(m.popTuple(3))],
  ["}", "EMPTY_DICT", (m) => m.push(new Map())],
  ["d", "DICT", (m) => {
    const items = m.popToMark();
    const dict = new Map();
    setItems(m, dict, items);
    m.push(dict);
  }],
  ["s", "SETITEM", (m) => {
    const pair = m.popTuple(2);
    setItems(m, m.top(), pair);
  }],
  ["u", "SETITEMS", (m) => {
    const items = m.popToMark();
    setItems(m, m.top(), items);
  }],
  [0x8f, "EMPTY_SET", (m) => m.push(new Set())],
  [0x90, "ADDITEMS", (m) => {
    const items = m.popToMark();
    const set = setOnTop(m);
    for (const item of items) set.add(item);
  }],
  [0x91, "FROZENSET", (m) => m.push(new FrozenSet(m.popToMark()))],
  // objects
  ["c", "GLOBAL", (m) => m.push(m.global(nameLine(m), nameLine(m)))],
  [0x93, "STACK_GLOBAL", stackGlobal],
  ["R", "REDUCE", callNew],
  [0x81, "NEWOBJ", callNew],
  [0x92, "NEWOBJ_EX", callNewWithNames],
  ["i", "INST", (m) => m.call(m.global(nameLine(m), nameLine(m)), m.popToMark())],
  ["o", "OBJ", callObject],
  ["b", "BUILD", build],
  [0x98, "READONLY_BUFFER", (m) => void m.top()],
  ["P", "PERSID", (m) => m.persistent(line(m))],
  ["Q", "BINPERSID", (m) => m.persistent(m.pop())],
  [0x82, "EXT1", refuse("an extension code")],
  [0x83, "EXT2", refuse("an extension code")],
  [0x84, "EXT4", refuse("an extension code")],
  [0x97, "NEXT_BUFFER", refuse("a buffer outside the file")],
];

/** Operations by opcode. */
export const OPERATIONS: readonly (Operation | undefined)[] = indexed();

function indexed(): (Operation | undefined)[] {
  const operations = new Array<Operation | undefined>(256).fill(undefined);
  for (const [code, name, run] of TABLE) {
    operations[typeof code === "string" ? code.charCodeAt(0) : code] = { name, run };
  }
  return operations;
}
