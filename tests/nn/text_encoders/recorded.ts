/** Tiny random text encoders, as `transformers` has them; `record.py` beside them makes them. */

import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { readSafetensors } from "../../../lib/data/mod.ts";
import { BertFolder } from "../../../lib/nn/bert_folder.ts";
import { Parameters } from "../../../lib/nn/parameters.ts";
import {
  encoderShapes,
  type EncoderTraining,
  TextEncoder,
  type Tokens,
} from "../../../lib/nn/text_encoder.ts";

/** Where the recordings are. */
export const RECORDINGS: string = join(
  import.meta.dirname!,
  "..",
  "..",
  "golden",
  "text_encoders",
);

/** One of each type, and two of DeBERTa's. */
export const ENCODERS = [
  "bert",
  "roberta",
  "xlm_roberta",
  "electra",
  "distilbert",
  "deberta_v2",
  "deberta_v3",
] as const;

/** A recorded encoder with its weights as variables, and what was recorded of it. */
export class Recorded implements Disposable {
  readonly encoder: TextEncoder;
  readonly parameters = new Parameters();
  readonly values = new Map<string, { shape: number[]; values: Float32Array }>();

  constructor(path: string, training: EncoderTraining = {}) {
    using folder = new BertFolder(path);
    for (const [name, shape] of encoderShapes(folder.config)) {
      this.parameters.add(name, shape, folder.values(name));
    }
    const weight = (name: string) => this.parameters.get(name);
    this.encoder = new TextEncoder(folder.config, weight, "bert", training);
    using file = readSafetensors(join(path, "recorded.safetensors"));
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
export function deviation(actual: ArrayLike<number>, expected: Float32Array): number {
  assertEquals(actual.length, expected.length);
  const size = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i]!)), 0) /
    size;
}

/** States and gradients are those recorded, within 1e-5. */
export function assertRecorded(recorded: Recorded): void {
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
}
