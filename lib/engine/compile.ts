/** The plain form of `Engine.compile`: the step itself. @module */

import { tidy } from "@tensorflow/tfjs-core";
import type { CompiledStep, CompileOptions, NamedTensors } from "./types.ts";

/**
 * Wraps `step` so that every tensor it makes is freed, except the ones it returns and those that
 * the state now holds.
 */
export function compileEager<I extends NamedTensors, O extends NamedTensors>(
  step: (inputs: I, variant: string) => O,
  _options: CompileOptions,
): CompiledStep<I, O> {
  function run(inputs: I, variant = ""): O {
    return tidy(() => step(inputs, variant) as O & Record<string, never>);
  }
  return Object.assign(run, { dispose: () => {} });
}
