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

  /** The longest length, as the int64 scalar that the block ops want. */
  longest(): number {
    const { scope } = this;
    const attributes = [
      INT32,
      typeAttribute("Tidx", DataType.INT32),
      boolAttribute("keep_dims", false),
    ];
    const longest = scope.run("Max", [this.lengths, scope.int32([0])], attributes);
    // A length beyond the time axis would end the process in the block ops; `last` reports it.
    const bounded = scope.run("Minimum", [longest, scope.int32([this.time], [])], [INT32]);
    return scope.run("Cast", [bounded], [
      typeAttribute("SrcT", DataType.INT32),
      typeAttribute("DstT", DataType.INT64),
    ]);
  }

  /** [W_ih, W_hh] transposed, [input + hidden, 4 · hidden] */
  weights(): number {
    const { scope } = this;
    const joined = scope.run(
      "ConcatV2",
      [this.id("weightIh"), this.id("weightHh"), scope.int32([1], [])],
      [FLOAT, intAttribute("N", 2), typeAttribute("Tidx", DataType.INT32)],
    );
    return scope.transpose(joined, [1, 0]);
  }

  /** The first inputs that both block ops have. */
  blockInputs(longest: number, x: number): number[] {
    const { scope, batch, hidden } = this;
    const state = scope.zeros([batch, hidden]), peephole = scope.zeros([hidden]);
    const bias = this.id("bias");
    return [longest, x, state, state, this.weights(), peephole, peephole, peephole, bias];
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

  /** Row of each sample's last step in [time · batch, hidden]: (length - 1) · batch + sample. */
  lastRows(): number {
    const { scope, batch } = this;
    const starts = scope.run("Mul", [this.lengths, scope.int32([batch], [])], [INT32]);
    return scope.run("AddV2", [starts, scope.range(-batch, batch)], [INT32]);
  }

  /** The states of a [time, batch, hidden] sequence after each sample's last step. */
  last(sequence: number): number {
    const { scope, batch, time, hidden } = this;
    const rows = scope.reshape(sequence, [time * batch, hidden]);
    return scope.run("GatherV2", [rows, this.lastRows(), scope.int32([0], [])], [
      intAttribute("batch_dims", 0),
      typeAttribute("Tparams", DataType.FLOAT),
      typeAttribute("Tindices", DataType.INT32),
      typeAttribute("Taxis", DataType.INT32),
    ]);
  }

  /** The gradient of {@linkcode last}: zeros but for the last steps. */
  scatterLast(gradient: number): number {
    const { scope, batch, time, hidden } = this;
    const rows = scope.reshape(this.lastRows(), [batch, 1], INT32);
    const shape = scope.int32([time * batch, hidden]);
    const all = scope.run("ScatterNd", [rows, gradient, shape], [
      FLOAT,
      typeAttribute("Tindices", DataType.INT32),
    ]);
    return scope.reshape(all, [time, batch, hidden]);
  }
}

function fusedLstm(call: LstmCall): Tensor[] {
  const { scope } = call;
  const given = call.id("x"), x = call.enter(given);
  const longest = call.longest();
  const states = scope.runAll(
    "BlockLSTMV2",
    call.blockInputs(longest, x),
    [NO_CLIP, NO_PEEPHOLE, FLOAT],
    STATES,
  );
  const hiddens = states[HIDDEN]!;
  const value = {
    final: () => call.last(hiddens),
    cell: () => call.last(states[CELL]!),
    sequence: () => call.leave(call.mask(hiddens)),
  }[call.attributes.output]();
  // A reordered x is kept for the way back, beside the states.
  const trace = x === given ? states : [...states, x];
  return [value, ...trace].map((id) => scope.take(id));
}

function fusedLstmGradient(call: LstmCall): Tensor[] {
  const { scope, input, hidden } = call;
  const x = call.id(`trace${STATES}` in call.inputs ? `trace${STATES}` : "x");
  const states = Array.from({ length: STATES }, (_, i) => call.id(`trace${i}`));
  const dy = call.id("dy");
  const dHiddens = call.attributes.output === "final"
    ? call.scatterLast(dy)
    : call.mask(call.enter(dy));
  const dCells = scope.run("ZerosLike", [dHiddens], [FLOAT]);
  const [dX, , , dWeights, , , , dBias] = scope.runAll(
    "BlockLSTMGradV2",
    [...call.blockInputs(call.longest(), x), ...states, dCells, dHiddens],
    [NO_PEEPHOLE, FLOAT],
    8,
  );
  const [dWeightIh, dWeightHh] = scope.runAll(
    "SplitV",
    [scope.transpose(dWeights!, [1, 0]), scope.int32([input, hidden]), scope.int32([1], [])],
    [intAttribute("num_split", 2), FLOAT, typeAttribute("Tlen", DataType.INT32)],
    2,
  );
  const gradients = [dWeightIh!, dWeightHh!, dBias!];
  if (call.attributes.inputGradient) gradients.push(call.leave(dX!));
  return gradients.map((id) => scope.take(id));
}
