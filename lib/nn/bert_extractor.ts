/** A text encoder that is not trained, run by the engine: features of text without ONNX. @module */

import { openEngine, tf } from "../engine/mod.ts";
import { openOnnxExtractor, type TextExtractor } from "../features/text_extractor.ts";
import type { TextModel } from "../features/mod.ts";
import { openTokenizer } from "../features/mod.ts";
import { encoderShapes, TextEncoder } from "./text_encoder.ts";
import { BertFolder } from "./bert_folder.ts";
import { checkVocabulary } from "./bert_tokens.ts";
import { hasWeights } from "./bert_weights.ts";

/**
 * Opens tokenizer and text encoder of a Hugging Face folder: our own on the engine where it has weights
 * of PyTorch's, else its ONNX model.
 *
 * @throws {DataError} when something is missing, with how to get it
 *
 * @example
 * ```ts
 * import { tokenize } from "../features/mod.ts";
 * import { openTextModel } from "./bert_extractor.ts";
 * import { assertEquals } from "@std/assert";
 * const folder = new URL("../../tests/golden/bert_tiny", import.meta.url).pathname;
 * using model = await openTextModel(folder, { engine: "cpu" });
 * const { values } = tokenize(model.tokenizer, ["a good movie", "boring"], 6);
 * const states = await model.extractor.run(values, 2);
 * assertEquals(states.length, 2 * 6 * model.extractor.width);
 * ```
 */
export async function openTextModel(
  folder: string,
  options: Parameters<typeof openEngine>[0] = {},
): Promise<TextModel & Disposable> {
  if (!hasWeights(folder)) {
    const { extractor, sha256 } = await openOnnxExtractor(folder);
    const tokenizer = await openTokenizer(folder);
    return { tokenizer, extractor, sha256, [Symbol.dispose]: () => {} };
  }
  using bert = new BertFolder(folder);
  const tokenizer = await openTokenizer(folder);
  checkVocabulary(tokenizer, bert.config, folder);
  await openEngine(options);
  const weights = new Map(
    [...encoderShapes(bert.config)].map(([name, shape]) => [
      name,
      tf.tensor(bert.values(name), shape, "float32"),
    ]),
  );
  return {
    tokenizer,
    extractor: extractorOf(new TextEncoder(bert.config, (name) => weights.get(name)!)),
    sha256: bert.sha256(),
    [Symbol.dispose]: () => weights.forEach((tensor) => tensor.dispose()),
  };
}

function extractorOf(bert: TextEncoder): TextExtractor {
  const { width, positions } = bert.config;
  return {
    width,
    positions,
    run: async (tokens, batch) => {
      const states = tf.tidy(() => {
        const all = tf.tensor3d(tokens, [batch, 3, tokens.length / (3 * batch)], "int32");
        const [ids, mask, segments] = tf.unstack(all, 1) as tf.Tensor2D[];
        const { layers } = bert.states({ ids: ids!, mask: mask!, segments: segments! }, null);
        return tf.mul(layers.at(-1)!, tf.expandDims(tf.cast(mask!, "float32"), 2));
      });
      try {
        return Float32Array.from(await states.data());
      } finally {
        states.dispose();
      }
    },
  };
}
