/** Finds a GPU, without the package that computes on it. @module */

import type { Device } from "../types.ts";

/** The message where there is no adapter. */
export const NO_ADAPTER = `Cannot open the engine "webgpu": no WebGPU adapter was found; ` +
  (Deno.build.os === "linux"
    ? `install the Vulkan driver of your GPU, or one that computes in software (Debian: ` +
      `"apt install mesa-vulkan-drivers libvulkan1")`
    : "install the current driver of your GPU");

/**
 * The adapter of the best GPU, or of a driver that computes in software; null where there is
 * neither. `cpu` asks for a driver that computes in software.
 */
export async function findAdapter(device: Device | "auto" = "auto"): Promise<GPUAdapter | null> {
  if (Deno.build.os === "linux") {
    // Some drivers offer an adapter through OpenGL too, where nothing was tested.
    setDefault("DENO_WEBGPU_BACKEND", "vulkan");
    // Mesa otherwise looks for a display, and complains twice to stderr that there is none.
    if (Deno.env.get("XDG_RUNTIME_DIR") === undefined) setDefault("NODEVICE_SELECT", "1");
  }
  return await navigator.gpu?.requestAdapter({
    powerPreference: "high-performance",
    forceFallbackAdapter: device === "cpu",
  }) ?? null;
}

/** What an adapter is called. */
export function adapterName({ info }: GPUAdapter): string {
  return info.description || [info.vendor, info.architecture].join(" ").trim() || "unnamed GPU";
}

/** Whether an adapter is a GPU, or a driver that computes in software. */
export function adapterDevice({ info }: GPUAdapter): Device {
  return info.isFallbackAdapter ? "cpu" : "gpu";
}

/** Sets an environment variable that the user has not set. */
function setDefault(name: string, value: string): void {
  if (Deno.env.get(name) === undefined) Deno.env.set(name, value);
}
