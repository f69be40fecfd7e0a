/** The packages that write and run ONNX files, loaded when they are first used. @module */

import { loadPackage } from "../core/packages.ts";
import type { OnnxInput } from "./onnx_inputs.ts";
import type { InputValues } from "./onnx_inputs.ts";
import type { ModelProto } from "./onnx_types.ts";

interface ProtoPackage {
  readonly default: {
    readonly onnx: { readonly ModelProto: { encode(model: ModelProto): { finish(): Uint8Array } } };
  };
}

interface RuntimeTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

interface RuntimePackage {
  readonly default: {
    readonly InferenceSession: {
      create(file: Uint8Array): Promise<{
        run(
          inputs: Readonly<Record<string, RuntimeTensor>>,
        ): Promise<Record<string, RuntimeTensor>>;
      }>;
    };
    readonly Tensor: new (
      type: string,
      data: Float32Array | BigInt64Array,
      dims: readonly number[],
    ) => RuntimeTensor;
  };
}

/** The bytes of a file. @throws {DataError} the package cannot be loaded */
export async function encodeModel(model: ModelProto): Promise<Uint8Array> {
  const { default: { onnx } } = await loadPackage<ProtoPackage>("onnx-proto");
  return onnx.ModelProto.encode(model).finish();
}

/** Runs a file on a number of samples. */
export type OnnxRunner = (values: InputValues, batch: number) => Promise<Float32Array>;

/**
 * Opens a file in onnxruntime.
 *
 * @returns what gives the scores of samples
 * @throws {DataError} the package cannot be loaded
 * @throws {Error} onnxruntime cannot read the file
 */
export async function openRuntime(
  file: Uint8Array,
  inputs: readonly OnnxInput[],
  output: string,
): Promise<OnnxRunner> {
  const { default: { InferenceSession, Tensor } } = await loadPackage<RuntimePackage>(
    "onnxruntime-node",
  );
  const session = await InferenceSession.create(file);
  return async (values, batch) => {
    const tensors = inputs.map(({ name, type, shape }) => {
      const given = values[name]!;
      const data = type === "int64"
        ? BigInt64Array.from(Array.from(given, BigInt))
        : given as Float32Array;
      return [name, new Tensor(type, data, [batch, ...shape])];
    });
    const outputs = await session.run(Object.fromEntries(tensors));
    return outputs[output]!.data;
  };
}
