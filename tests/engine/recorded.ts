/** The recorded cases of PyTorch's layers, as tensors. */

import * as tf from "@tensorflow/tfjs-core";
import { join } from "node:path";
import { readSafetensors } from "../../lib/data/store/safetensors.ts";

/** One case: tensors by role and key. Its roles are those of the format page. */
export interface RecordedCase {
  readonly name: string;
  readonly kind: string;
  readonly inputs: Record<string, tf.Tensor>;
  readonly weights: Record<string, tf.Tensor>;
  readonly outputs: Record<string, tf.Tensor>;
  readonly output_grads: Record<string, tf.Tensor>;
  readonly input_grads: Record<string, tf.Tensor>;
  readonly weight_grads: Record<string, tf.Tensor>;
}

const ROLES = ["inputs", "weights", "outputs", "output_grads", "input_grads", "weight_grads"];
const FOLDER = join(import.meta.dirname!, "..", "golden");

/** The cases of a kind, made on the current engine; to be called within a `tidy`. */
export function recordedCases(kind: string): RecordedCase[] {
  const { cases } = JSON.parse(Deno.readTextFileSync(join(FOLDER, "layers.json"))) as {
    cases: Record<string, Record<string, string>>[];
  };
  using file = readSafetensors(join(FOLDER, "layers.safetensors"));
  const load = (name: string): tf.Tensor => {
    const { shape } = file.tensor(name);
    const values = file.tensor(name).values();
    if (values instanceof Int32Array) return tf.tensor(values, [...shape], "int32");
    return tf.tensor(Float32Array.from(values as Float32Array), [...shape]);
  };
  return cases.filter((recorded) => String(recorded.kind) === kind).map((recorded) => {
    const loaded = ROLES.map((role) => [
      role,
      Object.fromEntries(
        Object.entries(recorded[role] ?? {}).map(([key, name]) => [key, load(name)]),
      ),
    ]);
    return { name: recorded.name, kind, ...Object.fromEntries(loaded) } as unknown as RecordedCase;
  });
}
