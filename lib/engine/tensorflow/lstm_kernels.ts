/**
 * The fused LSTM on TensorFlow's `BlockLSTMV2` and `BlockLSTMGradV2`. Their gates i, f, c, o are PyTorch's
 * i, f, g, o; their weights are `[W_ih, W_hh]` transposed, their sequences [time, batch, width].
 *
 * Lengths only enter as tensors, never as numbers, so that a recorded graph takes new ones.
 *
 * @module
 */

import { registerKernel, type Tensor, type TensorInfo } from "@tensorflow/tfjs-core";
import { FUSED_LSTM, FUSED_LSTM_GRADIENT, type LstmAttributes, lstmSizes } from "../lstm.ts";
import { boolAttribute, floatAttribute, intAttribute, typeAttribute } from "./attributes.ts";
import { FLOAT, INT32, type NodeBackend, OpScope } from "./ops.ts";
import { DataType } from "./symbols.ts";

/**
 * Batches of sequences at least this long are sorted by length and run in parts: a part ends at its
 * own longest length, and TensorFlow runs the parts of a compiled step side by side.
 */
const LONG = 32;
/** Number of parts, and the fewest samples worth splitting. */
const PARTS = 2, SMALLEST_SPLIT = 8;

type Inputs = Readonly<Record<string, TensorInfo | undefined>>;

const NO_PEEPHOLE = boolAttribute("use_peephole", false);
const NO_CLIP = floatAttribute("cell_clip", 0);
/** Outputs of `BlockLSTMV2`: i, cs, f, o, ci, co, h. */
const CELL = 1, HIDDEN = 6, STATES = 7;
const SWAP_TIME_AND_BATCH = [1, 0, 2];

/** Registers both kernels; to be called once. */
export function registerLstmKernels(): void {
  const kernels = { [FUSED_LSTM]: fusedLstm, [FUSED_LSTM_GRADIENT]: fusedLstmGradient };
  for (const [kernelName, run] of Object.entries(kernels)) {
    registerKernel({
      kernelName,
      backendName: "tensorflow",
      kernelFunc: ({ inputs, attrs, backend }) => {
        const call = new LstmCall(inputs, attrs as unknown as LstmAttributes, backend);
        using _ = call.scope;
        return run(call);
      },
    });
  }
}

/** One call of either kernel: its inputs as tensor numbers, and the ops that both have. */
class LstmCall {
  readonly scope: OpScope;
  readonly inputs: Inputs;
  readonly attributes: LstmAttributes;
  readonly batch: number;
  readonly time: number;
  readonly input: number;
  readonly hidden: number;
  readonly lengths: number;

  constructor(inputs: Inputs, attributes: LstmAttributes, backend: object) {
    this.scope = new OpScope(backend as NodeBackend);
    this.inputs = inputs;
    this.attributes = attributes;
    const { timeMajor } = attributes;
    const sizes = lstmSizes(inputs.x!.shape, inputs.weightHh!.shape, timeMajor);
    ({ batch: this.batch, time: this.time, input: this.input, hidden: this.hidden } = sizes);
    this.lengths = this.id("lengths");
  }

  id(name: string): number {
    return this.scope.id(this.inputs[name]!);
  }

  /** [W_ih, W_hh] transposed, [input + hidden, 4 · hidden] */
  weights(): number {
    const { scope } = this;
    return scope.transpose(scope.concat([this.id("weightIh"), this.id("weightHh")], 1), [1, 0]);
  }

  /** Each sample's first `length` steps back to front, in [time, batch, width]; nothing else. */
  reverse(sequence: number): number {
    return this.scope.run("ReverseSequence", [sequence, this.lengths], [
      intAttribute("seq_dim", 0),
      intAttribute("batch_dim", 1),
      FLOAT,
      typeAttribute("Tlen", DataType.INT32),
    ]);
  }

  /** From the caller's layout and direction to [time, batch, width] in running order. */
  enter(sequence: number): number {
    const { timeMajor, reverse } = this.attributes;
    const swapped = timeMajor ? sequence : this.scope.transpose(sequence, SWAP_TIME_AND_BATCH);
    return reverse ? this.reverse(swapped) : swapped;
  }

  /** The way back. */
  leave(sequence: number): number {
    const { timeMajor, reverse } = this.attributes;
    const ordered = reverse ? this.reverse(sequence) : sequence;
    return timeMajor ? ordered : this.scope.transpose(ordered, SWAP_TIME_AND_BATCH);
  }

  /** A [time, batch, width] sequence with zeros beyond each length. */
  mask(sequence: number): number {
    const { scope, batch, time } = this;
    const steps = scope.range(0, time, [time, 1, 1]);
    const lengths = scope.reshape(this.lengths, [1, batch, 1], INT32);
    const inside = scope.run("Less", [steps, lengths], [INT32]);
    return scope.run("SelectV2", [inside, sequence, scope.zeros([])], [FLOAT]);
  }

  /** The samples in the order of their lengths, longest first; null where they run as one. */
  sortOrder(): number | null {
    const { scope, batch, time } = this;
    if (time < LONG || batch < SMALLEST_SPLIT) return null;
    const [, order] = scope.runAll("TopKV2", [this.lengths, scope.int32([batch], [])], [
      boolAttribute("sorted", true),
      INT32,
    ], 2);
    return order!;
  }

  /** The parts of a batch in this order. */
  parts(order: number | null): Part[] {
    const { scope, batch } = this;
    if (order === null) return [new Part(this, batch, this.lengths)];
    const sizes = Array.from(
      { length: PARTS },
      (_, i) => Math.floor(batch * (i + 1) / PARTS) - Math.floor(batch * i / PARTS),
    );
    const sorted = scope.gather(this.lengths, order, 0, DataType.INT32);
    const lengths = scope.split(sorted, sizes, 0, INT32);
    return sizes.map((size, i) => new Part(this, size, lengths[i]!));
  }

  /** A tensor with samples on `axis`, in this order and cut into parts. */
  cut(tensor: number, order: number | null, parts: readonly Part[], axis: number): number[] {
    if (order === null) return [tensor];
    const orders = this.scope.split(order, parts.map((part) => part.batch), 0, INT32);
    return orders.map((samples) => this.scope.gather(tensor, samples, axis));
  }

  /** The way back from {@linkcode cut}. */
  join(tensors: readonly number[], order: number | null, axis: number): number {
    if (order === null) return tensors[0]!;
    const { scope } = this;
    const inverse = scope.run("InvertPermutation", [order], [INT32]);
    return scope.gather(scope.concat(tensors, axis), inverse, axis);
  }
}

/** Samples that run together: [time, batch, width] with a batch of its own. */
class Part {
  readonly #call: LstmCall;
  readonly #scope: OpScope;
  readonly #lengths: number;
  readonly batch: number;

  constructor(call: LstmCall, batch: number, lengths: number) {
    this.#call = call;
    this.#scope = call.scope;
    this.#lengths = lengths;
    this.batch = batch;
  }

  /** The states of all steps. */
  forward(x: number, weights: number): number[] {
    const inputs = this.#blockInputs(x, weights);
    return this.#scope.runAll("BlockLSTMV2", inputs, [NO_CLIP, NO_PEEPHOLE, FLOAT], STATES);
  }

  /** Gradients of x, weights and bias. */
  backward(
    x: number,
    weights: number,
    states: readonly number[],
    dHiddens: number,
  ): [dX: number, dWeights: number, dBias: number] {
    const { time, hidden } = this.#call;
    const dCells = this.#scope.zeros([time, this.batch, hidden]);
    const inputs = [...this.#blockInputs(x, weights), ...states, dCells, dHiddens];
    const made = this.#scope.runAll("BlockLSTMGradV2", inputs, [NO_PEEPHOLE, FLOAT], 8);
    return [made[0]!, made[3]!, made[7]!];
  }

  /** The states of a [time, batch, hidden] sequence after each sample's last step. */
  last(sequence: number): number {
    const { time, hidden } = this.#call;
    const rows = this.#scope.reshape(sequence, [time * this.batch, hidden]);
    return this.#scope.gather(rows, this.#lastRows(), 0);
  }

  /** The gradient of {@linkcode last}: zeros but for the last steps. */
  scatterLast(gradient: number): number {
    const scope = this.#scope, { time, hidden } = this.#call;
    const rows = scope.reshape(this.#lastRows(), [this.batch, 1], INT32);
    const shape = scope.int32([time * this.batch, hidden]);
    const all = scope.run("ScatterNd", [rows, gradient, shape], [
      FLOAT,
      typeAttribute("Tindices", DataType.INT32),
    ]);
    return scope.reshape(all, [time, this.batch, hidden]);
  }

  /** The first inputs that both block ops have. */
  #blockInputs(x: number, weights: number): number[] {
    const scope = this.#scope, { hidden } = this.#call;
    const state = scope.zeros([this.batch, hidden]), peephole = scope.zeros([hidden]);
    const bias = this.#call.id("bias");
    return [this.#longest(), x, state, state, weights, peephole, peephole, peephole, bias];
  }

  /** The longest length, as the int64 scalar that the block ops want. */
  #longest(): number {
    const scope = this.#scope;
    const attributes = [
      INT32,
      typeAttribute("Tidx", DataType.INT32),
      boolAttribute("keep_dims", false),
    ];
    const longest = scope.run("Max", [this.#lengths, scope.int32([0])], attributes);
    // A length beyond the time axis would end the process in the block ops; `last` reports it.
    const bounded = scope.run("Minimum", [longest, scope.int32([this.#call.time], [])], [INT32]);
    return scope.run("Cast", [bounded], [
      typeAttribute("SrcT", DataType.INT32),
      typeAttribute("DstT", DataType.INT64),
    ]);
  }

  /** Row of each sample's last step in [time · batch, hidden]: (length - 1) · batch + sample. */
  #lastRows(): number {
    const scope = this.#scope, { batch } = this;
    const starts = scope.run("Mul", [this.#lengths, scope.int32([batch], [])], [INT32]);
    const offsets = scope.int32(Array.from({ length: batch }, (_, b) => b - batch));
    return scope.run("AddV2", [starts, offsets], [INT32]);
  }
}

function fusedLstm(call: LstmCall): Tensor[] {
  const { scope } = call;
  const order = call.sortOrder();
  const parts = call.parts(order);
  const xs = call.cut(call.enter(call.id("x")), order, parts, 1);
  const weights = call.weights();
  const states = parts.map((part, i) => part.forward(xs[i]!, weights));
  const ofParts = (state: number) => states.map((made) => made[state]!);
  const lastOf = (state: number) =>
    call.join(parts.map((part, i) => part.last(states[i]![state]!)), order, 0);
  const value = {
    final: () => lastOf(HIDDEN),
    cell: () => lastOf(CELL),
    sequence: () => call.leave(call.mask(call.join(ofParts(HIDDEN), order, 1))),
  }[call.attributes.output]();
  const trace = [...xs, ...states.flat(), ...(order === null ? [] : [order])];
  // An x that went in as it came is no tensor of this call.
  return [value, ...trace].map((id) => scope.take(id === call.id("x") ? scope.copy(id) : id));
}

function fusedLstmGradient(call: LstmCall): Tensor[] {
  const { scope, input, hidden } = call;
  const count = Object.keys(call.inputs).filter((name) => name.startsWith("trace")).length;
  const trace = Array.from({ length: count }, (_, i) => call.id(`trace${i}`));
  const isSplit = count > 1 + STATES;
  const order = isSplit ? trace.at(-1)! : null;
  const parts = call.parts(order);
  const statesOf = (i: number) =>
    trace.slice(parts.length + i * STATES, parts.length + (i + 1) * STATES);
  const dy = call.id("dy");
  const dHiddens = call.attributes.output === "final"
    ? call.cut(dy, order, parts, 0).map((part, i) => parts[i]!.scatterLast(part))
    : call.cut(call.mask(call.enter(dy)), order, parts, 1);
  const weights = call.weights();
  const made = parts.map((part, i) => part.backward(trace[i]!, weights, statesOf(i), dHiddens[i]!));
  const sumOf = (i: 1 | 2) => scope.sum(made.map((gradients) => gradients[i]));
  const [dWeightIh, dWeightHh] = scope.split(
    scope.transpose(sumOf(1), [1, 0]),
    [input, hidden],
    1,
  );
  const gradients = [dWeightIh!, dWeightHh!, sumOf(2)];
  if (call.attributes.inputGradient) {
    gradients.push(call.leave(call.join(made.map(([dX]) => dX), order, 1)));
  }
  return gradients.map((id) => scope.take(id));
}
