import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../lib/core/errors.ts";
import { encoderShapes, readEncoderConfig } from "../../lib/nn/text_encoder.ts";

const FIELDS = {
  model_type: "bert",
  vocab_size: 10,
  hidden_size: 6,
  num_hidden_layers: 2,
  num_attention_heads: 3,
  intermediate_size: 8,
  max_position_embeddings: 5,
};

Deno.test("readEncoderConfig() takes BERT-base's values for what may be left out", () => {
  assertEquals(readEncoderConfig(FIELDS, "config.json"), {
    type: "bert",
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
  const { activation, hiddenDropout, epsilon } = readEncoderConfig({ ...FIELDS, ...given }, "");
  assertEquals([activation, hiddenDropout, epsilon], ["tanh", 0, 1e-5]);
});

Deno.test("readEncoderConfig() names the field that does not fit", () => {
  for (
    const [changes, message] of [
      [{ model_type: "gpt2" }, 'model_type is "gpt2", expected one of bert, roberta'],
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
    const read = () => readEncoderConfig({ ...FIELDS, ...changes }, "b/config.json");
    assertThrows(read, DataError, message);
    assertThrows(read, DataError, 'Cannot read "b/config.json": ');
  }
});

Deno.test("encoderShapes() has 16 parameters a layer, 5 of embeddings and 2 of the pooler", () => {
  const shapes = encoderShapes(readEncoderConfig(FIELDS, ""));
  assertEquals(shapes.size, 5 + 2 * 16 + 2);
  assertEquals(shapes.get("embeddings.position_embeddings.weight"), [5, 6]);
  assertEquals(shapes.get("encoder.layer.1.intermediate.dense.weight"), [8, 6]);
  assertEquals(shapes.get("encoder.layer.1.output.dense.weight"), [6, 8]);
});
