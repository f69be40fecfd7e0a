/**
 * The gated memory of MFN and Graph-MFN, and the LSTMs before it.
 *
 * Source: Zadeh, Liang, Mazumder, Poria, Cambria, Morency, AAAI 2018; thuiar/MMSA,
 * `models/singleTask/MFN.py` and `Graph_MFN.py`; METHODS 6.2.
 *
 * @module
 */

import type { Modality } from "../../data/mod.ts";
import { tf } from "../../engine/mod.ts";
import { dropout, type DropoutNoise } from "../../nn/dropout.ts";
import type { Layers } from "../../nn/layers.ts";
import { affine, type Linear } from "../../nn/linear.ts";
import type { StackedLstm } from "../../nn/stacked_lstm.ts";
import type { Aligned } from "./aligned.ts";
import { LETTER } from "./code_names.ts";

/** Width and dropout of the hidden layer of a small network. */
export interface Hidden {
  readonly width: number;
  readonly dropout: number;
}

/** Lin(ReLU(Lin(x))) with dropout between: `name_fc1`, `name_fc2`. */
export class TwoLayers {
  readonly first: Linear;
  readonly second: Linear;
  readonly #rate: number;
  readonly #place: string;

  constructor(layers: Layers, name: string, inputs: number, hidden: Hidden, outputs: number) {
    this.first = layers.linear(`${name}_fc1`, inputs, hidden.width);
    this.second = layers.linear(`${name}_fc2`, hidden.width, outputs);
    this.#rate = hidden.dropout;
    this.#place = `${name}.dropout`;
  }

  /** [rows, inputs] → [rows, outputs] */
  apply(x: tf.Tensor2D, noise: DropoutNoise | null): tf.Tensor2D {
    return this.finish(this.first.apply(x), noise);
  }

  /** From what the first map gave. */
  finish(hidden: tf.Tensor2D, noise: DropoutNoise | null, step = ""): tf.Tensor2D {
    const kept = dropout(tf.relu(hidden), this.#rate, noise, this.#place + step);
    return this.second.apply(kept);
  }
}

/** Hidden and cell states of a modality: [steps, batch, width] each. */
export interface States {
  readonly hidden: tf.Tensor3D;
  readonly cell: tf.Tensor3D;
}

/** An LSTM for each modality, run over the steps that all have. */
export class ModalityLstms {
  readonly #lstms: Partial<Record<Modality, StackedLstm>> = {};

  constructor(
    layers: Layers,
    widths: Readonly<Partial<Record<Modality, number>>>,
    hidden: Readonly<Partial<Record<Modality, number>>>,
    modalities: readonly Modality[],
  ) {
    for (const modality of modalities) {
      const sizes = { inputs: widths[modality]!, hidden: hidden[modality]!, endings: [""] };
      this.#lstms[modality] = layers.stackedLstm(`lstm_${LETTER[modality]}`, sizes);
    }
  }

  /**
   * (52) the states after each step, 0 beyond the lengths
   *
   * @param hasBert whether the text's steps are those of a BERT that learns: data need no gradient
   */
  apply({ sequences, lengths }: Aligned, hasBert: boolean): Partial<Record<Modality, States>> {
    const states: Partial<Record<Modality, States>> = {};
    for (const [modality, lstm] of Object.entries(this.#lstms) as [Modality, StackedLstm][]) {
      const learns = hasBert && modality === "text";
      const both = lstm.apply(sequences[modality]!, lengths, "states", null, learns);
      const [hidden, cell] = tf.split(both, 2, 2) as [tf.Tensor3D, tf.Tensor3D];
      states[modality] = { hidden, cell };
    }
    return states;
  }
}

/** [x_{t−1}; x_t] needs the step before: [steps, batch, width] → the same, 0 at first */
export function delayed(x: tf.Tensor3D): tf.Tensor3D {
  const [steps, batch, width] = x.shape;
  const zeros = tf.zeros([1, batch, width]) as tf.Tensor3D;
  return tf.concat3d([zeros, tf.slice3d(x, [0, 0, 0], [steps - 1, batch, width])], 0);
}

/** The last true step of sequences, [steps, batch, width] → [batch, width] */
export function lastStep(x: tf.Tensor3D, lengths: tf.Tensor1D): tf.Tensor2D {
  const [steps, batch] = x.shape;
  const position = tf.reshape(tf.range(0, steps, 1, "int32"), [steps, 1, 1]);
  const isLast = tf.equal(position, tf.reshape(tf.sub(lengths, 1), [1, batch, 1]));
  return tf.sum(tf.mul(x, tf.cast(isLast, "float32")), 0) as tf.Tensor2D;
}

/** [steps, …] → each step; the gradient of `tf.unstack` fails for a single one. */
function stepsOf(x: tf.Tensor3D): tf.Tensor2D[] {
  return x.shape[0] === 1 ? [tf.squeeze(x, [0])] : tf.unstack(x) as tf.Tensor2D[];
}

/** (55), (56) a memory that a step's summary is written to, as two gates say. */
export class GatedMemory {
  readonly #proposal: TwoLayers;
  readonly #gates: readonly [TwoLayers, TwoLayers];
  readonly #size: number;
  readonly #width: number;

  /** @param width of a step's summary */
  constructor(
    layers: Layers,
    width: number,
    size: number,
    hidden: { readonly proposal: Hidden; readonly gamma1: Hidden; readonly gamma2: Hidden },
  ) {
    this.#proposal = new TwoLayers(layers, "att2", width, hidden.proposal, size);
    const gate = (name: "gamma1" | "gamma2") =>
      new TwoLayers(layers, name, width + size, hidden[name], size);
    this.#gates = [gate("gamma1"), gate("gamma2")];
    this.#size = size;
    this.#width = width;
  }

  /** Summaries [steps, batch, width] → the memory after the last step, [batch, size] */
  apply(
    summary: tf.Tensor3D,
    { mask }: Aligned,
    isMasked: boolean,
    noise: DropoutNoise | null,
  ): tf.Tensor2D {
    const [steps, batch] = summary.shape, width = this.#width, size = this.#size;
    const rows = tf.reshape(summary, [steps * batch, width]) as tf.Tensor2D;
    const proposed = tf.tanh(this.#proposal.apply(rows, noise));
    const proposals = stepsOf(tf.reshape(proposed, [steps, batch, size]) as tf.Tensor3D);
    // The first maps fall into a part of the summary, one product for all steps, and one of the memory.
    const parts = this.#gates.map(({ first }) => {
      const hidden = first.weight.shape[0];
      const ofSummary = tf.slice2d(first.weight as tf.Tensor2D, [0, 0], [hidden, width]);
      const ofMemory = tf.slice2d(first.weight as tf.Tensor2D, [0, width], [hidden, size]);
      const known = affine(rows, ofSummary, first.bias as tf.Tensor1D);
      return {
        known: stepsOf(tf.reshape(known, [steps, batch, hidden]) as tf.Tensor3D),
        ofMemory,
      };
    });
    const masks = isMasked ? stepsOf(mask) : null;
    let memory = tf.zeros([batch, size]) as tf.Tensor2D;
    for (let t = 0; t < steps; t++) {
      const [keep, write] = this.#gates.map((gate, i) => {
        const { known, ofMemory } = parts[i]!;
        const own = t === 0
          ? known[t]!
          : tf.add(known[t]!, tf.matMul(memory, ofMemory, false, true)) as tf.Tensor2D;
        return tf.sigmoid(gate.finish(own, noise, `.${t}`));
      });
      const next = tf.add(tf.mul(keep!, memory), tf.mul(write!, proposals[t]!)) as tf.Tensor2D;
      memory = masks === null
        ? next
        : tf.add(memory, tf.mul(tf.sub(next, memory), masks[t]!)) as tf.Tensor2D;
    }
    return memory;
  }
}
