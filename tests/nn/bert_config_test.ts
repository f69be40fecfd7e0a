import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../lib/core/errors.ts";
import { bertShapes, readBertConfig } from "../../lib/nn/bert_config.ts";

const FIELDS = {
  model_type: "bert",
  vocab_size: 10,
  hidden_size: 6,
  num_hidden_layers: 2,
  num_attention_heads: 3,
  intermediate_size: 8,
  max_position_embeddings: 5,
};

Deno.test("readBertConfig() takes BERT-base's values for what may be left out", () => {
  assertEquals(readBertConfig(FIELDS, "config.json"), {
    vocabulary: 10,
    width: 6,
    layers: 2,
    heads: 3,
    intermediate: 8,
    positions: 5,
    segments: 2,
    padding: 0,
    activation: "exact",
    epsilon: 1e-12,
    hiddenDropout: 0.1,
    attentionDropout: 0.1,
  });
  const given = { hidden_act: "gelu_new", hidden_dropout_prob: 0, layer_norm_eps: 1e-5 };
  const { activation, hiddenDropout, epsilon } = readBertConfig({ ...FIELDS, ...given }, "");
  assertEquals([activation, hiddenDropout, epsilon], ["tanh", 0, 1e-5]);
});

Deno.test("readBertConfig() names the field that does not fit", () => {
  for (
    const [changes, message] of [
      [{ model_type: "roberta" }, 'model_type is "roberta", expected "bert"'],
      [{ hidden_size: undefined }, "hidden_size is undefined, expected a whole number"],
      [{ vocab_size: 1.5 }, "vocab_size is 1.5, expected a whole number of 1 or more"],
      [{ num_hidden_layers: 0 }, "num_hidden_layers is 0, expected a whole number of 1 or more"],
      [
        { num_attention_heads: 4 },
        "num_attention_heads is 4, expected a divisor of hidden_size, 6",
      ],
      [{ hidden_act: "silu" }, 'hidden_act is "silu", expected one of gelu, gelu_new'],
      [{ hidden_dropout_prob: 1 }, "hidden_dropout_prob is 1, expected a number in [0, 1)"],
      [{ pad_token_id: 10 }, "pad_token_id is 10, expected an id of the vocabulary"],
      [{ position_embedding_type: "relative_key" }, 'expected "absolute"'],
    ] as const
  ) {
    const read = () => readBertConfig({ ...FIELDS, ...changes }, "b/config.json");
    assertThrows(read, DataError, message);
    assertThrows(read, DataError, 'Cannot read "b/config.json": ');
  }
});

Deno.test("bertShapes() has 16 parameters a layer, 5 of embeddings and 2 of the pooler", () => {
  const shapes = bertShapes(readBertConfig(FIELDS, ""));
  assertEquals(shapes.size, 5 + 2 * 16 + 2);
  assertEquals(shapes.get("embeddings.position_embeddings.weight"), [5, 6]);
  assertEquals(shapes.get("encoder.layer.1.intermediate.dense.weight"), [8, 6]);
  assertEquals(shapes.get("encoder.layer.1.output.dense.weight"), [6, 8]);
});
