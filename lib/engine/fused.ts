/**
 * Kernels that stand for several ops, on engines that gain by it: the cpu engine makes a new array
 * for each op, which takes longer than what is computed into it.
 *
 * @module
 */

import {
  engine,
  getBackend,
  getKernel,
  type NamedTensorMap,
  type Tensor,
} from "@tensorflow/tfjs-core";

/** `x` → `[x Φ(x), its derivative]`, of any shape. */
export const FUSED_GELU = "FusedGelu";
/**
 * `x` [rows, width], `weight`, `bias` → `[normal · weight + bias, normal, scale]`, with `normal` =
 * (x − mean) · `scale` and `scale` = 1 / √(variance + `epsilon`), [rows, 1].
 */
export const FUSED_LAYER_NORM = "FusedLayerNorm";
/** `dy`, `normal`, `scale`, `weight` → `[dX, dWeight, dBias]`. */
export const FUSED_LAYER_NORM_GRADIENT = "FusedLayerNormGradient";

/** The outputs of a kernel; null where the engine in use does not have it. */
export function runFused(
  kernel: string,
  inputs: Readonly<Record<string, Tensor>>,
  attributes: Readonly<Record<string, number>> = {},
): Tensor[] | null {
  if (getKernel(kernel, getBackend()) === undefined) return null;
  return engine().runKernel(kernel, inputs as NamedTensorMap, attributes);
}
