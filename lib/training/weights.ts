/**
 * Weights as files and as values on the engine.
 *
 * @module
 */

import { RunError } from "../core/errors.ts";
import { readSafetensors, writeSafetensors } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";

/** Weights by name, off the engine. */
export type Weights = ReadonlyMap<string, { shape: number[]; values: Float32Array }>;

/** A variable that is read when its turn comes, or what was copied of one. */
type Writable = tf.Variable | { readonly shape: number[]; readonly values: Float32Array };

/** Copies variables off the engine. */
export async function copyWeights(variables: Iterable<[string, tf.Variable]>): Promise<Weights> {
  const weights = new Map<string, { shape: number[]; values: Float32Array }>();
  for (const [name, variable] of variables) {
    // The cpu engine hands out its own memory of small tensors, which the next step may write to.
    const values = (await variable.data<"float32">()).slice();
    weights.set(name, { shape: [...variable.shape], values });
  }
  return weights;
}

/**
 * Writes weights as float32 safetensors, atomically; the same weights give the same bytes.
 *
 * @param metadata free text by name
 * @throws {Error} when the file cannot be written.
 */
export function writeWeights(
  path: string,
  weights: Iterable<readonly [name: string, weights: Writable]>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const tensors = Array.from(weights, ([name, source]) => {
    const { shape } = source;
    return { name, dtype: "F32", shape, data: valuesOf(source) } as const;
  });
  writeSafetensors(path, tensors, metadata);
}

function* valuesOf(source: Writable): Generator<Float32Array> {
  yield "values" in source ? source.values : source.dataSync<"float32">();
}

/**
 * Reads weights and the file's metadata.
 *
 * @throws {DataError} when the file is damaged.
 */
export function readWeights(
  path: string,
): { weights: Weights; metadata: Readonly<Record<string, string>> } {
  using file = readSafetensors(path);
  const weights = new Map<string, { shape: number[]; values: Float32Array }>();
  for (const [name, source] of file.tensors) {
    const values = new Float32Array(source.size);
    source.readFloat32(0, values);
    weights.set(name, { shape: [...source.shape], values });
  }
  return { weights, metadata: Object.fromEntries(file.metadata) };
}

/**
 * Gives every variable its weights.
 *
 * @param where what the weights come from, for the error
 * @throws {RunError} when weights are missing or have another shape.
 */
export function assignWeights(
  variables: Iterable<[string, tf.Variable]>,
  weights: Weights,
  where: string,
): void {
  for (const [name, variable] of variables) {
    const found = weights.get(name);
    if (found === undefined || found.shape.join() !== variable.shape.join()) {
      const state = found === undefined ? "is missing" : `has shape [${found.shape}]`;
      throw new RunError(
        `Cannot take weights from "${where}": "${name}" ${state}, expected [${variable.shape}]`,
      );
    }
    // A copy: the cpu engine would take the array as its own memory, and may write to it.
    const values = tf.tensor(found.values.slice(), variable.shape, "float32");
    variable.assign(values);
    values.dispose();
  }
}
