import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../lib/core/errors.ts";
import { makeSynthetic, type Split } from "../../lib/data/mod.ts";
import { readEncoderConfig } from "../../lib/nn/text_encoder.ts";
import { placeCounts, tokenCounts } from "../../lib/data/text_bert.ts";
import { checkTokens } from "../../lib/nn/bert_tokens.ts";

const CONFIG = readEncoderConfig({
  vocab_size: 10,
  hidden_size: 4,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 8,
  max_position_embeddings: 3,
}, "config.json");

/** A split of one sample with these ids, mask and segments. */
function split(...parts: number[][]): Split {
  const values = Int32Array.from(parts.flat());
  const train = makeSynthetic({ n: 8 }).splits.train!;
  const textBert = { shape: [1, 3, parts[0]!.length] as const, values };
  return { ...train, samples: 1, ids: ["v$_$1"], textBert };
}

Deno.test("placeCounts() counts up to the last token, tokenCounts() the tokens", () => {
  const textBert = { shape: [2, 3, 3] as const, values: new Int32Array(18) };
  textBert.values.set([1, 0, 1], 3);
  assertEquals([...placeCounts(textBert)], [3, 0]);
  assertEquals([...tokenCounts(textBert)], [2, 0]);
});

Deno.test("checkTokens() takes tokens that fit, with places beyond the position table", () => {
  checkTokens(split([2, 9, 3, 0, 0], [1, 1, 1, 0, 0], [0, 1, 0, 0, 0]), CONFIG);
});

Deno.test("checkTokens() names the sample and what does not fit", () => {
  const ones = [1, 1, 1, 0], zeros = [0, 0, 0, 0];
  for (
    const [parts, message] of [
      [[[2, 10, 3, 0], ones, zeros], 'sample "v$_$1" has the token id 10, expected 0 to 9 as this'],
      [[[2, -1, 3, 0], ones, zeros], "the token id -1"],
      [[[2, 5, 3, 0], ones, [0, 2, 0, 0]], "has the segment 2, expected 0 to 1"],
      [[[2, 5, 3, 0], [1, 2, 1, 0], zeros], "has the mask value 2, expected 0 to 1"],
      [[[2, 5, 3, 0], zeros, zeros], 'sample "v$_$1" is empty, expected at least one token'],
      [[[2, 5, 5, 3], [1, 1, 1, 1], zeros], "has 4 tokens, expected at most 3, as this BERT has"],
    ] as const
  ) {
    const rows = parts.map((row) => [...row]);
    assertThrows(() => checkTokens(split(...rows), CONFIG), DataError, message);
  }
  const none = { ...split([2], [1], [0]), textBert: null };
  assertThrows(() => checkTokens(none, CONFIG), DataError, "expected them or raw text and");
});
