import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  advance,
  and,
  get,
  integer,
  load,
  loadSplat,
  numbered,
  plus4,
  repeat,
  set,
  shiftRight,
  store,
  times4,
  when,
  writeModule,
  ZEROS,
} from "../../lib/engine/cpu/wasm_writer.ts";

/** A module's memory, as float32, and its function. */
function open(bytes: Uint8Array<ArrayBuffer>) {
  assert(WebAssembly.validate(bytes));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const { memory, run } = exports as { memory: WebAssembly.Memory; run(...x: number[]): void };
  return { numbers: new Float32Array(memory.buffer), run };
}

Deno.test("writeModule() makes a program that loops, loads, computes and stores", () => {
  // Parameters: where to read, where to write, how often.
  const [from, to, count, sum] = [0, 1, 2, 3];
  const { numbers, run } = open(writeModule({
    parameters: 3,
    integers: 0,
    vectors: 1,
    body: [
      ...set(sum, ZEROS),
      ...repeat(
        count,
        set(sum, plus4(get(sum), times4(load(get(from), 16), loadSplat(get(from))))),
        advance(from, integer(32)),
      ),
      ...store(get(to), get(sum), 16),
    ],
  }));
  numbers.set([2, 9, 9, 9, 1, 2, 3, 4, 10, 9, 9, 9, 0.1, 0.2, 0.3, 0.4]);
  run(0, 128, 2);
  assertEquals([...numbers.subarray(32, 40)], [0, 0, 0, 0, 3, 6, 9, 12]);
  run(0, 128, 1);
  assertEquals([...numbers.subarray(36, 40)], [2, 4, 6, 8]);
});

Deno.test("writeModule() takes programs and numbers of variables over 127", () => {
  const many = 200;
  const { numbers, run } = open(writeModule({
    parameters: 1,
    integers: many,
    vectors: many,
    body: [
      ...set(many, get(0)),
      ...set(2 * many, load(get(many))),
      ...store(get(many), plus4(get(2 * many), get(2 * many)), 16),
    ],
  }));
  numbers.set([1, 2, 3, 4], 2);
  run(8);
  assertEquals([...numbers.subarray(6, 10)], [2, 4, 6, 8]);
});

Deno.test("writeModule() takes conditions, large integers and large offsets", () => {
  const [flags] = [0];
  const { numbers, run } = open(writeModule({
    parameters: 1,
    integers: 0,
    vectors: 0,
    body: [
      ...when(and(get(flags), integer(64)), store(integer(8192), load(integer(0), 4000), 160)),
      ...when(shiftRight(get(flags), 7), store(integer(8192), loadSplat(integer(0), 4000), 176)),
    ],
  }));
  numbers.set([1, 2, 3, 4], 1000);
  const written = (value: number) => {
    numbers.fill(0, 2048);
    run(value);
    return [...numbers.subarray(2088, 2096)];
  };
  assertEquals(written(63), [0, 0, 0, 0, 0, 0, 0, 0]);
  assertEquals(written(64), [1, 2, 3, 4, 0, 0, 0, 0]);
  assertEquals(written(129), [0, 0, 0, 0, 1, 1, 1, 1]);
  assertEquals(written(192), [1, 2, 3, 4, 1, 1, 1, 1]);
});

Deno.test("numbered() refuses a name that two variables have", () => {
  assertEquals(numbered(["a", "b"]), { a: 0, b: 1 });
  assertThrows(() => numbered(["a", "b", "a"]), TypeError, 'two variables "a"');
});
