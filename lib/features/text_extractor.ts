/**
 * A BERT that is not trained, run by onnxruntime through transformers.js.
 *
 * @module
 */

import { basename, dirname, join, resolve } from "node:path";
import { DataError, messageOf, reasonOf } from "../core/errors.ts";
import { exists, sha256File } from "../core/files.ts";
import { loadTransformers } from "./transformers.ts";

/** Computes last hidden states. */
export interface TextExtractor {
  /** Number of features of a state. */
  readonly width: number;
  /** Longest sequence, in tokens. */
  readonly positions: number;
  /**
   * [batch, 3, tokens] ids, masks and segments → [batch, tokens, width], with zeros where the mask
   * is 0.
   */
  run(tokens: Int32Array, batch: number): Promise<Float32Array>;
}

/**
 * Opens the BERT in a Hugging Face folder, and says the SHA-256 of its weights.
 *
 * @throws {DataError} when it has no `config.json` or no `onnx/model.onnx`, with how to make it.
 */
export async function openOnnxExtractor(
  folder: string,
): Promise<{ readonly extractor: TextExtractor; readonly sha256: string }> {
  const path = join(folder, "config.json");
  let config: { hidden_size?: number; dim?: number; max_position_embeddings?: number };
  try {
    config = JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    throw new DataError(
      `Cannot read "${path}": ${reasonOf(error)}, expected a BERT's configuration`,
    );
  }
  const { max_position_embeddings: positions = 512 } = config;
  const width = config.hidden_size ?? config.dim ?? 768;
  const file = join(folder, "onnx", "model.onnx");
  if (!exists(file)) {
    throw new DataError(
      `Cannot extract features with "${folder}": it has no onnx/model.onnx; download that file ` +
        "from where the model came from, or make it with " +
        '"optimum-cli export onnx --model . --task feature-extraction onnx" in that folder',
    );
  }
  const { AutoModel, Tensor, env } = await loadTransformers();
  env.localModelPath = dirname(resolve(folder));
  const model = await AutoModel.from_pretrained(basename(resolve(folder)), { quantized: false })
    .catch((error: unknown) => {
      throw new DataError(`Cannot open "${file}": ${messageOf(error)}`, { cause: error });
    });
  const run = async (tokens: Int32Array, batch: number) => {
    const time = tokens.length / (3 * batch);
    const part = (n: number) => {
      const values = new BigInt64Array(batch * time);
      for (let i = 0; i < batch; i++) {
        for (let t = 0; t < time; t++) {
          values[i * time + t] = BigInt(tokens[(3 * i + n) * time + t]!);
        }
      }
      return new Tensor("int64", values, [batch, time]);
    };
    const { last_hidden_state: { data } } = await model({
      input_ids: part(0),
      attention_mask: part(1),
      token_type_ids: part(2),
    });
    const states = Float32Array.from(data);
    for (let i = 0; i < batch; i++) {
      for (let t = 0; t < time; t++) {
        const at = (i * time + t) * width;
        if (tokens[(3 * i + 1) * time + t] === 0) states.fill(0, at, at + width);
      }
    }
    return states;
  };
  return { extractor: { width, positions, run }, sha256: sha256File(file) };
}
