/** A thread that computes parts of work, for as long as its process lives. @module */

import { workerData } from "node:worker_threads";
import { messageOf } from "../../core/errors.ts";
import { bufferTo, takeMemory } from "./memory.ts";
import { Board, type Posted } from "./work.ts";
// For the work that they name.
import "./adam.ts";
import "./arithmetic.ts";
import "./dropout.ts";
import "./elementwise.ts";
import "./gelu.ts";
import "./layer_norm.ts";
import "./lstm_backward.ts";
import "./matrix_product.ts";
import "./softmax.ts";

const { memory, index } = workerData as { memory: WebAssembly.Memory; index: number };
takeMemory(memory);
const board = new Board(bufferTo(0));
for (;;) {
  board.waitForPart(index);
  const first = board.take();
  if (first === null) continue;
  let posted: Posted | null = null, number = -1;
  for (let part: number | null = first; part !== null; part = board.take()) {
    try {
      // What is posted stays until all of its parts are done.
      if (posted === null || board.number !== number) posted = board.read();
      number = board.number;
      const { work, arrays, options, count, size } = posted;
      work(arrays, options, part * size, Math.min(count, (part + 1) * size));
    } catch (error) {
      board.fail(messageOf(error));
    }
    board.finishElsewhere();
  }
}
