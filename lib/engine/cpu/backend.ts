/** TensorFlow.js's cpu backend with this program's kernels. @module */

import { type MathBackendCPU, version_cpu } from "@tensorflow/tfjs-backend-cpu";
import { findBackend } from "@tensorflow/tfjs-core";
import { reuseArrays } from "./arrays.ts";
import { registerFastKernels } from "./fast_kernels.ts";
import { registerCpuKernels } from "./kernels.ts";

export { compileRecorded } from "./compile.ts";
export { setThreads } from "./threads.ts";

/** Name under which TensorFlow.js registers the backend. */
export const BACKEND = "cpu";

/** Version of the backend. */
export const VERSION: string = version_cpu;

/** Prepares the backend; to be called once in a process. */
export function registerCpu(): void {
  // Its first tensor otherwise prints a banner that advises another backend.
  const backend = findBackend(BACKEND) as MathBackendCPU;
  Object.assign(backend, { firstUse: false });
  reuseArrays(backend);
  registerCpuKernels();
  registerFastKernels();
}
