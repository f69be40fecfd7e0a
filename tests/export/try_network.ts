/** Networks of a few operations, to see what becomes of them in a file. */

import { RandomStream } from "../../lib/core/random.ts";
import { openEngine, type tf } from "../../lib/engine/mod.ts";
import {
  checkOnnx,
  type ModelNotes,
  type OnnxFile,
  toOnnx,
} from "../../lib/export/export_network.ts";
import type { ExportedNetwork } from "../../lib/export/network_graph.ts";
import type { Inputs } from "../../lib/models/mod.ts";
import { Network } from "../../lib/models/network.ts";

/** What a file of a test says about itself. */
export const NOTES: ModelNotes = { producerVersion: "0", description: "a test", metadata: {} };

/** A batch of three numbers a sample, [batch, 3], and its lengths, from 1 to 4. */
export type Score = (x: tf.Tensor3D, lengths: tf.Tensor1D) => tf.Tensor;

/** A network without layers that scores sequences of four steps of three numbers. */
class Formula extends Network {
  readonly #score: Score;

  constructor(score: Score) {
    super({
      settings: { learningRate: 1e-3 },
      protocol: "mosi",
      modalities: ["audio"],
      widths: { audio: 3 },
      trainLabels: new Float32Array(0),
      random: RandomStream.fromSeed(1),
    });
    this.#score = score;
  }

  forward({ audio, audioLengths }: Inputs) {
    return { prediction: this.#score(audio as tf.Tensor3D, audioLengths!) as tf.Tensor1D };
  }
}

/** A formula as a network to export. Of audio [batch, 4, 3] and its lengths. */
export function formula(score: Score, options: Partial<ExportedNetwork> = {}): ExportedNetwork {
  const sizes = { widths: { audio: 3 }, steps: { audio: 4 }, vocabulary: null };
  return { network: new Formula(score), sizes, scalings: {}, neutral: 0, ...options };
}

/** Exports a formula and holds it against onnxruntime; throws where that scores otherwise. */
export async function tryFormula(
  score: Score,
  options?: Partial<ExportedNetwork>,
): Promise<OnnxFile & { readonly difference: number }> {
  await openEngine({ engine: "cpu" });
  const exported = formula(score, options);
  const file = await toOnnx(exported, NOTES);
  return { ...file, difference: await checkOnnx(exported, file) };
}
