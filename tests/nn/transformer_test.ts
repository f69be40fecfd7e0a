import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "../../lib/core/random.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import { type EncoderLayerOptions, TransformerEncoderLayer } from "../../lib/nn/transformer.ts";
import { forEachEngine } from "../engine/engines.ts";

const WIDTH = 8;

function make(options: Partial<EncoderLayerOptions> = {}) {
  const parameters = new Parameters();
  const layer = new TransformerEncoderLayer(
    parameters,
    "fusion",
    { width: WIDTH, hidden: 12 },
    { heads: 2, normFirst: true, activation: "relu", ...options },
    RandomStream.fromSeed(1),
  );
  return { parameters, layer };
}

const X = RandomStream.fromSeed(2).normalArray(2 * 3 * WIDTH);

forEachEngine("TransformerEncoderLayer starts as PyTorch's does", () => {
  const { parameters } = make();
  assertEquals(parameters.names().length, 12);
  const of = (name: string) => parameters.get(`fusion.${name}`).dataSync();
  for (const name of ["self_attn.in_proj_bias", "self_attn.out_proj.bias", "norm1.bias"]) {
    assert(of(name).every((value) => value === 0), name);
  }
  assert(of("norm2.weight").every((value) => value === 1));
  for (
    const [name, bound] of [
      ["self_attn.in_proj_weight", Math.sqrt(6 / (4 * WIDTH))],
      ["self_attn.out_proj.weight", 1 / Math.sqrt(WIDTH)],
      ["linear1.bias", 1 / Math.sqrt(WIDTH)],
      ["linear2.weight", 1 / Math.sqrt(12)],
    ] as const
  ) {
    const largest = Math.max(...of(name).map(Math.abs));
    assert(largest <= bound && largest > 0.7 * bound, `${name}: ${largest}, bound ${bound}`);
  }
  parameters.dispose();
});

forEachEngine("TransformerEncoderLayer lets padding change nothing in true steps", () => {
  for (const normFirst of [true, false]) {
    const { parameters, layer } = make({ normFirst });
    tf.tidy(() => {
      const mask = tf.tensor2d([[1, 1, 1], [1, 1, 0]]);
      const junk = X.slice().fill(50, 5 * WIDTH);
      const [a, b] = [X, junk].map((x) =>
        layer.apply(tf.tensor3d(x.slice(), [2, 3, WIDTH]), mask, null).dataSync()
      );
      for (let i = 0; i < 5 * WIDTH; i++) assertAlmostEquals(a![i]!, b![i]!, 1e-6);
      assertNotEquals(a![5 * WIDTH], b![5 * WIDTH]);
    });
    parameters.dispose();
  }
});

forEachEngine("TransformerEncoderLayer has a gradient in every parameter", () => {
  const { parameters, layer } = make({ activation: "gelu" });
  tf.tidy(() => {
    const x = tf.tensor3d(X.slice(), [2, 3, WIDTH]);
    const { grads } = tf.variableGrads(() =>
      tf.sum(tf.square(layer.apply(x, tf.ones([2, 3]), null))) as tf.Scalar
    );
    for (const [name, variable] of parameters) {
      const gradient = grads[variable.name]?.dataSync();
      assert(gradient?.some((value) => value !== 0), name);
    }
  });
  parameters.dispose();
});

forEachEngine(
  "TransformerEncoderLayer drops the same entries at the same step, only in training",
  () => {
    const { parameters, layer } = make({ dropout: 0.5 });
    tf.tidy(() => {
      const apply = (step: number | null) => {
        const counter = tf.tensor1d([0, 0, step ?? 0, 1], "int32");
        const noise = step === null ? null : { stream: RandomStream.fromSeed(3), counter };
        return layer.apply(tf.tensor3d(X.slice(), [2, 3, WIDTH]), tf.ones([2, 3]), noise)
          .dataSync();
      };
      assertEquals(apply(1), apply(1));
      assertNotEquals(apply(1), apply(2));
      assertEquals(apply(null), apply(null));
      assertNotEquals(apply(null), apply(1));
    });
    parameters.dispose();
  },
);
