import { assertEquals, assertThrows } from "@std/assert";
import { EarlyStopping } from "../../lib/training/early_stopping.ts";

/** The epochs that were the best when they came, and the last epoch. */
function follow(losses: readonly number[], patience: number): [number[], number] {
  const stopping = new EarlyStopping(patience);
  const best: number[] = [];
  for (const [i, loss] of losses.entries()) {
    if (stopping.observe(i + 1, loss)) best.push(i + 1);
    if (stopping.shouldStop(i + 1)) return [best, i + 1];
  }
  return [best, losses.length];
}

Deno.test("EarlyStopping keeps the smallest loss and stops when patience is over", () => {
  const table: [number[], number, number[], number][] = [
    [[3, 2, 1], 2, [1, 2, 3], 3],
    [[3, 4, 5, 1], 2, [1], 3],
    [[3, 4, 2, 5, 5, 5], 2, [1, 3], 5],
    [[1], 1, [1], 1],
  ];
  for (const [losses, patience, best, last] of table) {
    assertEquals(follow(losses, patience), [best, last]);
  }
});

Deno.test("EarlyStopping keeps the earlier epoch at a tie, and below 1e-6 of improvement", () => {
  assertEquals(follow([1, 1, 1 - 5e-7, 1 - 2e-6], 8)[0], [1, 4]);
});

Deno.test("EarlyStopping never takes a loss that is not finite, first or later", () => {
  assertEquals(follow([NaN, Infinity, 2, NaN, 1], 8)[0], [3, 5]);
  assertEquals(follow([NaN, NaN, NaN], 2), [[], 2]);
});

Deno.test("EarlyStopping refuses a patience below 1", () => {
  for (const patience of [0, -1, 1.5, NaN]) {
    assertThrows(() => new EarlyStopping(patience), RangeError, "expected 1 or more");
  }
});
