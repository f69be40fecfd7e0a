/** The cpu engine's own kernels, in TensorFlow.js's registry. @module */

import { registerKernel, type TensorInfo } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import type { PhiloxCounter } from "../../core/philox.ts";
import { FUSED_LSTM, FUSED_LSTM_GRADIENT, type LstmAttributes, lstmSizes } from "../lstm.ts";
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
import { newArray } from "./arrays.ts";
import { adam } from "./adam.ts";
import { convPool, convPoolInputGradient, convPoolWeightGradient } from "./conv_pool.ts";
import { dropout, dropoutGradient } from "./dropout.ts";
import { gelu } from "./gelu.ts";
import { type Inputs, valuesOf } from "./inputs.ts";
import { layerNorm, layerNormGradient } from "./layer_norm.ts";
import { lstmBackward } from "./lstm_backward.ts";
import { type LstmArrays, lstmForward, type LstmShape, outputOf } from "./lstm_forward.ts";
import { TRACE_PARTS } from "./lstm_module.ts";
import { forEachUniform } from "./philox_module.ts";

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
function lstmCall(inputs: Inputs, attributes: LstmAttributes, backend: MathBackendCPU): {
  readonly arrays: LstmArrays;
  readonly shape: LstmShape;
} {
  const { reverse, timeMajor, output } = attributes;
  const { batch, time, input, hidden } = lstmSizes(
    inputs["x"]!.shape,
    inputs["weightHh"]!.shape,
    timeMajor,
  );
  const arrays: LstmArrays = {
    x: valuesOf(backend, inputs["x"]),
    lengths: valuesOf<Int32Array>(backend, inputs["lengths"]),
    weightIh: valuesOf(backend, inputs["weightIh"]),
    weightHh: valuesOf(backend, inputs["weightHh"]),
    bias: valuesOf(backend, inputs["bias"]),
  };
  return { arrays, shape: { input, hidden, output, walk: { batch, time, reverse, timeMajor } } };
}

function fusedLstm(
  inputs: Inputs,
  attributes: LstmAttributes,
  backend: MathBackendCPU,
): TensorInfo[] {
  const { arrays, shape } = lstmCall(inputs, attributes, backend);
  const { hidden, walk: { batch } } = shape;
  const { value, trace } = lstmForward(arrays, shape);
  const { isAll, width } = outputOf(shape);
  const sizes = isAll ? [...inputs["x"]!.shape.slice(0, 2), width] : [batch, hidden];
  const traceWidth = TRACE_PARTS * hidden;
  return [
    backend.makeTensorInfo(sizes, "float32", value),
    backend.makeTensorInfo([trace.length / traceWidth, traceWidth], "float32", trace),
  ];
}

function fusedLstmGradient(
  inputs: Inputs,
  attributes: LstmAttributes,
  backend: MathBackendCPU,
): TensorInfo[] {
  const { arrays, shape } = lstmCall(inputs, attributes, backend);
  const dy = valuesOf(backend, inputs["dy"]), trace = valuesOf(backend, inputs["trace0"]);
  const gradients = lstmBackward(arrays, trace, dy, shape, attributes.inputGradient);
  const { weightIh, weightHh, bias, x } = gradients;
  const made = [
    backend.makeTensorInfo(inputs["weightIh"]!.shape, "float32", weightIh),
    backend.makeTensorInfo(inputs["weightHh"]!.shape, "float32", weightHh),
    backend.makeTensorInfo(inputs["bias"]!.shape, "float32", bias),
  ];
  if (x !== null) made.push(backend.makeTensorInfo(inputs["x"]!.shape, "float32", x));
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
