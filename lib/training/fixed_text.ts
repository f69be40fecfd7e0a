/**
 * What a BERT that is not trained makes of sentences, which no step changes: computed once for each
 * sample, and kept.
 *
 * @module
 */

import type { Split } from "../data/mod.ts";
import { placeCounts, tokenCounts } from "../data/text_bert.ts";
import { type CompiledStep, type Engine, type NamedTensors, tf } from "../engine/mod.ts";
import type { Inputs, Network } from "../models/mod.ts";
import { readInputs, readPlaces, type Scratch } from "./inputs.ts";

/** Of the samples of a split. */
interface KnownText {
  /** Number of places up to the last token. */
  readonly counts: Int32Array;
  /** Number of tokens. */
  readonly lengths: Int32Array;
  /** [width] of the first token, or [count, width]; absent where it is not computed yet */
  readonly states: Float32Array[];
}

/** Bytes that are kept of all samples of splits. */
export function fixedTextBytes(network: Network, splits: Iterable<Split>): number {
  const rows = Array.from(
    splits,
    ({ samples, textBert }) =>
      network.reads.text === "first" ? samples : placeCounts(textBert!).reduce((a, b) => a + b, 0),
  );
  return rows.reduce((a, b) => a + b, 0) * network.widths.text! * Float32Array.BYTES_PER_ELEMENT;
}

/** The states of sentences in the form that a network reads, float32. */
export class FixedText {
  readonly #network: Network;
  readonly #encode: CompiledStep<NamedTensors, NamedTensors>;
  readonly #known = new WeakMap<Split, KnownText>();

  /** Computes nothing yet. @param network whose text is fixed */
  constructor(engine: Pick<Engine, "compile">, network: Network) {
    this.#network = network;
    const isTimeMajor = network.reads.text === "timeMajor";
    this.#encode = engine.compile((inputs) => {
      const text = network.readText(inputs as Inputs, null).text!;
      return { text: isTimeMajor ? tf.transpose(text, [1, 0, 2]) : text };
    }, { state: Object.fromEntries(network.parameters) });
  }

  /** The tensors of some samples, with states in place of tokens. The caller disposes them. */
  async read(split: Split, indices: ArrayLike<number>, scratch: Scratch): Promise<Inputs> {
    const known = this.#knownOf(split);
    await this.#compute(split, Array.from(indices).filter((i) => known.states[i] === undefined));
    const { text: form, ...others } = this.#network.reads;
    const read = readInputs({ dataForms: others, seesPadding: false }, split, indices, scratch);
    const states = Array.from(indices, (i) => known.states[i]!), batch = states.length;
    const width = this.#network.widths.text!;
    if (form === "first") return { ...read, text: stacked(states, [batch, width], [width, 0]) };
    const places = readPlaces(split.textBert!, indices);
    const textLengths = tf.tensor1d(Int32Array.from(indices, (i) => known.lengths[i]!), "int32");
    const text = form === "timeMajor"
      ? stacked(states, [places, batch, width], [width, batch * width])
      : stacked(states, [batch, places, width], [places * width, width]);
    return { ...read, text, textLengths };
  }

  /** Frees what is compiled. */
  dispose(): void {
    this.#encode.dispose();
  }

  #knownOf(split: Split): KnownText {
    const found = this.#known.get(split);
    if (found !== undefined) return found;
    const textBert = split.textBert!;
    const known = { counts: placeCounts(textBert), lengths: tokenCounts(textBert), states: [] };
    this.#known.set(split, known);
    return known;
  }

  async #compute(split: Split, samples: readonly number[]): Promise<void> {
    if (samples.length === 0) return;
    const { counts, states } = this.#knownOf(split);
    const tokens = readInputs(
      { dataForms: { text: "tokens" }, seesPadding: false },
      split,
      samples,
    ) as NamedTensors;
    const made = this.#encode(tokens);
    const values = await made["text"]!.data<"float32">();
    const width = this.#network.widths.text!, size = values.length / samples.length;
    const isFirst = this.#network.reads.text === "first";
    samples.forEach((sample, i) => {
      const own = (isFirst ? 1 : counts[sample]!) * width;
      states[sample] = values.slice(i * size, i * size + own);
    });
    tf.dispose([tokens, made] as tf.TensorContainer);
  }
}

/**
 * Rows of samples in a tensor, zeros behind them.
 *
 * @param strides numbers between two samples, and between two of their rows
 */
function stacked(
  states: readonly Float32Array[],
  shape: number[],
  [ofSample, ofRow]: readonly [number, number],
): tf.Tensor {
  const width = shape.at(-1)!;
  const values = new Float32Array(shape.reduce((product, n) => product * n, 1));
  states.forEach((rows, i) => {
    for (let t = 0; t * width < rows.length; t++) {
      values.set(rows.subarray(t * width, (t + 1) * width), i * ofSample + t * ofRow);
    }
  });
  return tf.tensor(values, shape);
}
