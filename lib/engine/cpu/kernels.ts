/** The cpu engine's own kernels, in TensorFlow.js's registry. @module */

import { registerKernel, type TensorInfo } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import type { PhiloxCounter } from "../../core/philox.ts";
import {
  FUSED_LSTM,
  FUSED_LSTM_GRADIENT,
  type LstmAttributes,
  type LstmSizes,
  lstmSizes,
} from "../lstm.ts";
import { PHILOX_UNIFORM, type PhiloxUniformAttributes } from "../uniform.ts";
import {
  CONV_POOL,
  CONV_POOL_INPUT_GRADIENT,
  CONV_POOL_WEIGHT_GRADIENT,
  FUSED_ADAM,
  FUSED_DROPOUT,
  FUSED_DROPOUT_GRADIENT,
  FUSED_GELU,
  FUSED_LAYER_NORM,
  FUSED_LAYER_NORM_GRADIENT,
} from "../fused.ts";
import { newArray, newZeros } from "./arrays.ts";
import { adam } from "./adam.ts";
import { convPool, convPoolInputGradient, convPoolWeightGradient } from "./conv_pool.ts";
import { dropout, dropoutGradient } from "./dropout.ts";
import { gelu } from "./gelu.ts";
import { type Inputs, valuesOf } from "./inputs.ts";
import { layerNorm, layerNormGradient } from "./layer_norm.ts";
import { lstmBackward, type Receive } from "./lstm_backward.ts";
import { type LstmArrays, lstmForward, TRACE_PARTS } from "./lstm_forward.ts";
import { forEachUniform } from "./philox_module.ts";
import { type Packing, packLengths, rowOf, type Walk } from "./packing.ts";

/** Registers the kernels; to be called once. */
export function registerCpuKernels(): void {
  const kernels = {
    [FUSED_LSTM]: fusedLstm,
    [FUSED_LSTM_GRADIENT]: fusedLstmGradient,
    [PHILOX_UNIFORM]: philoxUniform,
    [CONV_POOL]: convPool,
    [CONV_POOL_WEIGHT_GRADIENT]: convPoolWeightGradient,
    [CONV_POOL_INPUT_GRADIENT]: convPoolInputGradient,
    [FUSED_ADAM]: adam,
    [FUSED_DROPOUT]: dropout,
    [FUSED_DROPOUT_GRADIENT]: dropoutGradient,
    [FUSED_GELU]: gelu,
    [FUSED_LAYER_NORM]: layerNorm,
    [FUSED_LAYER_NORM_GRADIENT]: layerNormGradient,
  };
  for (const [kernelName, run] of Object.entries(kernels)) {
    registerKernel({
      kernelName,
      backendName: "cpu",
      kernelFunc: ({ inputs, attrs, backend }) =>
        run(inputs, attrs as unknown as never, backend as MathBackendCPU),
    });
  }
}

/** Everything that both directions of an LSTM start from. */
interface LstmCall {
  readonly sizes: LstmSizes;
  readonly walk: Walk;
  readonly packing: Packing;
  readonly arrays: LstmArrays;
}

function lstmCall(inputs: Inputs, attributes: LstmAttributes, backend: MathBackendCPU): LstmCall {
  const { reverse, timeMajor } = attributes;
  const sizes = lstmSizes(inputs.x!.shape, inputs.weightHh!.shape, timeMajor);
  const arrays: LstmArrays = {
    x: valuesOf(backend, inputs.x),
    weightIh: valuesOf(backend, inputs.weightIh),
    weightHh: valuesOf(backend, inputs.weightHh),
    bias: valuesOf(backend, inputs.bias),
    input: sizes.input,
    hidden: sizes.hidden,
  };
  const walk = { batch: sizes.batch, time: sizes.time, reverse, timeMajor };
  const packing = packLengths(valuesOf<Int32Array>(backend, inputs.lengths), sizes.time);
  return { sizes, walk, packing, arrays };
}

function fusedLstm(
  inputs: Inputs,
  attributes: LstmAttributes,
  backend: MathBackendCPU,
): TensorInfo[] {
  const { sizes, walk, packing, arrays } = lstmCall(inputs, attributes, backend);
  const { batch, hidden } = sizes;
  const { output } = attributes;
  const isAll = output === "sequence" || output === "states";
  const width = output === "states" ? 2 * hidden : hidden;
  const shape = isAll ? [...inputs.x!.shape.slice(0, 2), width] : [batch, hidden];
  const value = newZeros(shape.reduce((a, b) => a * b));
  const trace = lstmForward(arrays, packing, walk, (k, t, hiddens, cells, at) => {
    const isLast = t === packing.lengths[k]! - 1;
    if (!isAll && !isLast) return;
    const row = isAll ? rowOf(packing, walk, k, t) : packing.order[k]!;
    const source = output === "cell" ? cells : hiddens;
    for (let j = 0; j < hidden; j++) value[row * width + j] = source[at + j]!;
    if (output !== "states") return;
    for (let j = 0; j < hidden; j++) value[row * width + hidden + j] = cells[at + j]!;
  });
  return [
    backend.makeTensorInfo(shape, "float32", value),
    backend.makeTensorInfo([packing.rows, TRACE_PARTS * hidden], "float32", trace),
  ];
}

function fusedLstmGradient(
  inputs: Inputs,
  attributes: LstmAttributes,
  backend: MathBackendCPU,
): TensorInfo[] {
  const { sizes, walk, packing, arrays } = lstmCall(inputs, attributes, backend);
  const { hidden } = sizes;
  const dy = valuesOf(backend, inputs.dy);
  const trace = valuesOf(backend, inputs.trace0);
  const isStates = attributes.output === "states";
  const isAll = isStates || attributes.output === "sequence";
  const width = isStates ? 2 * hidden : hidden;
  const receive: Receive = (k, t, dStates, stateAt, dCells, cellAt) => {
    if (!isAll && t !== packing.lengths[k]! - 1) return;
    const row = isAll ? rowOf(packing, walk, k, t) : packing.order[k]!;
    for (let j = 0; j < hidden; j++) dStates[stateAt + j]! += dy[row * width + j]!;
    if (!isStates) return;
    for (let j = 0; j < hidden; j++) dCells[cellAt + j]! += dy[row * width + hidden + j]!;
  };
  const { inputGradient } = attributes;
  const gradients = lstmBackward(arrays, trace, packing, walk, receive, inputGradient);
  const { weightIh, weightHh, bias, x } = gradients;
  const made = [
    backend.makeTensorInfo(inputs.weightIh!.shape, "float32", weightIh),
    backend.makeTensorInfo(inputs.weightHh!.shape, "float32", weightHh),
    backend.makeTensorInfo(inputs.bias!.shape, "float32", bias),
  ];
  if (x !== null) made.push(backend.makeTensorInfo(inputs.x!.shape, "float32", x));
  return made;
}

function philoxUniform(
  inputs: Inputs,
  attributes: PhiloxUniformAttributes,
  backend: MathBackendCPU,
): TensorInfo {
  const { shape, key } = attributes;
  const counter = [...valuesOf<Int32Array>(backend, inputs.counter)];
  const out = newArray(shape.reduce((a, b) => a * b, 1));
  forEachUniform(out.length, key, counter as unknown as PhiloxCounter, (numbers, at) => {
    out.set(numbers, at);
  });
  return backend.makeTensorInfo([...shape], "float32", out);
}
