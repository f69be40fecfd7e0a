/** WebAssembly modules on the memory that the cpu engine's threads share. @module */

import { sharedMemory } from "./memory.ts";
import { type ModuleParts, writeModule } from "./wasm_writer.ts";

/** A module's function: addresses and other integers, then float64. */
export type Run = (...values: number[]) => void;

/** A module's function, in the memory that there is when it is first called. */
export function onSharedMemory(parts: () => Omit<ModuleParts, "isShared">): Run {
  let run: Run | null = null;
  return (...values) => (run ??= open(parts()))(...values);
}

function open(parts: Omit<ModuleParts, "isShared">): Run {
  const module = new WebAssembly.Module(writeModule({ ...parts, isShared: true }));
  const { exports } = new WebAssembly.Instance(module, { threads: { memory: sharedMemory() } });
  return exports["run"] as Run;
}
