/**
 * Recorded layer, loss and optimizer cases of the reference implementation, as files.
 *
 * @module
 */

import { DataError, reasonOf } from "../core/errors.ts";
import type { Engine } from "../engine/mod.ts";
import { readWeights } from "../training/weights.ts";

/** A recorded array. Integers are held as float32: they are small. */
export interface RecordedArray {
  /** Its shape. */
  readonly shape: readonly number[];
  /** The values. */
  readonly values: Float32Array;
}

/** Recorded arrays by key. */
export type RecordedArrays = Readonly<Record<string, RecordedArray>>;

/** One case: what went in, what came out, and the gradients of Σ outputs · outputGrads. */
export interface LayerCase {
  /** Of the case. */
  readonly name: string;
  /** Of the layer. */
  readonly kind: string;
  /** Sizes and options of the layer. */
  // deno-lint-ignore no-explicit-any -- hyper-parameters differ by kind; each runner knows its own
  readonly hyper: Readonly<Record<string, any>>;
  /** Recorded inputs. */
  readonly inputs: RecordedArrays;
  /** Recorded weights. */
  readonly weights: RecordedArrays;
  /** Recorded outputs. */
  readonly outputs: RecordedArrays;
  /** Gradients that came from above. */
  readonly outputGrads: RecordedArrays;
  /** Recorded gradients of the inputs. */
  readonly inputGrads: RecordedArrays;
  /** Recorded gradients of the weights. */
  readonly weightGrads: RecordedArrays;
}

/** The largest deviations of a case; null for what it does not record. */
export interface LayerResult {
  /** Of the case. */
  readonly name: string;
  /** Of the layer. */
  readonly kind: string;
  /** Whether all is within tolerance: 1e-5 for outputs and gradients, 2e-5 after whole trainings, 1e-6 for optimizers. */
  readonly ok: boolean;
  /** Deviation of the outputs. */
  readonly output: number | null;
  /** Deviations of gradients, divided by max(1, largest entry of the recorded one). */
  readonly inputGrad: number | null;
  /** As that of the inputs. */
  readonly weightGrad: number | null;
}

/** What a check needs of an engine. */
export type CompilingEngine = Pick<Engine, "name" | "compile">;

/** A case as it stands in the file: keys to tensor names. */
interface CaseEntry {
  readonly name: string;
  readonly kind: string;
  readonly hyper: Readonly<Record<string, unknown>>;
  readonly [part: string]: unknown;
}

/**
 * Reads `path` (JSON) and the safetensors file of the same name beside it.
 *
 * @throws {DataError} when a file cannot be read or a case names a tensor that is not there.
 *
 * @example
 * ```ts
 * import { readLayerCases } from "./layer_cases.ts";
 * import { assertEquals } from "@std/assert";
 * const path = new URL("../../tests/golden/layers.json", import.meta.url).pathname;
 * const { kind, hyper, weights } = readLayerCases(path)[0]!;
 * assertEquals([kind, hyper["input_size"], hyper["hidden_size"]], ["lstm", 4, 6]);
 * assertEquals(weights["weight_ih"]!.shape, [4 * 6, 4]); // PyTorch's, four gates
 * ```
 */
export function readLayerCases(path: string): LayerCase[] {
  let entries: CaseEntry[];
  try {
    entries = JSON.parse(Deno.readTextFileSync(path)).cases;
  } catch (error) {
    throw new DataError(`Cannot read "${path}": ${reasonOf(error)}, expected layer cases`);
  }
  if (!Array.isArray(entries)) {
    throw new DataError(`Cannot read "${path}": it has no "cases", expected a list of them`);
  }
  const { weights } = readWeights(path.replace(/\.json$/, ".safetensors"));
  return entries.map((entry) => {
    const part = (key: string): RecordedArrays => {
      const names = (entry[key] ?? {}) as Readonly<Record<string, string>>;
      return Object.fromEntries(
        Object.entries(names).map(([name, tensor]) => {
          const found = weights.get(tensor);
          if (found !== undefined) return [name, found];
          throw new DataError(
            `Cannot read "${path}": case "${entry.name}" names tensor "${tensor}", ` +
              "which is not in the safetensors file",
          );
        }),
      );
    };
    return {
      name: entry.name,
      kind: entry.kind,
      hyper: entry.hyper,
      inputs: part("inputs"),
      weights: part("weights"),
      outputs: part("outputs"),
      outputGrads: part("output_grads"),
      inputGrads: part("input_grads"),
      weightGrads: part("weight_grads"),
    };
  });
}
