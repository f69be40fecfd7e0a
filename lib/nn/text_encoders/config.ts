/**
 * The sizes of a text encoder, from Hugging Face's `config.json`.
 *
 * @module
 */

import { DataError } from "../../core/errors.ts";

/** What every text encoder is. */
export interface TextEncoderConfig {
  /** Its type, as `model_type` of `config.json` says it. */
  readonly type: string;
  /** Number of word pieces. */
  readonly vocabulary: number;
  /** Number of features of a step. */
  readonly width: number;
  /** Number of layers. */
  readonly layers: number;
  /** Attention heads of a layer. */
  readonly heads: number;
  /** Width of the hidden layer after each attention. */
  readonly intermediate: number;
  /** Longest sequence, in tokens. */
  readonly positions: number;
  /** Number of segments; 0 where it has none. */
  readonly segments: number;
  /** Id of [PAD], whose embedding does not learn; null where there is none. */
  readonly padding: number | null;
  /** Between the two linear maps of a layer. */
  readonly activation: "exact" | "tanh" | "relu";
  /** Added to variances. */
  readonly epsilon: number;
  /** Dropout of embeddings and of the output of each part. */
  readonly hiddenDropout: number;
  /** Dropout of attention weights. */
  readonly attentionDropout: number;
}

/** x Φ(x), its approximation by tanh, or max(x, 0). */
export type Activation = TextEncoderConfig["activation"];

/** Hugging Face's names of activations. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  gelu: "exact",
  gelu_new: "tanh",
  gelu_pytorch_tanh: "tanh",
  relu: "relu",
};

/** The fields of a `config.json`, read one by one; one that does not fit is refused. */
export class ConfigFields {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #where: string;

  /** @param where the file's path, for messages */
  constructor(fields: Readonly<Record<string, unknown>>, where: string) {
    this.#fields = fields;
    this.#where = where;
  }

  /** The value of a field, `absent` where the file lacks it. */
  value(key: string, absent?: unknown): unknown {
    return this.#fields[key] ?? absent;
  }

  /** @throws {DataError} that the field is not as expected */
  refuse(key: string, expected: string): never {
    const fields = this.#fields;
    const state = key in fields ? `is ${JSON.stringify(fields[key])}` : "is missing";
    throw new DataError(`Cannot read "${this.#where}": ${key} ${state}, expected ${expected}`);
  }

  /** A whole number, of `from` or more. */
  count(key: string, absent?: number, from = 1): number {
    const value = this.value(key, absent);
    if (Number.isSafeInteger(value) && Number(value) >= from) return Number(value);
    return this.refuse(key, `a whole number of ${from} or more`);
  }

  /** A number in [0, 1). */
  rate(key: string, absent: number): number {
    const value = this.value(key, absent);
    if (typeof value === "number" && value >= 0 && value < 1) return value;
    return this.refuse(key, "a number in [0, 1)");
  }

  /** true or false. */
  flag(key: string, absent: boolean): boolean {
    const value = this.value(key, absent);
    return typeof value === "boolean" ? value : this.refuse(key, "true or false");
  }

  /** Refuses a field that says something else than we compute. */
  require(key: string, value: string | number): void {
    if (this.value(key, value) !== value) this.refuse(key, JSON.stringify(value));
  }

  /** An activation by Hugging Face's name. */
  activation(key: string): Activation {
    const name = String(this.value(key, "gelu"));
    if (Object.hasOwn(ACTIVATIONS, name)) return ACTIVATIONS[name]!;
    return this.refuse(key, `one of ${Object.keys(ACTIVATIONS).join(", ")}`);
  }

  /** The id of [PAD], `absent` where the file does not tell; null where it says that there is none. */
  padding(absent: number): number | null {
    const given = this.#fields["pad_token_id"];
    const value = given === undefined ? absent : given;
    const isId = Number.isSafeInteger(value) && Number(value) >= 0;
    if (value === null || isId && Number(value) < this.count("vocab_size")) {
      return value as number | null;
    }
    return this.refuse("pad_token_id", "an id of the vocabulary");
  }

  /** The number of heads. @throws {DataError} when it does not divide the width */
  heads(key: string, width: number, widthKey: string): number {
    const heads = this.count(key);
    return width % heads === 0 ? heads : this.refuse(key, `a divisor of ${widthKey}, ${width}`);
  }
}

/** What BERT and its next of kin call their sizes; those that may be left out are BERT-base's. */
export function readSizes(
  fields: ConfigFields,
  segments: number = fields.count("type_vocab_size", 2),
): TextEncoderConfig {
  fields.require("position_embedding_type", "absolute");
  const width = fields.count("hidden_size");
  return {
    type: String(fields.value("model_type", "bert")),
    vocabulary: fields.count("vocab_size"),
    width,
    layers: fields.count("num_hidden_layers"),
    heads: fields.heads("num_attention_heads", width, "hidden_size"),
    intermediate: fields.count("intermediate_size"),
    positions: fields.count("max_position_embeddings"),
    segments,
    padding: fields.padding(0),
    activation: fields.activation("hidden_act"),
    epsilon: fields.rate("layer_norm_eps", 1e-12),
    hiddenDropout: fields.rate("hidden_dropout_prob", 0.1),
    attentionDropout: fields.rate("attention_probs_dropout_prob", 0.1),
  };
}
