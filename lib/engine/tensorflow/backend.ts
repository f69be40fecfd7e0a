/**
 * TensorFlow.js's node backend on the binding of this folder. Nothing else imports tfjs-node, and
 * this module is loaded only when the tensorflow engine is opened.
 *
 * @module
 */

import "./library/polyfill.ts"; // before tfjs-node
import "tfjs-node/register_all_kernels.js";
import { NodeJSKernelBackend } from "tfjs-node/nodejs_kernel_backend.js";
import { dirname, join } from "node:path";
import { exists } from "../../core/files.ts";
import { type KernelBackend, registerBackend } from "@tensorflow/tfjs-core";
import { TensorFlowBinding } from "./binding/binding.ts";
import type { ContextOptions } from "./binding/context.ts";
import { libraryNames } from "./library/library.ts";
import { dropPages } from "./library/library_pages.ts";
import { openLibrary } from "./library/loading.ts";
import { registerConvPoolKernels } from "./kernels/conv_pool.ts";
import { registerElementwiseKernels } from "./kernels/elementwise_kernels.ts";
import { registerGatherKernel } from "./kernels/gather_kernel.ts";
import { registerLstmKernels } from "./kernels/lstm_kernels.ts";
import { registerMatrixKernels } from "./kernels/matrix_kernels.ts";
import type { NodeBackend } from "./binding/ops.ts";
import { orderingMethods } from "./graph/ordering.ts";
import { registerUniformKernel } from "./kernels/uniform_kernel.ts";

import { compileGraph } from "./graph/graph_step.ts";
import type { TensorFlowBackend } from "./backend_types.ts";

export { compileGraph };

/** Name under which the backend is registered; tfjs-node's kernels insist on it. */
export const BACKEND = "tensorflow";

/**
 * Opens the library at `path` and registers the backend; to be called once in a process.
 *
 * @throws {EngineError} if the library cannot be loaded, or TensorFlow does not start
 */
export function registerTensorFlow(path: string, options: ContextOptions): TensorFlowBinding {
  const binding = new TensorFlowBinding(openLibrary(path), options);
  type BindingOfBackend = ConstructorParameters<typeof NodeJSKernelBackend>[0];
  const backend = new NodeJSKernelBackend(
    binding as unknown as BindingOfBackend,
    "@tensorflow/tfjs-node",
  );
  Object.assign(backend, orderingMethods(backend as unknown as NodeBackend));
  registerBackend(BACKEND, () => backend as KernelBackend, 3);
  registerLstmKernels();
  registerConvPoolKernels();
  registerElementwiseKernels();
  registerGatherKernel();
  registerMatrixKernels();
  registerUniformKernel();
  for (const file of [path, join(dirname(path), libraryNames().beside)]) {
    if (exists(file)) dropPages(file);
  }
  return binding;
}

({ BACKEND, registerTensorFlow, compileGraph }) satisfies TensorFlowBackend;
