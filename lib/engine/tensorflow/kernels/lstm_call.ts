/** What the kernels of the LSTM on TensorFlow have in common: a call, and its layout. @module */

import type { Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import { type LstmAttributes, lstmSizes } from "../../lstm.ts";
import { intAttribute, typeAttribute } from "../binding/attributes.ts";
import { FLOAT, INT32, type NodeBackend, OpScope } from "../binding/ops.ts";
import { DataType } from "../binding/symbols.ts";

/** Inputs of a kernel, by name. */
export type Inputs = Readonly<Record<string, TensorInfo | undefined>>;

const SWAP_TIME_AND_BATCH = [1, 0, 2];

/** One call of either kernel: its inputs as tensor numbers, and the ops that all have. */
export abstract class LstmCall {
  readonly scope: OpScope;
  readonly inputs: Inputs;
  readonly attributes: LstmAttributes;
  readonly batch: number;
  readonly time: number;
  readonly input: number;
  readonly hidden: number;
  readonly lengths: number;
  /** Axis of time in the sequences that the ops run on; the other one of 0 and 1 is the batch. */
  abstract readonly timeAxis: 0 | 1;

  constructor(inputs: Inputs, attributes: LstmAttributes, backend: object) {
    this.scope = new OpScope(backend as NodeBackend);
    this.inputs = inputs;
    this.attributes = attributes;
    const { timeMajor } = attributes;
    const sizes = lstmSizes(inputs.x!.shape, inputs.weightHh!.shape, timeMajor);
    ({ batch: this.batch, time: this.time, input: this.input, hidden: this.hidden } = sizes);
    this.lengths = this.id("lengths");
  }

  /** The value, and what {@linkcode gradient} needs of it. */
  abstract forward(): Tensor[];

  /** Gradients of the weights and the bias, and of x where it has one. */
  abstract gradient(): Tensor[];

  /** The number of an input. */
  id(name: string): number {
    return this.scope.id(this.inputs[name]!);
  }

  /** What {@linkcode forward} has handed out behind its value. */
  trace(): number[] {
    const count = Object.keys(this.inputs).filter((name) => name.startsWith("trace")).length;
    return Array.from({ length: count }, (_, i) => this.id(`trace${i}`));
  }

  /** From the caller's layout and direction to that of the ops, in running order. */
  enter(sequence: number): number {
    const swapped = this.#swap(sequence);
    return this.attributes.reverse ? this.#reverse(swapped) : swapped;
  }

  /** The way back. */
  leave(sequence: number): number {
    return this.#swap(this.attributes.reverse ? this.#reverse(sequence) : sequence);
  }

  /** A sequence in the layout of the ops, with zeros beyond each length. */
  mask(sequence: number): number {
    const { scope, batch, time } = this;
    const along = (size: number, axis: number) => [0, 1, 2].map((i) => i === axis ? size : 1);
    const steps = scope.range(0, time, along(time, this.timeAxis));
    const lengths = scope.reshape(this.lengths, along(batch, 1 - this.timeAxis), INT32);
    const inside = scope.run("Less", [steps, lengths], [INT32]);
    return scope.run("SelectV2", [inside, sequence, scope.zeros([])], [FLOAT]);
  }

  #swap(sequence: number): number {
    const isSame = this.attributes.timeMajor === (this.timeAxis === 0);
    return isSame ? sequence : this.scope.transpose(sequence, SWAP_TIME_AND_BATCH);
  }

  /** Each sample's first `length` steps back to front; nothing else. */
  #reverse(sequence: number): number {
    return this.scope.run("ReverseSequence", [sequence, this.lengths], [
      intAttribute("seq_dim", this.timeAxis),
      intAttribute("batch_dim", 1 - this.timeAxis),
      FLOAT,
      typeAttribute("Tlen", DataType.INT32),
    ]);
  }
}
