/**
 * The allow-list: everything that a pickle may name. All of it is written here and makes plain
 * values; nothing is looked up in a module.
 *
 * @module
 */

import { readAll } from "../arrays/byte_source.ts";
import { ByteRun, byteSourceOf, type PickleContext } from "./context.ts";
import { NumpyDtype } from "./dtype.ts";
import { NdArray, NumpyScalar, shapeOf } from "./nd_array.ts";
import { rebuildParameter, rebuildTensor, STORAGE_CLASSES, TorchStorage } from "./torch_tensor.ts";
import { ByteArray, Complex, FrozenSet, OrderedDict, Tuple } from "./python_values.ts";

/** Makes a value of the arguments that a pickle gives. */
type Call = (args: readonly unknown[], context: PickleContext) => unknown;

/** A function or class that a pickle named and that is allowed. */
export class PickleGlobal {
  /** For example `numpy.dtype`. */
  readonly name: string;
  /** Null for a class that may be named, as an argument or a value, but not called. */
  readonly call: Call | null;
  /** Whether byte runs among its arguments may stay in the file. */
  readonly takesBytes: boolean;

  constructor(name: string, call: Call | null) {
    this.name = name;
    this.call = call;
    this.takesBytes = call === encode || call === fromBuffer || call === loadStorage;
  }
}

/** `numpy.…._reconstruct(numpy.ndarray, (0,), b"b")`: an array that BUILD fills. */
function reconstruct([type]: readonly unknown[], context: PickleContext): unknown {
  if (type instanceof PickleGlobal && type.name === "numpy.ndarray") return new NdArray();
  throw context.fail("an array of an unknown class", "numpy.ndarray");
}

/** `numpy.…._frombuffer(data, dtype, shape, order[, axes])`, of protocol 5. */
function fromBuffer(
  [data, dtype, shapeArg, order, axesArg]: readonly unknown[],
  context: PickleContext,
): unknown {
  const bytes = byteSourceOf(data, context);
  const shape = shapeOf(shapeArg);
  const isValid = bytes !== undefined && dtype instanceof NumpyDtype && shape !== undefined;
  if (!isValid || typeof order !== "string" || !/^[CFK]$/.test(order)) {
    throw context.fail("wrong arguments", "bytes, a dtype, a shape and an order");
  }
  const array = new NdArray();
  const axes = shape.map((_, axis) => axis);
  if (order === "F") array.fill(shape, axes.reverse(), dtype, bytes, context);
  else if (order === "C") array.fill(shape, axes, dtype, bytes, context);
  else {
    // The bytes have the axes 0, 1, …, which `axesArg` then reorders as numpy's transpose does.
    const order = shapeOf(axesArg) ?? axes;
    if (order.length !== axes.length || axes.some((axis) => !order.includes(axis))) {
      throw context.fail(`the order of axes [${order.join(", ")}]`, `each of ${axes.length} once`);
    }
    const inFile = axes.map((axis) => order.indexOf(axis));
    array.fill(order.map((axis) => shape[axis]!), inFile, dtype, bytes, context);
  }
  return array;
}

/** BUILD of an array: `([version,] shape, dtype, isFortran, data)`. */
export function buildArray(array: NdArray, state: unknown, context: PickleContext): void {
  const parts = state instanceof Tuple && state.length === 5 ? state.slice(1) : state;
  if (!(parts instanceof Tuple) || parts.length !== 4) {
    throw context.fail("an array with a wrong state", "a shape, a dtype, an order and data");
  }
  const [shapePart, dtype, isFortran, data] = parts;
  const shape = shapeOf(shapePart);
  const content = Array.isArray(data) ? data : byteSourceOf(data, context);
  if (shape === undefined || !(dtype instanceof NumpyDtype) || content === undefined) {
    throw context.fail("an array with a wrong state", "a shape, a dtype, an order and data");
  }
  const axes = shape.map((_, axis) => axis);
  array.fill(shape, isFortran ? axes.reverse() : axes, dtype, content, context);
}

/** `numpy.…multiarray.scalar(dtype, data)` */
function scalar([dtype, data]: readonly unknown[], context: PickleContext): unknown {
  if (!(dtype instanceof NumpyDtype)) throw context.fail("a scalar without a dtype", "a dtype");
  if (dtype.format.kind === "object") return data;
  const bytes = byteSourceOf(data, context);
  if (bytes === undefined) throw context.fail("a scalar without bytes", "its bytes");
  return NumpyScalar.decode(dtype, bytes, context);
}

/** `numpy.dtype(code, align, copy)` */
function dtype([code]: readonly unknown[], context: PickleContext): unknown {
  if (typeof code === "string" && code.length < 64) return new NumpyDtype(code);
  throw context.fail("a dtype without a code", 'a code such as "f4"');
}

/** Python's names of the encoding. */
const LATIN1_NAME = /^(latin[-_]?1|iso[-_]?8859[-_]1)$/i;

/** `_codecs.encode(text, "latin1")`: the bytes of protocols 0 to 2. */
function encode([text, encoding]: readonly unknown[], context: PickleContext): unknown {
  const isText = typeof text === "string" || (text instanceof ByteRun && text.isText);
  const isLatin1 = typeof encoding === "string" && LATIN1_NAME.test(encoding);
  if (!isText || !isLatin1) {
    throw context.fail("an encoding of text", 'text in "latin1"');
  }
  const bytes = byteSourceOf(text, context)!;
  return text instanceof ByteRun ? new ByteRun(bytes, false) : readAll(bytes);
}

/** `bytes()` and `bytearray()`, of nothing, of bytes, or of text with its encoding. */
function makeBytes(args: readonly unknown[], context: PickleContext): Uint8Array<ArrayBuffer> {
  const source = args.length === 0 ? new Uint8Array(0) : args[0];
  const value = typeof source === "string" ? encode(args, context) : source;
  if (!(value instanceof Uint8Array)) throw context.fail("bytes of something else", "bytes");
  context.charge(value.length);
  return new Uint8Array(value);
}

function makeByteArray(args: readonly unknown[], context: PickleContext): ByteArray {
  return new ByteArray(makeBytes(args, context).buffer);
}

/** The items of a list, tuple or set; none without an argument. */
function itemsOf(args: readonly unknown[], context: PickleContext): unknown[] {
  const source = args.length === 0 ? [] : args[0];
  if (!Array.isArray(source) && !(source instanceof Set)) {
    throw context.fail("a container of something else", "a list, tuple or set");
  }
  context.charge(Array.isArray(source) ? source.length : source.size);
  return Array.from(source as Iterable<unknown>);
}

/** A dictionary of nothing, of pairs (Python 2), or of another dictionary. */
function fillDict(
  dict: Map<unknown, unknown>,
  args: readonly unknown[],
  context: PickleContext,
): Map<unknown, unknown> {
  const source = args[0] instanceof Map ? Array.from(args[0]) : itemsOf(args, context);
  if (args[0] instanceof Map) context.charge(source.length);
  for (const pair of source) {
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw context.fail("a dictionary of something else", "pairs");
    }
    dict.set(pair[0], pair[1]);
  }
  return dict;
}

function complex([re, im]: readonly unknown[], context: PickleContext): unknown {
  if (typeof re === "number" && typeof im === "number") return new Complex(re, im);
  throw context.fail("a complex number of something else", "two floats");
}

/** `torch.storage._load_from_bytes(stream)`: the numbers of a tensor that was pickled by itself. */
function loadStorage([data]: readonly unknown[], context: PickleContext): unknown {
  const bytes = byteSourceOf(data, context);
  const value = bytes === undefined ? undefined : context.readNested(bytes);
  if (value instanceof TorchStorage) return value;
  throw context.fail("a storage without bytes", "the stream that PyTorch writes");
}

/** `torch.Size((2, 3))` */
function makeSize(args: readonly unknown[], context: PickleContext): unknown {
  return Tuple.fromItems(itemsOf(args, context));
}

const BUILTINS: readonly (readonly [name: string, call: Call | null])[] = [
  ["set", (args, context) => new Set(itemsOf(args, context))],
  ["frozenset", (args, context) => new FrozenSet(itemsOf(args, context))],
  ["list", (args, context) => itemsOf(args, context)],
  ["tuple", (args, context) => Tuple.fromItems(itemsOf(args, context))],
  ["dict", (args, context) => fillDict(new Map(), args, context)],
  ["bytes", makeBytes],
  ["bytearray", makeByteArray],
  ["complex", complex],
  // Classes that a defaultdict names as the maker of its missing values.
  ...["int", "float", "str", "bool", "long", "unicode"].map((name) => [name, null] as const),
];

/** Allowed globals by module and name, as written by Python 2 and 3 and by numpy 1 and 2. */
const GLOBALS: ReadonlyMap<string, PickleGlobal> = new Map([
  ...["numpy.core", "numpy._core"].flatMap((core) => [
    entry(`${core}.multiarray`, "_reconstruct", reconstruct),
    entry(`${core}.multiarray`, "scalar", scalar),
    entry(`${core}.numeric`, "_frombuffer", fromBuffer),
  ]),
  entry("numpy", "ndarray", null),
  entry("numpy", "dtype", dtype),
  entry("_codecs", "encode", encode),
  entry(
    "collections",
    "OrderedDict",
    (args, context) => fillDict(new OrderedDict(), args, context),
  ),
  entry(
    "collections",
    "defaultdict",
    (args, context) => fillDict(new Map(), args.slice(1), context),
  ),
  entry("torch._utils", "_rebuild_tensor_v2", rebuildTensor),
  entry("torch._utils", "_rebuild_parameter", rebuildParameter),
  entry("torch.storage", "_load_from_bytes", loadStorage),
  entry("torch", "Size", makeSize),
  // Classes that a persistent id names.
  ...STORAGE_CLASSES.map((name) => entry("torch", name, null)),
  ...["builtins", "__builtin__"].flatMap((module) =>
    BUILTINS.map(([name, call]) => entry(module, name, call))
  ),
]);

function entry(module: string, name: string, call: Call | null): [string, PickleGlobal] {
  return [`${module}\n${name}`, new PickleGlobal(`${module}.${name}`, call)];
}

/** The allowed global of that name, if there is one. */
export function findGlobal(module: string, name: string): PickleGlobal | undefined {
  return GLOBALS.get(`${module}\n${name}`);
}
