/** Reads batches for a network, one ahead while the engine computes. @module */

import type { Split } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import type { Inputs, Network } from "../models/mod.ts";
import type { FixedText } from "./fixed_text.ts";
import { readInputs, type Scratch } from "./inputs.ts";

/** The batches of a learner, in the order in which it takes them. */
export class BatchReader {
  readonly #network: Network;
  readonly #fixedText: FixedText | null;
  readonly #scratch: Scratch = new Map();
  /** The batch that was read while the last step ran. */
  #ahead: { split: Split; indices: ArrayLike<number>; inputs: Inputs } | null = null;

  /** @param fixedText is asked for what a BERT makes of sentences; it stays the caller's */
  constructor(network: Network, fixedText: FixedText | null) {
    this.#network = network;
    this.#fixedText = fixedText;
  }

  /** The tensors of some samples, which the caller disposes: at once but where a BERT is to be asked. */
  take(split: Split, indices: ArrayLike<number>): Inputs | Promise<Inputs> {
    const ahead = this.#ahead;
    if (ahead?.split === split && ahead.indices === indices) {
      this.#ahead = null;
      return ahead.inputs;
    }
    this.drop();
    return this.#fixedText?.read(split, indices, this.#scratch) ?? this.#read(split, indices);
  }

  /** Waits for a step, and reads the batch after it, if there is one, while the engine computes. */
  async ahead<T>(step: Promise<T>, split: Split, next?: ArrayLike<number>): Promise<T> {
    try {
      // The engine has its own copy of the sequences from here on.
      if (next !== undefined && this.#fixedText === null) {
        this.#ahead = { split, indices: next, inputs: this.#read(split, next) };
      }
    } catch (error) {
      tf.dispose(await step as tf.TensorContainer);
      throw error;
    }
    return await step;
  }

  /** Frees what was read ahead. */
  drop(): void {
    tf.dispose((this.#ahead?.inputs ?? {}) as tf.TensorContainer);
    this.#ahead = null;
  }

  #read(split: Split, indices: ArrayLike<number>): Inputs {
    return readInputs(this.#network, split, indices, this.#scratch);
  }
}
