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
  greaterEqual,
  mul,
  type NamedTensorMap,
  registerGradient,
  sum,
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
/**
 * `x` [batch, time, in], `counts` int32 [batch], `weight` [out, in, size], `bias` [out] →
 * `[value, places]`, both [batch, out]: the largest of 0 and the responses of each filter at the
 * first `counts` places, with `before` zeros before the first step, and at which of them it is, or −1.
 */
export const CONV_POOL = "ConvPool";
/** What `CONV_POOL` has, `places` and `dy` → `dWeight`. */
export const CONV_POOL_WEIGHT_GRADIENT = "ConvPoolWeightGradient";
/** The same → `dX`. */
export const CONV_POOL_INPUT_GRADIENT = "ConvPoolInputGradient";

/** `x`, `counter` int32 [4] → `[x / (1 − rate) or 0, kept]`: what dropout keeps, and whether. */
export const FUSED_DROPOUT = "FusedDropout";
/** `dy`, `kept` → `[dX]`. */
export const FUSED_DROPOUT_GRADIENT = "FusedDropoutGradient";

/** Numbers of both; the gradient takes no key. */
export interface DropoutAttributes {
  readonly rate: number;
  /** Words of the key of the mask. */
  readonly key0: number;
  readonly key1: number;
}

/**
 * A step of Adam: `variable`, its moments `first` and `second`, `gradient`, all of one shape, and the
 * scalars `firstCorrection`, `secondCorrection` and, where rates change, `rate` → the new variable
 * and moments.
 */
export const FUSED_ADAM = "FusedAdam";

/** Numbers of `FUSED_ADAM`. */
export interface AdamAttributes {
  readonly learningRate: number;
  /** Decay that is added to the gradient. */
  readonly l2: number;
  /** Decay of the variable itself. */
  readonly decoupled: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Whether {@linkcode runFused} is off. */
let isByOps = false;

/** Does `work` without these kernels: by the ops that they stand for. */
export function byOps<T>(work: () => T): T {
  const before = isByOps;
  isByOps = true;
  try {
    return work();
  } finally {
    isByOps = before;
  }
}

/** The outputs of a kernel; null where the engine in use does not have it. */
export function runFused(
  kernel: string,
  inputs: Readonly<Record<string, Tensor>>,
  attributes: Readonly<Record<string, number>> = {},
): Tensor[] | null {
  if (isByOps || getKernel(kernel, getBackend()) === undefined) return null;
  return engine().runKernel(kernel, inputs as NamedTensorMap, attributes);
}

// Registered, not custom: the gradient of x, which most inputs do not need, is then made on demand.
registerGradient({
  kernelName: CONV_POOL,
  inputsToSave: ["x", "weight"],
  outputsToSave: [false, true],
  gradFunc: (dy, saved, attributes) => {
    const [x, weight, places] = saved as [Tensor, Tensor, Tensor];
    const inputs = { x, weight, places, dy: (dy as Tensor[])[0]! };
    const run = (kernel: string) => () => engine().runKernel<Tensor>(kernel, inputs, attributes);
    return {
      x: run(CONV_POOL_INPUT_GRADIENT),
      weight: run(CONV_POOL_WEIGHT_GRADIENT),
      bias: () => sum(mul(inputs.dy, greaterEqual(places, 0)), 0),
    };
  },
});
