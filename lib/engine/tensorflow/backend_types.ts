/**
 * What `backend.ts` has. Its own types would make every type check download the kernels of
 * `npm:@tensorflow/tfjs-node-gpu`, and note them in `deno.lock`.
 *
 * @module
 */

import type { Engine } from "../types.ts";
import type { TensorFlowBinding } from "./binding/binding.ts";
import type { ContextOptions } from "./binding/context.ts";

/** The module. */
export interface TensorFlowBackend {
  readonly BACKEND: string;
  registerTensorFlow(path: string, options: ContextOptions): TensorFlowBinding;
  readonly compileGraph: Engine["compile"];
}
