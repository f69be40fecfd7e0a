/**
 * The kernels of the fused LSTM on TensorFlow: by cuDNN on a GPU; on a CPU by TensorFlow's block ops, or
 * step by step.
 *
 * @module
 */

import { registerKernel } from "@tensorflow/tfjs-core";
import { FUSED_LSTM, FUSED_LSTM_GRADIENT, type LstmAttributes } from "../../lstm.ts";
import { BlockLstm } from "./block_lstm.ts";
import { CudnnLstm } from "./cudnn_lstm.ts";
import type { NodeBackend } from "../binding/ops.ts";
import { WideLstm } from "./wide_lstm.ts";

/** Registers both kernels; to be called once. */
export function registerLstmKernels(): void {
  const kernels = { [FUSED_LSTM]: "forward", [FUSED_LSTM_GRADIENT]: "gradient" } as const;
  for (const [kernelName, direction] of Object.entries(kernels)) {
    registerKernel({
      kernelName,
      backendName: "tensorflow",
      kernelFunc: ({ inputs, attrs, backend }) => {
        const isGpu = (backend as NodeBackend).binding.isUsingGpuDevice();
        const attributes = attrs as unknown as LstmAttributes;
        // cuDNN gives no cell states but the last.
        const Lstm = isGpu && attributes.output !== "states" ? CudnnLstm : BlockLstm;
        const wide = new WideLstm(inputs, attributes, backend);
        const call = !isGpu && wide.fits ? wide : new Lstm(inputs, attributes, backend);
        using _ = call.scope;
        return call[direction]();
      },
    });
  }
}
