/**
 * TensorFlow.js's webgpu backend with this program's kernels. This module is loaded only when the
 * webgpu engine is opened, and loads the package itself in the same way.
 *
 * @module
 */

import { env, registerBackend, removeBackend } from "@tensorflow/tfjs-core";
import { replaceAddNKernel } from "./add_n_kernel.ts";
import type { WebGpuBackend, WebGpuPackage } from "./backend_types.ts";
import { replaceCastKernel } from "./cast_kernel.ts";
import { throwOnRead } from "./errors.ts";
import { registerLstmKernels } from "./lstm_kernels.ts";
import { registerUniformKernel } from "./uniform_kernel.ts";

/** Name under which the backend is registered; its kernels insist on it. */
export const BACKEND = "webgpu";

/** Limits of a device that are by default those of the weakest GPU; kernels adapt to more. */
const LIMITS = [
  "maxBufferSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
  "maxStorageBufferBindingSize",
] as const;

/** Opens the GPU of `adapter` and registers the backend; to be called once in a process. */
export async function registerWebGpu(adapter: GPUAdapter): Promise<WebGpuBackend> {
  // Through a computed name: a literal one would be downloaded for every engine.
  const specifier: string = "@tensorflow/tfjs-backend-webgpu";
  const { WebGPUBackend } = await import(specifier) as WebGpuPackage;
  const device = await adapter.requestDevice({
    requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
  });
  // Otherwise small ops run on the CPU, and the self-test tests something else than what is used.
  env().set("WEBGPU_CPU_FORWARD", false);
  const backend = new WebGPUBackend(device, adapter.info);
  throwOnRead(backend);
  removeBackend(BACKEND); // which importing the package registers
  registerBackend(BACKEND, () => backend, 3);
  registerLstmKernels();
  registerUniformKernel();
  replaceCastKernel();
  replaceAddNKernel();
  return backend;
}
