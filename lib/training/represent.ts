/** What a network makes of samples before it scores them. @module */

import { joinFloats } from "../core/floats.ts";
import type { Split } from "../data/mod.ts";
import { type Engine, type NamedTensors, tf } from "../engine/mod.ts";
import type { Inputs, Network, Task } from "../models/mod.ts";
import { Breath } from "./breath.ts";
import { readInputs } from "./inputs.ts";

/** Vectors of samples, in the order of their split. */
export interface Vectors {
  /** Numbers of a vector. */
  readonly width: number;
  /** [samples, width] in C order. */
  readonly values: Float32Array;
}

/** What a network makes of samples: vectors of a modality or of all together, and scores of its own. */
export interface Representation {
  /** By what they are of; what the network does not tell is absent. */
  readonly vectors: Readonly<Partial<Record<Task, Vectors>>>;
  /** [samples] for each task that has a head; none where the network scores once. */
  readonly scores: Readonly<Partial<Record<Task, Float32Array>>>;
}

/** The outputs that are told; a network declares them by these names. */
const OUTPUT = /^(feature|score)\.(text|audio|vision|fusion)$/;

/**
 * The representations, [samples, width] each, and scores of a split without dropout, as the forward
 * pass has them.
 *
 * @param batches positions in the split, in their order
 * @throws {EngineError} the engine has no memory left
 */
export async function represent(
  engine: Pick<Engine, "compile">,
  network: Network,
  split: Split,
  batches: Iterable<ArrayLike<number>>,
): Promise<Representation> {
  const step = engine.compile((inputs: NamedTensors) => {
    const outputs = Object.entries(network.apply(inputs as Inputs, null));
    // One tensor may go by two names, and an engine returns each once.
    return Object.fromEntries(
      outputs.filter(([name]) => OUTPUT.test(name)).map(([name, x]) => [name, tf.clone(x)]),
    );
  }, { state: Object.fromEntries(network.weights()) });
  const parts = new Map<string, Float32Array[]>(), widths = new Map<string, number>();
  const breath = new Breath();
  try {
    for (const indices of batches) {
      const inputs = readInputs(network, split, indices) as NamedTensors;
      const outputs = step(inputs);
      for (const [name, tensor] of Object.entries(outputs)) {
        // A copy: the cpu engine hands out its own memory of small tensors.
        const values = (await tensor.data<"float32">()).slice();
        parts.set(name, [...parts.get(name) ?? [], values]);
        widths.set(name, tensor.size / indices.length);
      }
      tf.dispose([inputs, outputs] as tf.TensorContainer);
      await breath.take();
    }
  } finally {
    step.dispose();
  }
  const vectors: Partial<Record<Task, Vectors>> = {};
  const scores: Partial<Record<Task, Float32Array>> = {};
  for (const [name, rows] of parts) {
    const [, kind, task] = OUTPUT.exec(name)! as unknown as [string, string, Task];
    const values = joinFloats(rows);
    if (kind === "score") scores[task] = values;
    else vectors[task] = { width: widths.get(name)!, values };
  }
  return { vectors, scores };
}
