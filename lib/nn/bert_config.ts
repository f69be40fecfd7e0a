/**
 * The sizes of a BERT, from Hugging Face's `config.json`, and its parameters' names and shapes.
 *
 * @module
 */

import { DataError } from "../core/errors.ts";

/** What a BERT is. */
export interface BertConfig {
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
  /** Number of segments. */
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

/** Hugging Face's names of activations. */
const ACTIVATIONS: Readonly<Record<string, BertConfig["activation"]>> = {
  gelu: "exact",
  gelu_new: "tanh",
  gelu_pytorch_tanh: "tanh",
  relu: "relu",
};

/**
 * Reads the fields of a `config.json`; those that the file may leave out have the values of
 * BERT-base.
 *
 * @param where the file's path, for messages
 * @throws {DataError} when it is another model's, or a field is missing or out of range.
 */
export function readBertConfig(
  fields: Readonly<Record<string, unknown>>,
  where: string,
): BertConfig {
  const refuse = (key: string, expected: string): never => {
    const state = key in fields ? `is ${JSON.stringify(fields[key])}` : "is missing";
    throw new DataError(`Cannot read "${where}": ${key} ${state}, expected ${expected}`);
  };
  const count = (key: string, absent?: number): number => {
    const value = fields[key] ?? absent;
    if (Number.isSafeInteger(value) && Number(value) > 0) return Number(value);
    return refuse(key, "a whole number of 1 or more");
  };
  const padding = (): number | null => {
    const value = fields["pad_token_id"] === undefined ? 0 : fields["pad_token_id"];
    const isId = Number.isSafeInteger(value) && Number(value) >= 0;
    if (value === null || isId && Number(value) < count("vocab_size")) {
      return value as number | null;
    }
    return refuse("pad_token_id", "an id of the vocabulary");
  };
  const rate = (key: string, absent: number): number => {
    const value = fields[key] ?? absent;
    if (typeof value === "number" && value >= 0 && value < 1) return value;
    return refuse(key, "a number in [0, 1)");
  };
  if ((fields["model_type"] ?? "bert") !== "bert") refuse("model_type", '"bert"');
  if ((fields["position_embedding_type"] ?? "absolute") !== "absolute") {
    refuse("position_embedding_type", '"absolute"');
  }
  const activation = String(fields["hidden_act"] ?? "gelu");
  if (!Object.hasOwn(ACTIVATIONS, activation)) {
    refuse("hidden_act", `one of ${Object.keys(ACTIVATIONS).join(", ")}`);
  }
  const config: BertConfig = {
    vocabulary: count("vocab_size"),
    width: count("hidden_size"),
    layers: count("num_hidden_layers"),
    heads: count("num_attention_heads"),
    intermediate: count("intermediate_size"),
    positions: count("max_position_embeddings"),
    segments: count("type_vocab_size", 2),
    padding: padding(),
    activation: ACTIVATIONS[activation]!,
    epsilon: rate("layer_norm_eps", 1e-12),
    hiddenDropout: rate("hidden_dropout_prob", 0.1),
    attentionDropout: rate("attention_probs_dropout_prob", 0.1),
  };
  if (config.width % config.heads !== 0) {
    refuse("num_attention_heads", `a divisor of hidden_size, ${config.width}`);
  }
  return config;
}

/** Names and shapes of all parameters, in Hugging Face's order; the pooler, which is not used, last. */
export function bertShapes(config: BertConfig): Map<string, number[]> {
  const { width, intermediate } = config;
  const shapes = new Map<string, number[]>();
  const linear = (name: string, outputs: number, inputs: number) =>
    shapes.set(`${name}.weight`, [outputs, inputs]).set(`${name}.bias`, [outputs]);
  const norm = (name: string) =>
    shapes.set(`${name}.LayerNorm.weight`, [width]).set(`${name}.LayerNorm.bias`, [width]);
  shapes.set("embeddings.word_embeddings.weight", [config.vocabulary, width]);
  shapes.set("embeddings.position_embeddings.weight", [config.positions, width]);
  shapes.set("embeddings.token_type_embeddings.weight", [config.segments, width]);
  norm("embeddings");
  for (let i = 0; i < config.layers; i++) {
    const layer = `encoder.layer.${i}`;
    for (const part of ["query", "key", "value"]) {
      linear(`${layer}.attention.self.${part}`, width, width);
    }
    linear(`${layer}.attention.output.dense`, width, width);
    norm(`${layer}.attention.output`);
    linear(`${layer}.intermediate.dense`, intermediate, width);
    linear(`${layer}.output.dense`, width, intermediate);
    norm(`${layer}.output`);
  }
  linear("pooler.dense", width, width);
  return shapes;
}
