/**
 * Runs an LSTM in chunks of time, each on the samples that are not at their end yet: with samples in
 * the order of their lengths, longest first, these are the first ones of a batch. How many there are
 * is a tensor and no number, so that a recorded graph takes new lengths.
 *
 * @module
 */

import { boolAttribute, floatAttribute, typeAttribute } from "../binding/attributes.ts";
import { FLOAT, INT32, type OpScope } from "../binding/ops.ts";
import { DataType } from "../binding/symbols.ts";

const NO_PEEPHOLE = boolAttribute("use_peephole", false);
const NO_CLIP = floatAttribute("cell_clip", 0);
const INDICES = typeAttribute("Tindices", DataType.INT32);
/** Outputs of `BlockLSTMV2`: i, cs, f, o, ci, co, h. */
export const CELL = 1, HIDDEN = 6, STATES = 7;

/** Weights of an LSTM, as tensor numbers. */
export interface BlockWeights {
  /** [W_ih, W_hh] transposed, [input + hidden, 4 · hidden] */
  readonly matrix: number;
  /** [4 · hidden] */
  readonly bias: number;
  readonly hidden: number;
}

/** States before a chunk, [running, hidden]. */
export interface Start {
  readonly cell: number;
  readonly hidden: number;
}

/** Gradients of one chunk. */
export interface ChunkGradients {
  /** [steps, running, input] */
  readonly x: number;
  /** Of the cell state before the chunk, [running, hidden]. */
  readonly cell: number;
  /** Of the hidden state before the chunk, [running, hidden]. */
  readonly hidden: number;
  readonly matrix: number;
  readonly bias: number;
}

/** Steps `start` to `start + steps` of a batch whose samples are sorted by length. */
export class Chunk {
  readonly start: number;
  readonly steps: number;
  /** Number of samples that are longer than `start`, int32. */
  readonly alive: number;
  /** The same, but at least 1, since no op runs on no sample. */
  readonly running: number;
  readonly #scope: OpScope;
  readonly #lengths: number;

  /** @param lengths of all samples, [batch], sorted */
  constructor(scope: OpScope, lengths: number, batch: number, start: number, steps: number) {
    this.#scope = scope;
    this.#lengths = lengths;
    this.start = start;
    this.steps = steps;
    this.alive = start === 0 ? scope.int32([batch], []) : this.#countAlive();
    this.running = start === 0
      ? this.alive
      : scope.run("Maximum", [this.alive, scope.int32([1], [])], [INT32]);
  }

  /** This chunk of a [time, batch, width] sequence: [steps, running, width]. */
  of(sequence: number, order: number): number {
    const scope = this.#scope;
    const part = scope.slice(sequence, [this.start, 0, 0], [this.steps, -1, -1]);
    return scope.gather(part, this.#first(order), 1);
  }

  /** The states of all steps. */
  forward(x: number, weights: BlockWeights, start: Start): number[] {
    const inputs = this.#inputs(x, weights, start);
    return this.#scope.runAll("BlockLSTMV2", inputs, [NO_CLIP, NO_PEEPHOLE, FLOAT], STATES);
  }

  /** Its gradients, from those of its states, [steps, running, hidden]. */
  backward(
    x: number,
    weights: BlockWeights,
    start: Start,
    states: readonly number[],
    dCells: number,
    dHiddens: number,
  ): ChunkGradients {
    const inputs = [...this.#inputs(x, weights, start), ...states, dCells, dHiddens];
    const made = this.#scope.runAll("BlockLSTMGradV2", inputs, [NO_PEEPHOLE, FLOAT], 8);
    const [dX, cell, hidden, matrix] = made;
    return { x: dX!, cell: cell!, hidden: hidden!, matrix: matrix!, bias: made[7]! };
  }

  /** What the samples that run on have after the last step of a state, [next.running, hidden]. */
  after(state: number, next: Chunk, hidden: number): number {
    const scope = this.#scope;
    const size = scope.pack([scope.int32([1], []), next.running, scope.int32([hidden], [])]);
    const last = scope.run(
      "Slice",
      [state, scope.int32([this.steps - 1, 0, 0]), size],
      [FLOAT, typeAttribute("Index", DataType.INT32)],
    );
    return scope.reshape(last, [-1, hidden]);
  }

  /** What the samples that end here have in a state after their last step; `next` begins after. */
  ends(state: number, next: Chunk | undefined, hidden: number): number {
    const rows = this.#scope.reshape(state, [-1, hidden]);
    return this.#scope.gather(rows, this.#endRows(next), 0);
  }

  /** The gradient of {@linkcode ends}, from that of the last states of all samples, sorted. */
  scatterEnds(gradient: number, next: Chunk | undefined, hidden: number): number {
    const samples = this.#endingSamples(next);
    return this.#scatter(this.#endRows(next), this.#scope.gather(gradient, samples, 0), hidden);
  }

  /** The gradient of {@linkcode after}. */
  scatterAfter(gradient: number, next: Chunk, hidden: number): number {
    const scope = this.#scope;
    const before = scope.run("Mul", [scope.int32([this.steps - 1], []), this.running], [INT32]);
    const samples = scope.run("Range", [scope.int32([0], []), next.running, scope.int32([1], [])], [
      typeAttribute("Tidx", DataType.INT32),
    ]);
    return this.#scatter(scope.run("AddV2", [samples, before], [INT32]), gradient, hidden);
  }

  /** A [steps, running, width] sequence with zeros for the other samples: [steps, batch, width]. */
  widen(sequence: number, batch: number): number {
    const scope = this.#scope, zero = scope.int32([0], []);
    const missing = scope.run("Sub", [scope.int32([batch], []), this.running], [INT32]);
    const padding = scope.reshape(
      scope.pack([zero, zero, zero, missing, zero, zero]),
      [3, 2],
      INT32,
    );
    return scope.run("Pad", [sequence, padding], [
      FLOAT,
      typeAttribute("Tpaddings", DataType.INT32),
    ]);
  }

  #countAlive(): number {
    const scope = this.#scope;
    const isAlive = scope.run("Greater", [this.#lengths, scope.int32([this.start], [])], [INT32]);
    const counts = scope.run("Cast", [isAlive], [
      typeAttribute("SrcT", DataType.BOOL),
      typeAttribute("DstT", DataType.INT32),
    ]);
    return scope.reduce("Sum", counts);
  }

  /** The first `running` entries of a vector of int32. */
  #first(vector: number): number {
    const scope = this.#scope;
    return scope.run("Slice", [vector, scope.int32([0]), scope.pack([this.running])], [
      INT32,
      typeAttribute("Index", DataType.INT32),
    ]);
  }

  /** Zeros [steps, running, hidden] but for these rows of [steps · running, hidden]. */
  #scatter(rows: number, values: number, hidden: number): number {
    const scope = this.#scope;
    const count = scope.run("Mul", [scope.int32([this.steps], []), this.running], [INT32]);
    const shape = scope.pack([count, scope.int32([hidden], [])]);
    const all = scope.run(
      "ScatterNd",
      [scope.reshape(rows, [-1, 1], INT32), values, shape],
      [FLOAT, INDICES],
    );
    return scope.reshape(all, [this.steps, -1, hidden]);
  }

  /** The samples whose last step is in this chunk. */
  #endingSamples(next: Chunk | undefined): number {
    const scope = this.#scope;
    const from = next?.alive ?? scope.int32([0], []);
    return scope.run("Range", [from, this.alive, scope.int32([1], [])], [
      typeAttribute("Tidx", DataType.INT32),
    ]);
  }

  /** Row of the last step of each of them: (length - 1 - start) · running + sample. */
  #endRows(next: Chunk | undefined): number {
    const scope = this.#scope, samples = this.#endingSamples(next);
    const lengths = scope.gather(this.#lengths, samples, 0, DataType.INT32);
    const first = scope.int32([this.start + 1], []);
    const steps = scope.run("Sub", [lengths, first], [INT32]);
    const starts = scope.run("Mul", [steps, this.running], [INT32]);
    return scope.run("AddV2", [starts, samples], [INT32]);
  }

  /** The first inputs that both block ops have. */
  #inputs(x: number, { matrix, bias, hidden }: BlockWeights, start: Start): number[] {
    const peephole = this.#scope.zeros([hidden]);
    return [
      this.#longest(),
      x,
      start.cell,
      start.hidden,
      matrix,
      peephole,
      peephole,
      peephole,
      bias,
    ];
  }

  /** The steps that the longest sample has here, as the int64 scalar that the block ops want. */
  #longest(): number {
    const scope = this.#scope, scalar = (value: number) => scope.int32([value], []);
    const longest = scope.reduce("Max", this.#lengths);
    const left = scope.run("Sub", [longest, scalar(this.start)], [INT32]);
    // A length beyond the time axis would end the process in the block ops; `ends` reports it.
    const bounded = scope.run("Minimum", [left, scalar(this.steps)], [INT32]);
    return scope.run("Cast", [scope.run("Maximum", [bounded, scalar(1)], [INT32])], [
      typeAttribute("SrcT", DataType.INT32),
      typeAttribute("DstT", DataType.INT64),
    ]);
  }
}
