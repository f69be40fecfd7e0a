/** WebAssembly modules on the memory that the cpu engine's threads share. @module */

import { sharedMemory } from "./memory.ts";
import { type ModuleParts, writeModule } from "./wasm_writer.ts";

/** A module's function: addresses and other integers, then float64. */
export type Run = (...values: number[]) => void;

/**
 * A module's function, made when it is first asked for, in the memory that there is then. V8 calls
 * it fastest from one place that calls no other.
 */
export function onSharedMemory(parts: () => Omit<ModuleParts, "isShared">): () => Run {
  let run: Run | null = null;
  return () => run ??= open(parts());
}

function open(parts: Omit<ModuleParts, "isShared">): Run {
  const module = new WebAssembly.Module(writeModule({ ...parts, isShared: true }));
  const { exports } = new WebAssembly.Instance(module, { threads: { memory: sharedMemory() } });
  return exports["run"] as Run;
}
