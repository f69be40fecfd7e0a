import { assertEquals, assertThrows } from "@std/assert";
import { batchOrder } from "../../lib/data/batches.ts";

function lists(batches: readonly Uint32Array[]): number[][] {
  return batches.map((batch) => [...batch]);
}

Deno.test("batchOrder() keeps the file's order without a shuffle", () => {
  assertEquals(lists(batchOrder(6, 3)), [[0, 1, 2], [3, 4, 5]]);
});

Deno.test("batchOrder() makes the last batch smaller", () => {
  assertEquals(lists(batchOrder(5, 2)), [[0, 1], [2, 3], [4]]);
});

Deno.test("batchOrder() gives one batch of all when batchSize is larger than the split", () => {
  assertEquals(lists(batchOrder(3, 100)), [[0, 1, 2]]);
});

Deno.test("batchOrder() gives no batch of no samples", () => {
  assertEquals(batchOrder(0, 4), []);
});

Deno.test("batchOrder() follows the permutation of the shuffle", () => {
  let asked = -1;
  const batches = batchOrder(4, 3, (n) => {
    asked = n;
    return Uint32Array.of(2, 0, 3, 1);
  });
  assertEquals(asked, 4);
  assertEquals(lists(batches), [[2, 0, 3], [1]]);
});

Deno.test("batchOrder() does not follow changes of the permutation afterwards", () => {
  const order = Uint32Array.of(1, 0);
  const batches = batchOrder(2, 2, () => order);
  order.fill(0);
  assertEquals(lists(batches), [[1, 0]]);
});

Deno.test("batchOrder() refuses a shuffle that loses or repeats a sample", () => {
  for (const order of [[0, 0, 1], [0, 1], [0, 1, 2, 2], [0, 1, 7], [-1, 0, 1]]) {
    assertThrows(() => batchOrder(3, 2, () => order), TypeError, "permutation of 3 samples");
  }
});

Deno.test("batchOrder() refuses sizes that are not whole numbers in range", () => {
  for (const size of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => batchOrder(3, size), RangeError, `batchSize is ${size}`);
  }
  assertThrows(() => batchOrder(-1, 2), RangeError, "-1 samples");
});
