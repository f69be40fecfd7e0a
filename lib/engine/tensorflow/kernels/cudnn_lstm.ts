/**
 * The LSTM on cuDNN, by TensorFlow's `CudnnRNNV3`, whose kernels are for GPUs only. What it takes
 * and gives was read in TensorFlow's `tensorflow/core/kernels/cudnn_rnn_ops.cc` and in the one who
 * uses it, `gpu_lstm` of Keras:
 *
 * - Parameters are one vector: the matrices of the four gates for x, those for the hidden state, then
 *   a bias of each gate for either. The gates i, f, c, o are PyTorch's i, f, g, o, and a matrix is
 *   [hidden, width] as PyTorch's rows are, so that the vector is PyTorch's weights one after the
 *   other. (TensorFlow has ops that make this vector. Keras, on every GPU, does without; the one
 *   that takes it apart, `CudnnRNNParamsToCanonicalV2`, works with projections only.)
 * - Both biases are added and have the same gradient: ours is the first, the second is zero.
 * - Lengths come in the order of the samples. States beyond them are zero, and `output_h` and
 *   `output_c` are those after each sample's last step.
 * - Cell states it gives after the last step only: a call for all of them goes to the block ops.
 * - Sequences are [batch, time, width]: for [time, batch, width] TensorFlow keeps, for all later
 *   batches of these sizes, a descriptor that depends on whether all lengths of the first were full.
 *
 * @module
 */

import type { Tensor } from "@tensorflow/tfjs-core";
import { boolAttribute, typeAttribute } from "../binding/attributes.ts";
import type { LstmOutput } from "../../lstm.ts";
import { LstmCall } from "./lstm_call.ts";
import { FLOAT, type OpScope } from "../binding/ops.ts";
import { DataType } from "../binding/symbols.ts";

/** `DT_INT8`, of what the op keeps for its gradient in main memory; TensorFlow.js has no such type. */
const INT8 = 6;
/** The other attributes have the right defaults: `lstm`, `unidirectional`, no dropout. */
const BATCH_MAJOR = boolAttribute("time_major", false);

/** Weights of an LSTM as tensor numbers, in PyTorch's layout. */
export interface GateWeights {
  /** [4 · hidden, input] */
  readonly weightIh: number;
  /** [4 · hidden, hidden] */
  readonly weightHh: number;
  /** [4 · hidden] */
  readonly bias: number;
}

/** Weights as cuDNN's vector of parameters. */
export function joinWeights(scope: OpScope, weights: GateWeights, hidden: number): number {
  const { weightIh, weightHh, bias } = weights;
  const [ih, hh] = [weightIh, weightHh].map((matrix) => scope.reshape(matrix, [-1]));
  return scope.concat([ih!, hh!, bias, scope.zeros([4 * hidden])], 0);
}

/** The inverse of {@linkcode joinWeights}. */
export function splitWeights(
  scope: OpScope,
  params: number,
  input: number,
  hidden: number,
): GateWeights {
  const rows = 4 * hidden;
  const [ih, hh, bias] = scope.split(params, [rows * input, rows * hidden, rows, rows], 0);
  return {
    weightIh: scope.reshape(ih!, [rows, input]),
    weightHh: scope.reshape(hh!, [rows, hidden]),
    bias: bias!,
  };
}

/** A call by cuDNN. */
export class CudnnLstm extends LstmCall {
  readonly timeAxis = 1;

  forward(): Tensor[] {
    const { scope, hidden: width } = this;
    const weights = {
      weightIh: this.id("weightIh"),
      weightHh: this.id("weightHh"),
      bias: this.id("bias"),
    };
    const params = joinWeights(scope, weights, width);
    const made = scope.runAll("CudnnRNNV3", this.#inputs(params), [
      FLOAT,
      BATCH_MAJOR,
      boolAttribute("is_training", true), // else there is no gradient
    ], 5) as [output: number, hidden: number, cell: number, reserved: number, host: number];
    const [output, hidden, cell, reserved, host] = made;
    const value = {
      final: () => this.#last(hidden),
      cell: () => this.#last(cell),
      sequence: () => this.leave(this.mask(output)),
    }[this.attributes.output as Exclude<LstmOutput, "states">]();
    const trace = [params, output, hidden, cell, reserved, this.#cast(host, INT8, DataType.INT32)];
    return [value, ...trace].map((id) => scope.take(id));
  }

  gradient(): Tensor[] {
    const { scope, batch, input, hidden, time } = this;
    const [params, output, last, cell, reserved, host] = this.trace();
    const isFinal = this.attributes.output === "final", dy = this.id("dy");
    const noState = scope.zeros([batch, 1, hidden]);
    const [dX, , , dParams] = scope.runAll(
      "CudnnRNNBackpropV3",
      [
        ...this.#inputs(params!),
        output!,
        last!,
        cell!,
        isFinal ? scope.zeros([batch, time, hidden]) : this.mask(this.enter(dy)),
        isFinal ? scope.reshape(dy, [batch, 1, hidden]) : noState,
        noState,
        reserved!,
        this.#cast(host!, DataType.INT32, INT8),
      ],
      [FLOAT, BATCH_MAJOR],
      4,
    );
    const { weightIh, weightHh, bias } = splitWeights(scope, dParams!, input, hidden);
    const gradients = [weightIh, weightHh, bias];
    if (this.attributes.inputGradient) gradients.push(this.leave(this.mask(dX!)));
    return gradients.map((id) => scope.take(id));
  }

  /** The first inputs that both ops have. */
  #inputs(params: number): number[] {
    const state = this.scope.zeros([this.batch, 1, this.hidden]);
    return [this.enter(this.id("x")), state, state, params, this.lengths];
  }

  /** States of the one layer, [batch, hidden]. */
  #last(states: number): number {
    return this.scope.reshape(states, [this.batch, this.hidden]);
  }

  #cast(tensor: number, from: number, to: number): number {
    return this.scope.run("Cast", [tensor], [
      typeAttribute("SrcT", from),
      typeAttribute("DstT", to),
    ]);
  }
}
