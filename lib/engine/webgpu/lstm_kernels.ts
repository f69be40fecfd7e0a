/** The fused LSTM on two shaders, and matrix products over all steps at once. @module */

import { registerKernel, type TensorInfo } from "@tensorflow/tfjs-core";
import {
  FUSED_LSTM,
  FUSED_LSTM_GRADIENT,
  type LstmAttributes,
  type LstmSizes,
  lstmSizes,
} from "../lstm.ts";
import type { Uniform, WebGpuBackend } from "./backend_types.ts";
import { backwardProgram, forwardProgram, lstmLayout } from "./lstm_programs.ts";
import { KernelScope } from "./scope.ts";

type Inputs = Readonly<Record<string, TensorInfo>>;

/** Registers both kernels; to be called once. */
export function registerLstmKernels(): void {
  const kernels = { [FUSED_LSTM]: fusedLstm, [FUSED_LSTM_GRADIENT]: fusedLstmGradient };
  for (const [kernelName, run] of Object.entries(kernels)) {
    registerKernel({
      kernelName,
      backendName: "webgpu",
      kernelFunc: ({ inputs, attrs, backend }) => {
        const attributes = attrs as unknown as LstmAttributes;
        const { x, weightHh } = inputs as Inputs;
        const sizes = lstmSizes(x!.shape, weightHh!.shape, attributes.timeMajor);
        checkLengths(backend as WebGpuBackend, inputs.lengths!, sizes.time);
        using scope = new KernelScope(backend as WebGpuBackend);
        return run(scope, inputs as Inputs, attributes, sizes);
      },
    });
  }
}

/** Lengths that are on the GPU cannot be looked at; a wrong one gives NaN there. */
function checkLengths(backend: WebGpuBackend, lengths: TensorInfo, time: number): void {
  const values = backend.tensorMap.get(lengths.dataId).values as Int32Array | null | undefined;
  values?.forEach((length, sample) => {
    if (length >= 1 && length <= time) return;
    throw new RangeError(
      `Cannot run an LSTM: the length of sample ${sample} is ${length}, ` +
        `expected a number from 1 to ${time}`,
    );
  });
}

function uniformsOf({ batch, time }: LstmSizes): Uniform[] {
  return [{ type: "int32", data: [batch] }, { type: "int32", data: [time] }];
}

function fusedLstm(
  scope: KernelScope,
  { x, lengths, weightIh, weightHh, bias }: Inputs,
  attributes: LstmAttributes,
  sizes: LstmSizes,
): TensorInfo[] {
  const { batch, time, input, hidden } = sizes;
  const steps = scope.reshape(x!, [batch * time, input]);
  const products = scope.matMul(steps, weightIh!, false, true);
  const weights = scope.run("Transpose", { x: weightHh! }, { perm: [1, 0] });
  const trace = scope.program(
    forwardProgram(sizes, attributes, scope.backend.device.limits),
    [products, weights, bias!, lengths!],
    uniformsOf(sizes),
  );
  const layout = lstmLayout(sizes);
  const value = {
    final: () => scope.part(trace, layout.finalHidden, [batch, hidden]),
    cell: () => scope.part(trace, layout.finalCell, [batch, hidden]),
    sequence: () => scope.part(trace, layout.hiddens, [...x!.shape.slice(0, 2), hidden]),
    states: () => {
      const shape = [...x!.shape.slice(0, 2), hidden];
      const [h, c] = [layout.hiddens, layout.cells].map((at) => scope.part(trace, at, shape));
      return scope.run("Concat", [h!, c!] as never, { axis: 2 });
    },
  }[attributes.output]();
  return [scope.take(value), scope.take(trace)];
}

function fusedLstmGradient(
  scope: KernelScope,
  { x, dy, lengths, weightIh, weightHh, trace0 }: Inputs,
  attributes: LstmAttributes,
  sizes: LstmSizes,
): TensorInfo[] {
  const { batch, time, input, hidden } = sizes;
  const rows = batch * time;
  const made = scope.program(
    backwardProgram(sizes, attributes, scope.backend.device.limits),
    [trace0!, weightHh!, lengths!, dy!],
    uniformsOf(sizes),
  );
  const layout = lstmLayout(sizes);
  const dGates = scope.part(made, layout.gates, [rows, 4 * hidden]);
  const before = scope.part(made, layout.before, [rows, hidden]);
  const steps = scope.reshape(x!, [rows, input]);
  const gradients = [
    scope.matMul(dGates, steps, true),
    scope.matMul(dGates, before, true),
    scope.run("Sum", { x: dGates }, { axis: [0], keepDims: false }),
  ];
  if (attributes.inputGradient) {
    gradients.push(scope.reshape(scope.matMul(dGates, weightIh!), x!.shape));
  }
  return gradients.map((gradient) => scope.take(gradient));
}
