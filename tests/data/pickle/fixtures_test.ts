/** Every file of the shared pickle fixtures is read or refused as their description says. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { dirname, join } from "node:path";
import { DataError, UnsafePickleError } from "../../../lib/core/errors.ts";
import { exists } from "../../../lib/core/files.ts";
import {
  ByteArray,
  Complex,
  FrozenSet,
  NdArray,
  NumpyScalar,
  OrderedDict,
  readPickle,
  Tuple,
} from "../../../lib/data/pickle/mod.ts";

/** A description of a Python value, as the fixtures have it. */
type Described = null | boolean | number | string | { readonly [key: string]: unknown };

interface Fixture {
  readonly expect: "load" | "error" | "refuse";
  readonly value?: Described;
  readonly optional?: boolean;
  readonly python_says?: string;
}

const FOLDER = join(import.meta.dirname!, "../../../../shared/data/pickle_fixtures");
const SKIPPED = !exists(FOLDER);
const NOTE = SKIPPED ? " (skipped: ../shared is absent)" : "";

/** Fixtures by file name. */
function fixtures(): Record<string, Fixture> {
  if (SKIPPED) return { "pickle fixtures": { expect: "load" } };
  return JSON.parse(Deno.readTextFileSync(join(FOLDER, "expected.json"))).files;
}

function describeNumber(value: number): Described {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? value : String(value);
}

function hex(raw: Uint8Array): string {
  return Array.from(raw, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** `value` in the words of `wanted`, which tells how much of it is described. */
function describe(value: unknown, wanted: unknown, open: readonly unknown[] = []): unknown {
  if (open.includes(value)) return { kind: "cycle" };
  const inside = typeof value === "object" ? [...open, value] : open;
  const example = (typeof wanted === "object" ? wanted ?? {} : {}) as Record<string, unknown>;
  if (typeof value === "number") return describeNumber(value);
  if (typeof value === "bigint") return { int: String(value) };
  if (typeof value === "string") {
    if (!("str_prefix" in example)) return value;
    const signs = Array.from(value);
    return { str_prefix: signs.slice(0, 20).join(""), length_code_points: signs.length };
  }
  if (value instanceof ByteArray) return { kind: "bytearray", bytes_hex: hex(value) };
  if (value instanceof Uint8Array) return { bytes_hex: hex(value), length: value.length };
  if (value instanceof Complex) return { kind: "complex", re: value.re, im: value.im };
  if (value instanceof NumpyScalar) {
    const plain = describe(value.value, example.value);
    return { kind: "numpy_scalar", dtype: value.dtype, value: plain };
  }
  if (value instanceof NdArray) return describeArray(value, example, inside);
  if (value instanceof Map) {
    const entries = (example.entries ?? []) as [unknown, unknown][];
    const kind = value instanceof OrderedDict ? "OrderedDict" : "dict";
    const described = Array.from(value).slice(0, entries.length).map(([key, item], i) => [
      key instanceof Tuple ? { tuple: [...key] } : describe(key, entries[i]![0]),
      describe(item, entries[i]![1], inside),
    ]);
    return { kind, size: value.size, entries: described };
  }
  if (value instanceof Set) {
    const kind = value instanceof FrozenSet ? "frozenset" : "set";
    const sorted = [...value].sort().slice(0, (example.sorted_first as unknown[]).length);
    return { kind, size: value.size, sorted_first: sorted };
  }
  if (Array.isArray(value)) {
    const first = (example.first ?? []) as unknown[];
    const kind = value instanceof Tuple ? "tuple" : "list";
    const items = Array.from(
      { length: first.length },
      (_, i) => describe(value[i], first[i], inside),
    );
    return { kind, length: value.length, first: items };
  }
  return value;
}

/** Elements as Python would print them, also with what shows that float32 was read in full. */
function describeArray(
  array: NdArray,
  example: Record<string, unknown>,
  open: readonly unknown[],
): unknown {
  const isBoolean = array.dtype === "|b1";
  const values = Array.from<unknown>(array.values()).map((value) => {
    if (isBoolean) return value === 1;
    return typeof value === "bigint" && BigInt(Number(value)) === value &&
        Number.isSafeInteger(Number(value))
      ? Number(value)
      : value;
  });
  const first = example.first_c_order as unknown[];
  const described: Record<string, unknown> = {
    kind: "ndarray",
    shape: array.shape,
    dtype: array.dtype,
    fortran_order: example.fortran_order,
    first_c_order: first.map((item, i) => describe(values[i], item, open)),
  };
  if (!("sum_finite" in example)) return described;
  const numbers = values.map(Number);
  const float32 = new Float32Array(array.size);
  array.readFloat32(0, float32);
  assertEquals(float32, Float32Array.from(numbers));
  const sum = numbers.filter(Number.isFinite).reduce((a, b) => a + b, 0);
  const tolerance = 1e-9 * numbers.reduce((a, b) => a + (Number.isFinite(b) ? Math.abs(b) : 0), 1);
  const isNear = Math.abs(sum - (example.sum_finite as number)) <= tolerance;
  described.sum_finite = isNear ? example.sum_finite : sum;
  described.last = values.length === 0 ? null : describe(values.at(-1), example.last);
  return described;
}

/** Reads the fixture with arrays in memory, then with arrays in the file. */
function check(path: string, { value, expect, optional, python_says: reason }: Fixture): void {
  for (const lazyBytes of [1 << 16, 16]) {
    const open = () => {
      using pickle = readPickle(path, { lazyBytes });
      if (value === "first") return assert(pickle.trailingBytes > 0);
      assertEquals(describe(pickle.root, value), value);
    };
    if (expect === "load" && !optional) open();
    else if (expect === "refuse") {
      const error = assertThrows(open, UnsafePickleError);
      assertEquals(`UnpicklingError: refused ${error.global}`, reason);
    } else {
      const error = assertThrows(open, DataError, `Cannot read "${path}"`);
      assert(!(error instanceof UnsafePickleError));
      if (optional) assert(error.message.includes(`dtype "${(value as { dtype: string }).dtype}"`));
    }
  }
}

for (const [name, fixture] of Object.entries(fixtures())) {
  const act = { load: "reads", error: "reports", refuse: "refuses" }[fixture.expect];
  Deno.test({
    name: `readPickle() ${act} ${name}${NOTE}`,
    ignore: SKIPPED,
    fn() {
      check(join(FOLDER, name), fixture);
      assertEquals(Reflect.get({}, "polluted"), undefined);
      assertEquals([exists("canary.txt"), exists(join(dirname(FOLDER), "canary.txt"))], [
        false,
        false,
      ]);
    },
  });
}
