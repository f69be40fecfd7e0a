/**
 * What a forward pass computes, as a list of TensorFlow.js's kernels: their names, attributes, and
 * which tensor comes from where.
 *
 * @module
 */

import { type DataType, engine, type NamedAttrMap, type Tensor } from "@tensorflow/tfjs-core";
import { byOps } from "./fused.ts";
import type { NamedTensors } from "./types.ts";
import { tf } from "./tensor.ts";

/** A tensor that no recorded kernel made, and that is not among the named ones. */
export interface RecordedConstant {
  /** Off the engine. */
  readonly values: Float32Array | Int32Array | Uint8Array;
}

/** Where a tensor comes from: a name that was given, a number of a call and of its output, or values. */
export type Origin =
  | { readonly name: string }
  | { readonly call: number; readonly output: number }
  | RecordedConstant;

/** A tensor of a recording. */
export interface RecordedTensor {
  /** Where from. */
  readonly origin: Origin;
  /** Its sizes. */
  readonly shape: readonly number[];
  /** Its type. */
  readonly dtype: DataType;
}

/** One kernel that ran. */
export interface KernelCall {
  /** As TensorFlow.js registers it, for example `BatchMatMul`; or one of ours. */
  readonly kernel: string;
  /** By TensorFlow.js's names; where it takes a list, by number. */
  readonly inputs: Readonly<Record<string, RecordedTensor>>;
  /** As they were given. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Sizes and types of what it made; a kernel without inputs also has their values. */
  readonly outputs: readonly RecordedTensor[];
}

/** A recorded computation. */
export interface KernelRecording {
  /** In the order in which they ran. */
  readonly calls: readonly KernelCall[];
  /** What was returned. */
  readonly outputs: Readonly<Record<string, RecordedTensor>>;
}

/**
 * Runs `work` on the engine that is open, and records every kernel that it runs. The LSTM is one
 * call; other kernels that an engine has for several ops do not run, and the ops are recorded.
 *
 * @param named inputs and weights, by names that the recording then has for them
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "./mod.ts";
 * import { recordKernels } from "./record_kernels.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const x = tf.tensor1d([-1, 2]);
 * const { calls, outputs } = recordKernels({ x }, () => ({ y: tf.relu(tf.mul(x, 2)) }));
 * assertEquals(calls.map(({ kernel }) => kernel), ["Multiply", "Relu"]);
 * assertEquals(calls[0]!.inputs["a"]!.origin, { name: "x" });
 * assertEquals(outputs["y"]!.origin, { call: 1, output: 0 });
 * ```
 */
export function recordKernels(named: NamedTensors, work: () => NamedTensors): KernelRecording {
  const calls: KernelCall[] = [];
  const origins = new Map<number, Origin>();
  for (const [name, { id }] of Object.entries(named)) origins.set(id, { name });
  const describe = (tensor: Tensor): RecordedTensor => {
    let origin = origins.get(tensor.id);
    // Its values may be gone later.
    if (origin === undefined) origins.set(tensor.id, origin = { values: valuesOf(tensor) });
    return { origin, shape: [...tensor.shape], dtype: tensor.dtype };
  };

  const target = engine();
  const run = target.runKernel.bind(target);
  function record(name: string, inputs: object, attributes: NamedAttrMap = {}): unknown {
    const present = Object.entries(inputs).filter(([, tensor]) => tensor !== null && tensor?.id);
    const described = present.map(([key, tensor]) => [key, describe(tensor)]);
    const result = run(name, inputs as never, attributes);
    const made = (Array.isArray(result) ? result : [result]) as Tensor[];
    const call = calls.length;
    // What depends on nothing is a constant, whose values the kernel knows best.
    if (described.length > 0) {
      made.forEach(({ id }, output) => origins.set(id, { call, output }));
    }
    calls.push({
      kernel: name,
      inputs: Object.fromEntries(described),
      attributes: { ...attributes },
      outputs: made.map(describe),
    });
    return result;
  }
  target.runKernel = record as typeof target.runKernel;
  try {
    const outputs: Record<string, RecordedTensor> = {};
    tf.tidy(() => {
      const made = byOps(work);
      for (const [key, tensor] of Object.entries(made)) outputs[key] = describe(tensor);
    });
    return { calls, outputs };
  } finally {
    // What hides the method of the class goes, and the method is there again.
    Reflect.deleteProperty(target, "runKernel");
  }
}

function valuesOf(tensor: Tensor): RecordedConstant["values"] {
  return tensor.dataSync() as RecordedConstant["values"];
}
