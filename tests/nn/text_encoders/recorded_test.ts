import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { readSafetensors } from "../../../lib/data/mod.ts";
import { BertFolder } from "../../../lib/nn/bert_folder.ts";
import { Parameters } from "../../../lib/nn/parameters.ts";
import {
  encoderShapes,
  MODEL_TYPES,
  TextEncoder,
  type Tokens,
} from "../../../lib/nn/text_encoder.ts";
import { forEachEngine } from "../../engine/engines.ts";
import { ENCODERS, RECORDINGS } from "./recorded.ts";

/** A recorded encoder with its weights as variables, and what was recorded of it. */
class Recorded implements Disposable {
  readonly encoder: TextEncoder;
  readonly parameters = new Parameters();
  readonly values = new Map<string, { shape: number[]; values: Float32Array }>();

  constructor(name: string, frozen = 0) {
    using folder = new BertFolder(join(RECORDINGS, name));
    for (const [name, shape] of encoderShapes(folder.config)) {
      this.parameters.add(name, shape, folder.values(name));
    }
    const weight = (name: string) => this.parameters.get(name);
    this.encoder = new TextEncoder(folder.config, weight, "bert", { layers: frozen });
    using file = readSafetensors(join(RECORDINGS, name, "recorded.safetensors"));
    for (const [name, source] of file.tensors) {
      const values = new Float32Array(source.size);
      source.readFloat32(0, values);
      this.values.set(name, { shape: [...source.shape], values });
    }
  }

  /** The recorded batch. */
  tokens(): Tokens {
    const part = (name: string) => {
      const { shape, values } = this.values.get(name)!;
      return tf.tensor2d(Int32Array.from(values), shape as [number, number], "int32");
    };
    return { ids: part("ids"), mask: part("mask"), segments: part("segments") };
  }

  /** Recorded gradients by parameter. */
  gradients(): [string, Float32Array][] {
    return [...this.values].filter(([name]) => name.startsWith("gradient/"))
      .map(([name, { values }]) => [name.slice("gradient/".length), values]);
  }

  /** Gradients of what `loss` makes, of the recorded parameters. */
  differentiate(loss: () => tf.Tensor): Map<string, Float32Array> {
    const names = this.gradients().map(([name]) => name);
    const variables = names.map((name) => this.parameters.get(name));
    const { grads } = tf.variableGrads(() => tf.sum(tf.sin(loss())) as tf.Scalar, variables);
    return new Map(names.map((name, i) => {
      return [name, grads[variables[i]!.name]?.dataSync() as Float32Array];
    }));
  }

  [Symbol.dispose](): void {
    this.parameters.dispose();
  }
}

/** Largest difference, in parts of the largest expected value where that is above 1. */
function deviation(actual: ArrayLike<number>, expected: Float32Array): number {
  assertEquals(actual.length, expected.length);
  const size = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i]!)), 0) /
    size;
}

Deno.test("there is a recording of each type", () => {
  const types = ENCODERS.map((name) => {
    using folder = new BertFolder(join(RECORDINGS, name));
    return folder.config.type;
  });
  assertEquals(new Set(types), new Set(MODEL_TYPES));
});

for (const name of ENCODERS) {
  forEachEngine(`${name} has the recorded states and gradients within 1e-5`, () => {
    using recorded = new Recorded(name);
    const { encoder } = recorded;
    tf.tidy(() => {
      const tokens = recorded.tokens();
      const { embeddings, layers } = encoder.states(tokens, null);
      for (const [i, state] of [embeddings, ...layers].entries()) {
        const { shape, values } = recorded.values.get(`state/${i}`)!;
        assertEquals(state.shape, shape);
        assert(deviation(state.dataSync(), values) < 1e-5, `state ${i}`);
      }
      const gradients = recorded.differentiate(() => encoder.states(tokens, null).layers.at(-1)!);
      for (const [name, values] of recorded.gradients()) {
        const off = deviation(gradients.get(name)!, values);
        assert(off < 1e-5, `the gradient of ${name} is off by ${off}`);
      }
      // Every parameter that is used was recorded.
      const unused = encoder.trainedNames().difference(new Set(gradients.keys()));
      assertEquals([...unused].filter((name) => !name.startsWith("pooler.")), []);
    });
  });

  forEachEngine(`cls() of ${name} has the value and the gradients of the first state`, () => {
    using recorded = new Recorded(name);
    const { encoder } = recorded;
    tf.tidy(() => {
      const tokens = recorded.tokens();
      const [batch, , width] = encoder.states(tokens, null).layers[0]!.shape;
      const first = () => {
        const last = encoder.states(tokens, null).layers.at(-1)!;
        return tf.reshape(tf.slice3d(last, [0, 0, 0], [batch, 1, width]), [batch, width]);
      };
      const [short, long] = [() => encoder.cls(tokens, null), first].map((of) => ({
        value: of().dataSync() as Float32Array,
        gradients: recorded.differentiate(of),
      }));
      assert(deviation(short!.value, long!.value) < 1e-6);
      for (const [name, values] of long!.gradients) {
        assert(deviation(short!.gradients.get(name)!, values) < 1e-5, name);
      }
    });
  });

  forEachEngine(
    `padding of ${name} is no matter to tokens, and its embedding learns nothing`,
    () => {
      using recorded = new Recorded(name);
      const { encoder } = recorded;
      tf.tidy(() => {
        const { ids, mask, segments } = recorded.tokens();
        const padding = encoder.config.padding!;
        const word = [...recorded.parameters.names()].find((name) => name.includes("word_embed"))!;
        const rows = tf.sum(
          tf.abs(tf.tensor2d(
            recorded.differentiate(() =>
              encoder.states({ ids, mask, segments }, null).layers.at(-1)!
            ).get(word)!,
            recorded.parameters.get(word).shape as [number, number],
          )),
          1,
        ).dataSync();
        assertEquals(rows[padding], 0);
        assert(rows[ids.dataSync()[0]!]! > 0);
        const time = ids.shape[1];
        const wider = (x: tf.Tensor2D, value: number) =>
          tf.pad2d(x, [[0, 0], [0, 3]], value) as tf.Tensor2D;
        const padded = {
          ids: wider(ids, padding),
          mask: wider(mask, 0),
          segments: wider(segments, 0),
        };
        const last = (tokens: Tokens) => {
          const states = encoder.states(tokens, null).layers.at(-1)!;
          const cut = tf.slice3d(states, [0, 0, 0], [ids.shape[0], time, states.shape[2]]);
          return tf.mul(cut, tf.expandDims(mask, 2)).dataSync();
        };
        const expected = last({ ids, mask, segments });
        last(padded).forEach((value, i) => assertAlmostEquals(value, expected[i]!, 1e-5));
      });
    },
  );
}
