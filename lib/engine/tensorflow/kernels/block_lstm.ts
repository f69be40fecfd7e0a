/**
 * The LSTM on TensorFlow's `BlockLSTMV2` and `BlockLSTMGradV2`. Their gates i, f, c, o are PyTorch's
 * i, f, g, o; their weights are `[W_ih, W_hh]` transposed, their sequences [time, batch, width].
 *
 * Lengths only enter as tensors, never as numbers, so that a recorded graph takes new ones. Long
 * sequences run in chunks of time, each on the samples that are not at their end yet; TensorFlow
 * runs the LSTMs of several modalities side by side.
 *
 * @module
 */

import type { Tensor } from "@tensorflow/tfjs-core";
import { boolAttribute } from "../binding/attributes.ts";
import { LstmCall } from "./lstm_call.ts";
import {
  type BlockWeights,
  CELL,
  Chunk,
  type ChunkGradients,
  HIDDEN,
  type Start,
  STATES,
} from "./lstm_chunks.ts";
import { FLOAT, INT32 } from "../binding/ops.ts";
import { DataType } from "../binding/symbols.ts";

/** A chunk has at least so many steps, and there are at most so many: each takes time of its own. */
const CHUNK_STEPS = 32, MOST_CHUNKS = 8;
/** Batches of fewer samples run in one chunk. */
const SMALLEST_BATCH = 8;

/** How a call runs. */
interface Plan {
  readonly order: number;
  readonly chunks: readonly Chunk[];
}

/** A call by the block ops. */
export class BlockLstm extends LstmCall {
  readonly timeAxis = 0;

  forward(): Tensor[] {
    const { scope, batch, hidden } = this;
    const plan = this.#plan(), { chunks, order } = plan;
    const x = this.enter(this.id("x")), weights = this.#weights();
    const xs = chunks.map((chunk) => chunk.of(x, order));
    const states: number[][] = [];
    chunks.forEach((chunk, i) => {
      states.push(chunk.forward(xs[i]!, weights, this.#start(chunks, i, states[i - 1])));
    });
    const lastOf = (state: number) => {
      const ends = chunks.map((chunk, i) => chunk.ends(states[i]![state]!, chunks[i + 1], hidden));
      const sorted = scope.reshape(scope.concat(ends.reverse(), 0), [batch, hidden]);
      return this.#unsort(sorted, order, 0);
    };
    const all = (state: number) => this.#join(plan, states.map((made) => made[state]!), hidden);
    const value = {
      final: () => lastOf(HIDDEN),
      cell: () => lastOf(CELL),
      sequence: () => this.leave(this.mask(all(HIDDEN))),
      states: () => this.leave(this.mask(scope.concat([all(HIDDEN), all(CELL)], 2))),
    }[this.attributes.output]();
    return [value, ...xs, ...states.flat(), order].map((id) => scope.take(id));
  }

  gradient(): Tensor[] {
    const { scope, input, hidden } = this;
    const trace = this.trace();
    const plan = this.#plan(trace.at(-1)!), { chunks, order } = plan;
    const statesOf = (i: number) =>
      trace.slice(chunks.length + i * STATES, chunks.length + (i + 1) * STATES);
    const dy = this.id("dy"), isFinal = this.attributes.output === "final";
    const all = isFinal ? scope.gather(dy, order, 0) : this.mask(this.enter(dy));
    const weights = this.#weights();
    const made: ChunkGradients[] = [];
    for (const [i, chunk] of [...chunks.entries()].reverse()) {
      const next = chunks[i + 1];
      const given = isFinal ? chunk.scatterEnds(all, next, hidden) : chunk.of(all, order);
      let [dHiddens, dCells] = this.attributes.output === "states"
        ? scope.split(given, [hidden, hidden], 2) as [number, number]
        : [given, scope.run("ZerosLike", [given], [FLOAT])];
      if (next !== undefined) {
        const after = made.at(-1)!;
        dHiddens = scope.sum([dHiddens, chunk.scatterAfter(after.hidden, next, hidden)]);
        dCells = scope.sum([dCells, chunk.scatterAfter(after.cell, next, hidden)]);
      }
      const start = this.#start(chunks, i, i > 0 ? statesOf(i - 1) : undefined);
      made.push(chunk.backward(trace[i]!, weights, start, statesOf(i), dCells, dHiddens));
    }
    const dWeights = scope.transpose(scope.sum(made.map(({ matrix }) => matrix)), [1, 0]);
    const [dWeightIh, dWeightHh] = scope.split(dWeights, [input, hidden], 1);
    const gradients = [dWeightIh!, dWeightHh!, scope.sum(made.map(({ bias }) => bias))];
    if (this.attributes.inputGradient) {
      gradients.push(this.leave(this.#join(plan, made.reverse().map(({ x }) => x), input)));
    }
    return gradients.map((id) => scope.take(id));
  }

  #weights(): BlockWeights {
    const { scope, hidden } = this;
    const both = scope.concat([this.id("weightIh"), this.id("weightHh")], 1);
    return { matrix: scope.transpose(both, [1, 0]), bias: this.id("bias"), hidden };
  }

  /**
   * The samples in the order of their lengths, longest first, and the chunks of time.
   *
   * @param order of an earlier plan for the same lengths
   */
  #plan(order?: number): Plan {
    const { scope, batch, time } = this;
    const [, sorting] = order === undefined
      ? scope.runAll("TopKV2", [this.lengths, scope.int32([batch], [])], [
        boolAttribute("sorted", true),
        INT32,
      ], 2)
      : [null, order];
    const lengths = scope.gather(this.lengths, sorting!, 0, DataType.INT32);
    const fitting = Math.min(MOST_CHUNKS, Math.floor(time / CHUNK_STEPS));
    const count = batch < SMALLEST_BATCH ? 1 : Math.max(1, fitting);
    const chunks = Array.from({ length: count }, (_, i) => {
      const start = Math.floor(time * i / count);
      return new Chunk(scope, lengths, batch, start, Math.floor(time * (i + 1) / count) - start);
    });
    return { order: sorting!, chunks };
  }

  /** From chunks of sequences back to the samples' own order, [time, batch, width]. */
  #join({ order, chunks }: Plan, sequences: readonly number[], width: number): number {
    const { scope, batch, time } = this;
    const wide = scope.concat(chunks.map((chunk, i) => chunk.widen(sequences[i]!, batch)), 0);
    return scope.reshape(this.#unsort(wide, order, 1), [time, batch, width]);
  }

  /** From sorted samples back to their own order. */
  #unsort(tensor: number, order: number, axis: number): number {
    const inverse = this.scope.run("InvertPermutation", [order], [INT32]);
    return this.scope.gather(tensor, inverse, axis);
  }

  /** The states before chunk `i`, from those of the chunk before it. */
  #start(chunks: readonly Chunk[], i: number, states: readonly number[] | undefined): Start {
    const { scope, batch, hidden } = this;
    if (states === undefined) {
      const zeros = scope.zeros([batch, hidden]);
      return { cell: zeros, hidden: zeros };
    }
    const last = (state: number) => chunks[i - 1]!.after(states[state]!, chunks[i]!, hidden);
    return { cell: last(CELL), hidden: last(HIDDEN) };
  }
}
