import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "../../lib/core/random.ts";
import {
  encoderShapes,
  type EncoderTraining,
  TextEncoder,
  type TextEncoderConfig,
} from "../../lib/nn/text_encoder.ts";
import { BertFolder } from "../../lib/nn/bert_folder.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import { forEachEngine } from "../engine/engines.ts";

const FOLDER = join(import.meta.dirname!, "..", "golden", "bert_tiny");
const EXPECTED: {
  sentences: { input_ids: number[]; token_type_ids: number[]; cls: number[] }[];
  batch: { input_ids: number[][]; attention_mask: number[][]; cls: number[][] };
} = JSON.parse(Deno.readTextFileSync(join(FOLDER, "expected.json")));

/** The recorded BERT with its weights as variables; other dropout where asked for. */
function open(
  changes: Partial<TextEncoderConfig> = {},
): { bert: TextEncoder; parameters: Parameters } {
  using folder = new BertFolder(FOLDER);
  const parameters = new Parameters();
  for (const [name, shape] of encoderShapes(folder.config)) {
    parameters.add(name, shape, folder.values(name));
  }
  const bert = new TextEncoder({ ...folder.config, ...changes }, (name) => parameters.get(name));
  return { bert, parameters };
}

function tokens(ids: number[][], mask = ids.map((row) => row.map(() => 1))) {
  return {
    ids: tf.tensor2d(ids, undefined, "int32"),
    mask: tf.tensor2d(mask, undefined, "int32"),
    segments: tf.zerosLike(tf.tensor2d(ids, undefined, "int32")),
  };
}

const BATCH = EXPECTED.batch;

forEachEngine("Bert gives the recorded [CLS] of each sentence within 1e-5", () => {
  const { bert, parameters } = open();
  for (const { input_ids, cls } of EXPECTED.sentences) {
    const actual = tf.tidy(() => bert.cls(tokens([input_ids]), null).dataSync());
    cls.forEach((value, i) => assertAlmostEquals(actual[i]!, value, 1e-5));
  }
  parameters.dispose();
});

forEachEngine("Bert gives the same [CLS] in a padded batch, whatever the padding is", () => {
  const { bert, parameters } = open();
  const junk = BATCH.input_ids.map((row, i) =>
    row.map((id, t) => BATCH.attention_mask[i]![t] === 1 ? id : 7)
  );
  for (const ids of [BATCH.input_ids, junk]) {
    const actual = tf.tidy(() => bert.cls(tokens(ids, BATCH.attention_mask), null).dataSync());
    BATCH.cls.flat().forEach((value, i) => assertAlmostEquals(actual[i]!, value, 1e-5));
  }
  parameters.dispose();
});

forEachEngine("cls() has the value and the gradients of the first of states()", () => {
  const { bert, parameters } = open();
  tf.tidy(() => {
    const batch = tokens(BATCH.input_ids, BATCH.attention_mask);
    const whole = () => {
      const last = bert.states(batch, null).layers.at(-1)!;
      const [n, , width] = last.shape;
      return tf.reshape(tf.slice3d(last, [0, 0, 0], [n, 1, width]), [n, width]);
    };
    const run = (of: () => tf.Tensor) =>
      tf.variableGrads(() => tf.sum(tf.sin(of())) as tf.Scalar).grads;
    const [short, long] = [run(() => bert.cls(batch, null)), run(whole)];
    for (const [name, variable] of parameters) {
      const [a, b] = [short[variable.name], long[variable.name]];
      assertEquals(a === undefined, b === undefined, name);
      assertEquals(a === undefined, name.startsWith("pooler."), name);
      const expected = b?.dataSync() ?? [];
      a?.dataSync().forEach((value, i) => assertAlmostEquals(value, expected[i]!, 2e-5, name));
    }
  });
  parameters.dispose();
});

forEachEngine("what is added before a layer enters it, the last one too", () => {
  const { bert, parameters } = open();
  tf.tidy(() => {
    const batch = tokens(BATCH.input_ids, BATCH.attention_mask);
    const plain = bert.states(batch, null);
    for (let layer = 0; layer < bert.config.layers; layer++) {
      const seen: tf.Tensor3D[] = [];
      const change = (states: tf.Tensor3D) => {
        seen.push(states);
        return tf.mul(states, 2) as tf.Tensor3D;
      };
      const changed = bert.states(batch, null, { layer, change });
      const entering = layer === 0 ? plain.embeddings : plain.layers[layer - 1]!;
      assertEquals(seen[0]!.dataSync(), entering.dataSync());
      // Layers before it are as they were, and it is not.
      changed.layers.forEach((states, i) => {
        const isSame = states.dataSync().every((v, at) => v === plain.layers[i]!.dataSync()[at]);
        assertEquals(isSame, i < layer, `layer ${i} after a change before ${layer}`);
      });
      const last = changed.layers.at(-1)!, [n, , width] = last.shape;
      const first = tf.reshape(tf.slice3d(last, [0, 0, 0], [n, 1, width]), [n, width]).dataSync();
      const cls = bert.cls(batch, null, { layer, change }).dataSync();
      cls.forEach((value, i) => assertAlmostEquals(value, first[i]!, 2e-6));
    }
  });
  parameters.dispose();
});

forEachEngine("embeddings or first layers stay alone where that is asked for", () => {
  const { bert, parameters } = open();
  const { config } = bert, weight = (name: string) => parameters.get(name);
  const learned = (frozen: EncoderTraining) => {
    const encoder = new TextEncoder(config, weight, "bert", frozen);
    const trained = encoder.trainedNames();
    const grads = tf.tidy(() => {
      const batch = tokens(BATCH.input_ids, BATCH.attention_mask);
      const loss = () => tf.sum(tf.sin(encoder.cls(batch, null))) as tf.Scalar;
      return Object.keys(tf.variableGrads(loss).grads);
    });
    const reached = new Set(
      [...parameters].filter(([, { name }]) => grads.includes(name))
        .map(([name]) => name),
    );
    return (name: string) => [trained.has(name), reached.has(name)];
  };
  const [table, first, second] = [
    "embeddings.word_embeddings.weight",
    "encoder.layer.0.output.dense.weight",
    "encoder.layer.1.output.dense.weight",
  ] as const;
  const embeddings = learned({ embeddings: true });
  assertEquals([table, first].map(embeddings), [[false, false], [true, true]]);
  const both = learned({ layers: 1 });
  assertEquals([table, first, second].map(both), [[false, false], [false, false], [true, true]]);
  // The gradient goes on through a layer that stays.
  const layer = learned({ layers: 1, embeddings: false });
  assertEquals([table, first, second].map(layer), [[true, true], [false, true], [true, true]]);
  parameters.dispose();
});

forEachEngine("pooled() is the hyperbolic tangent of a linear map", () => {
  const { bert, parameters } = open();
  tf.tidy(() => {
    const cls = tf.tensor2d(BATCH.cls),
      [weight, bias] = ["weight", "bias"]
        .map((part) => parameters.get(`pooler.dense.${part}`));
    const expected = tf.tanh(tf.add(tf.matMul(cls, weight as tf.Tensor2D, false, true), bias!));
    const actual = bert.pooled(cls).dataSync();
    expected.dataSync().forEach((value, i) => assertAlmostEquals(actual[i]!, value, 1e-6));
    assert(bert.hasPooler);
  });
  parameters.dispose();
});

forEachEngine("Bert runs compiled as it runs op by op, with its gradients", (engine) => {
  const { bert, parameters } = open();
  const variables = [...parameters].filter(([name]) => !name.startsWith("pooler."));
  const step = engine.compile(
    ({ ids, mask, segments, counter }) => {
      const noise = { stream: RandomStream.fromSeed(1), counter: counter as tf.Tensor1D };
      const batch = { ids, mask, segments } as ReturnType<typeof tokens>;
      const { value, grads } = tf.variableGrads(
        () => tf.mean(tf.square(bert.cls(batch, noise))) as tf.Scalar,
        variables.map(([, variable]) => variable),
      );
      const changes = variables.map(([name, { name: id }]) =>
        [`gradient/${name}`, grads[id]!] as const
      );
      return { value, ...Object.fromEntries(changes) };
    },
    { state: Object.fromEntries(parameters), check: true },
  );
  const values = [1, 1, 2].map((n) => {
    const batch = tokens(BATCH.input_ids, BATCH.attention_mask);
    const inputs = { ...batch, counter: tf.tensor1d([0, 0, n, 1], "int32") };
    const outputs = step(inputs);
    const value = outputs["value"]!.dataSync()[0]!;
    tf.dispose([inputs, outputs] as unknown as tf.TensorContainer);
    return value;
  });
  assertEquals(values[0], values[1]);
  assertNotEquals(values[0], values[2]);
  step.dispose();
  parameters.dispose();
});

forEachEngine("[PAD] reads its word embedding, and no gradient reaches it", () => {
  for (const padding of [0, 7, null]) {
    const { bert, parameters } = open({ padding });
    const words = parameters.get("embeddings.word_embeddings.weight");
    const learns = tf.tidy(() => {
      const batch = tokens([[2, 7, 3, 0, 0], [2, 8, 8, 7, 3]], [[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]]);
      // Of all states, those of the padding too.
      const loss = () => tf.sum(tf.sin(bert.states(batch, null).layers.at(-1)!)) as tf.Scalar;
      const { grads } = tf.variableGrads(loss, [words]);
      return tf.sum(tf.abs(grads[words.name]!), 1).arraySync() as number[];
    });
    for (const id of [0, 2, 3, 7, 8]) assertEquals(learns[id]! > 0, id !== padding, `${id}`);
    parameters.dispose();
  }
});

forEachEngine("Bert drops only in training, and both of its rates count", () => {
  for (const rates of [[0, 0], [0.5, 0], [0, 0.5]] as const) {
    const { bert, parameters } = open({ hiddenDropout: rates[0], attentionDropout: rates[1] });
    tf.tidy(() => {
      const counter = tf.tensor1d([0, 0, 1, 1], "int32");
      const noise = { stream: RandomStream.fromSeed(1), counter };
      const [quiet, noisy] = [null, noise].map((
        noise,
      ) => [...bert.cls(tokens(BATCH.input_ids, BATCH.attention_mask), noise).dataSync()]);
      assertEquals(quiet!.every((value, i) => value === noisy![i]), rates[0] + rates[1] === 0);
    });
    parameters.dispose();
  }
});

forEachEngine("Bert has segments and positions, and refuses more tokens than positions", () => {
  const { bert, parameters } = open();
  tf.tidy(() => {
    const batch = tokens([[2, 7, 8, 3]]);
    const of = (changes: Partial<typeof batch>) => bert.cls({ ...batch, ...changes }, null);
    const plain = of({}).arraySync();
    assertNotEquals(
      of({ segments: tf.tensor2d([[0, 1, 1, 0]], [1, 4], "int32") }).arraySync(),
      plain,
    );
    assertNotEquals(of({ ids: tf.tensor2d([[2, 8, 7, 3]], [1, 4], "int32") }).arraySync(), plain);
    assert(bert.config.positions === 64);
    const long = tokens([Array.from({ length: 65 }, () => 2)]);
    assertThrows(() => bert.cls(long, null), RangeError, "65 tokens: expected at most 64");
  });
  parameters.dispose();
});
