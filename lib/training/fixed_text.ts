/**
 * What a BERT that is not trained makes of sentences, which no step changes: computed once for each
 * sample, and kept for all seeds.
 *
 * @module
 */

import { batchOrder, type Split } from "../data/mod.ts";
import { placeCounts, tokenCounts } from "../data/text_bert.ts";
import { type CompiledStep, type Engine, type NamedTensors, tf } from "../engine/mod.ts";
import type { InputForm, Inputs, Network } from "../models/mod.ts";
import { Breath } from "./breath.ts";
import { readInputs, readPlaces, type Scratch } from "./inputs.ts";

/** Of the samples of a split. */
interface KnownText {
  /** Number of places up to the last token. */
  readonly counts: Int32Array;
  /** Number of tokens. */
  readonly lengths: Int32Array;
  /** [width] of the first token, or [count, width] */
  readonly states: readonly Float32Array[];
}

/** Sentences at a time, in the order of their split: what is beside one may change its last bits. */
const BLOCK = 32;

/** States that trainings of one BERT on the same data share, as long as the data live. */
export class TextStates {
  static readonly #ofData = new WeakMap<object, Map<string, TextStates>>();
  readonly #known = new Map<string, Promise<KnownText>>();

  /** @param key of the BERT, and of how it gets its tokens */
  static of(data: object, key: string): TextStates {
    const known = TextStates.#ofData.get(data) ?? new Map<string, TextStates>();
    TextStates.#ofData.set(data, known);
    const states = known.get(key) ?? new TextStates();
    known.set(key, states);
    return states;
  }

  /**
   * Those of a split in a form, by `compute` where nobody has begun with them, or who began has ended.
   */
  async get(
    split: Split,
    form: InputForm,
    compute: () => Promise<KnownText>,
  ): Promise<KnownText> {
    const key = `${split.name} ${form}`, begun = this.#known.get(key);
    const known = begun ?? compute();
    this.#known.set(key, known);
    try {
      return await known;
    } catch (error) {
      if (this.#known.get(key) === known) this.#known.delete(key);
      // An end of another training is none of this one.
      if (begun === undefined) throw error;
      return await this.get(split, form, compute);
    }
  }
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
  readonly #states: TextStates;

  /** Computes nothing yet. @param network whose text is fixed */
  constructor(
    engine: Pick<Engine, "compile">,
    network: Network,
    states: TextStates = new TextStates(),
  ) {
    this.#network = network;
    this.#states = states;
    const isTimeMajor = network.reads.text === "timeMajor";
    this.#encode = engine.compile((inputs) => {
      const text = network.readText(inputs as Inputs, null).text!;
      return { text: isTimeMajor ? tf.transpose(text, [1, 0, 2]) : text };
    }, { state: Object.fromEntries(network.parameters) });
  }

  /** Has the states of a split, which may take minutes. @throws the signal's reason */
  prepare(split: Split, signal?: AbortSignal): Promise<KnownText> {
    return this.#states.get(split, this.#network.reads.text!, () => this.#compute(split, signal));
  }

  /** The tensors of some samples, with states in place of tokens. The caller disposes them. */
  async read(split: Split, indices: ArrayLike<number>, scratch: Scratch): Promise<Inputs> {
    const known = await this.prepare(split);
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

  async #compute(split: Split, signal?: AbortSignal): Promise<KnownText> {
    const textBert = split.textBert!, breath = new Breath();
    const counts = placeCounts(textBert), states: Float32Array[] = [];
    for (const samples of batchOrder(split.samples, BLOCK)) {
      const tokens = readInputs(
        { dataForms: { text: "tokens" }, seesPadding: false },
        split,
        samples,
      ) as NamedTensors;
      const made = await this.#encode.start(tokens);
      const values = await made["text"]!.data<"float32">();
      const width = this.#network.widths.text!, size = values.length / samples.length;
      const isFirst = this.#network.reads.text === "first";
      samples.forEach((sample, i) => {
        const own = (isFirst ? 1 : counts[sample]!) * width;
        states[sample] = values.slice(i * size, i * size + own);
      });
      tf.dispose([tokens, made] as tf.TensorContainer);
      await breath.take();
      signal?.throwIfAborted();
    }
    return { counts, lengths: tokenCounts(textBert), states };
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
