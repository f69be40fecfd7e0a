/**
 * Layers by their names: where their weights are kept and their start values drawn from is said once.
 *
 * @module
 */

import type { RandomStream } from "../core/random.ts";
import type { tf } from "../engine/mod.ts";
import { BatchNorm } from "./batch_norm.ts";
import { BiLstm } from "./bilstm.ts";
import { Conv1d, type ConvSizes, type Padding } from "./conv.ts";
import { BiGru, type GruSizes } from "./gru.ts";
import { LayerNorm } from "./layer_norm.ts";
import { Linear } from "./linear.ts";
import { Lstm } from "./lstm.ts";
import { Parameters } from "./parameters.ts";
import { Routing, type RoutingGradient, type RoutingSizes } from "./routing.ts";
import { StackedLstm, type StackedLstmSizes } from "./stacked_lstm.ts";
import { type EncoderLayerOptions, TransformerEncoderLayer } from "./transformer.ts";

/**
 * Makes layers whose parameters lie in one place. A network is one; parts of it take it, or a
 * {@linkcode Layers.within} of it, to add layers of their own.
 *
 * @example
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { Layers } from "./layers.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const layers = new Layers(RandomStream.fromSeed(1111));
 * const head = layers.linear("head", 3, 1);
 * layers.within("audio.").batchNorm("norm", 5);
 * assertEquals(head.apply(tf.ones([2, 3])).shape, [2, 1]);
 * assertEquals(layers.parameters.names().at(-1), "audio.norm.bias");
 * assertEquals(layers.buffers.names()[0], "audio.norm.running_mean");
 * layers.dispose();
 * ```
 */
export class Layers {
  /** What gradient descent changes. */
  readonly parameters: Parameters;
  /**
   * What the forward pass reads and no gradient changes: it is saved with the weights, and may be
   * assigned to in training.
   */
  readonly buffers: Parameters;
  /** Start weights are drawn from it, each from a stream of its own name. */
  readonly random: RandomStream;
  readonly #prefix: string;

  /** Without layers; those of `parent`, with longer names, where one is given. */
  constructor(random: RandomStream, parent?: Layers, prefix = "") {
    this.random = random;
    this.parameters = parent?.parameters ?? new Parameters();
    this.buffers = parent?.buffers ?? new Parameters(false);
    this.#prefix = prefix;
  }

  /** The same place, with `prefix` before the names of what is added there. */
  within(prefix: string): Layers {
    return new Layers(this.random, this, this.#prefix + prefix);
  }

  /** A parameter by itself, with its start values (C order). @throws {Error} the name is taken */
  parameter<T extends tf.Tensor>(
    name: string,
    shape: number[],
    values: Float32Array,
  ): T & tf.Variable {
    return this.parameters.add<T>(this.#prefix + name, shape, values);
  }

  /** A buffer, with its start values (C order). @throws {Error} the name is taken */
  buffer<T extends tf.Tensor>(
    name: string,
    shape: number[],
    values: Float32Array,
  ): T & tf.Variable {
    return this.buffers.add<T>(this.#prefix + name, shape, values);
  }

  /** [batch, inputs] → [batch, outputs] */
  linear(name: string, inputs: number, outputs: number): Linear {
    return new Linear(this.parameters, this.#prefix + name, inputs, outputs, this.random);
  }

  /** [time, batch, inputs] → [batch, hidden] */
  lstm(name: string, inputs: number, hidden: number): Lstm {
    return new Lstm(this.parameters, this.#prefix + name, inputs, hidden, this.random);
  }

  /** [time, batch, inputs] → [batch, hidden], or of all steps, through several layers */
  stackedLstm(name: string, sizes: StackedLstmSizes): StackedLstm {
    return new StackedLstm(this.parameters, this.#prefix + name, sizes, this.random);
  }

  /** [time, batch, inputs] → [batch, 2 · hidden], or of all steps */
  biLstm(name: string, inputs: number, hidden: number): BiLstm {
    return new BiLstm(this.parameters, this.#prefix + name, inputs, hidden, this.random);
  }

  /** [time, batch, inputs] → [time, batch, 2 · hidden], through several layers */
  biGru(name: string, sizes: GruSizes): BiGru {
    return new BiGru(this.parameters, this.#prefix + name, sizes, this.random);
  }

  /** [batch, time, inputs] → [batch, time', outputs] */
  conv1d(name: string, sizes: ConvSizes, padding: Padding): Conv1d {
    return new Conv1d(this.parameters, this.#prefix + name, sizes, padding, this.random);
  }

  /** [..., width] → the same shape */
  layerNorm(name: string, width: number, epsilon?: number): LayerNorm {
    return new LayerNorm(this.parameters, this.#prefix + name, width, epsilon);
  }

  /** [batch, channels] or [batch, channels, width] → the same shape */
  batchNorm(name: string, channels: number): BatchNorm {
    return new BatchNorm(this.parameters, this.buffers, this.#prefix + name, channels);
  }

  /** [batch, time, width] → the same shape */
  encoderLayer(
    name: string,
    sizes: { readonly width: number; readonly hidden: number },
    options: EncoderLayerOptions,
  ): TransformerEncoderLayer {
    const place = this.#prefix + name;
    return new TransformerEncoderLayer(this.parameters, place, sizes, options, this.random);
  }

  /** [batch, time, inputs] → [batch, outputs] */
  routing(name: string, sizes: RoutingSizes, gradient: RoutingGradient): Routing {
    return new Routing(this.parameters, this.#prefix + name, sizes, this.random, gradient);
  }

  /** Frees parameters and buffers. */
  dispose(): void {
    this.parameters.dispose();
    this.buffers.dispose();
  }
}
