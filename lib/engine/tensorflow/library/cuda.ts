/**
 * NVIDIA's libraries, which TensorFlow's build for GPUs loads while it runs. `LD_LIBRARY_PATH` is
 * read when a process starts and so cannot be set from inside: the libraries are loaded first, and
 * TensorFlow then finds them by their names.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { exists } from "../../../core/files.ts";
import { keepLoaded } from "./native_loader.ts";

/** The driver: part of the system, not of any package. */
const DRIVER = "libcuda.so.1";

/** What TensorFlow loads, each after what it needs itself, for the CUDA 12 of this release. */
const LIBRARIES = [
  "libcudart.so.12",
  "libnvrtc.so.12",
  "libnvJitLink.so.12",
  "libcublasLt.so.12",
  "libcublas.so.12",
  "libcufft.so.11",
  "libcurand.so.10",
  "libcusparse.so.12",
  "libcusolver.so.11",
  "libcupti.so.12",
  "libnccl.so.2",
  "libcudnn.so.9",
] as const;

/** An op whose only kernels are for GPUs. */
const GPU_OP = "CudnnRNNV3";

/** Where NVIDIA's packages lie beside TensorFlow's, by the layout of their wheels. */
function nvidiaFolder(library: string): string {
  return join(dirname(dirname(library)), "nvidia");
}

/** The file of each of {@linkcode LIBRARIES} in a folder; the bare name where there is none. */
function locate(folder: string): string[] {
  const packages = exists(folder)
    ? [...Deno.readDirSync(folder)].map(({ name }) => join(folder, name, "lib"))
    : [];
  return LIBRARIES.map((name) => {
    const at = packages.find((packageFolder) => exists(join(packageFolder, name)));
    return at === undefined ? name : join(at, name);
  });
}

/** Whether the loader finds and accepts a library, which then stays. */
function tryLoad(library: string): boolean {
  try {
    keepLoaded(library, true);
    return true;
  } catch {
    return false;
  }
}

/**
 * Loads NVIDIA's libraries, where their packages lie beside the package of the TensorFlow library
 * `library`; to be called before that is loaded. What does not load is left to
 * {@linkcode missingCuda} to tell.
 */
export function loadCuda(library: string): void {
  const folder = nvidiaFolder(library);
  if (Deno.build.os === "linux" && exists(folder)) locate(folder).forEach(tryLoad);
}

/**
 * Names of the libraries that TensorFlow's build for GPUs needs and this machine lacks, the
 * driver's first.
 */
export function missingCuda(library: string): string[] {
  const wanted = [DRIVER, ...locate(nvidiaFolder(library))];
  return [DRIVER, ...LIBRARIES].filter((_, i) => !tryLoad(wanted[i]!));
}

/** Whether NVIDIA's driver is there. */
export function hasDriver(): boolean {
  return tryLoad(DRIVER);
}

/** Whether a TensorFlow library is a build for GPUs. */
export function isCudaBuild(library: string): boolean {
  const opened = Deno.dlopen(library, {
    TF_NewStatus: { parameters: [], result: "u64" },
    TF_DeleteStatus: { parameters: ["u64"], result: "void" },
    TF_GetRegisteredKernelsForOp: { parameters: ["buffer", "u64"], result: "pointer" },
    TF_DeleteBuffer: { parameters: ["pointer"], result: "void" },
  });
  const native = opened.symbols;
  const status = native.TF_NewStatus();
  const name = new TextEncoder().encode(GPU_OP + "\0");
  const kernels = native.TF_GetRegisteredKernelsForOp(name, status);
  // struct TF_Buffer { const void* data; size_t length; … }
  const length = kernels === null ? 0n : new Deno.UnsafePointerView(kernels).getBigUint64(8);
  if (kernels !== null) native.TF_DeleteBuffer(kernels);
  native.TF_DeleteStatus(status);
  opened.close();
  return length > 0n;
}

/** Why a TensorFlow library that has been opened sees no GPU, and what helps. */
export function whyNoGpu(library: string): string {
  if (!isCudaBuild(library)) {
    return `its build is for CPUs; run "deno task engine:install --cuda" (Linux on x86-64)`;
  }
  const missing = missingCuda(library);
  if (missing.length === 0) return "its build is for CUDA, but there is no NVIDIA GPU";
  const remedies = [
    ...(missing.includes(DRIVER) ? ["install NVIDIA's driver"] : []),
    ...(missing.some((name) => name !== DRIVER) ? [`run "deno task engine:install --cuda"`] : []),
  ];
  return `its build is for CUDA, and these libraries are missing: ${missing.join(", ")}; ` +
    remedies.join(" and ");
}
