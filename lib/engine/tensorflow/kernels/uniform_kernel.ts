/** `PhiloxUniform` on TensorFlow's `StatelessRandomUniformV2`. @module */

import { registerKernel } from "@tensorflow/tfjs-core";
import { PHILOX_UNIFORM, type PhiloxUniformAttributes } from "../../uniform.ts";
import { type OpAttribute, typeAttribute } from "../binding/attributes.ts";
import { type NodeBackend, OpScope } from "../binding/ops.ts";
import { DataType } from "../binding/symbols.ts";

/** Number of Philox in TensorFlow's `random::Algorithm`. */
const PHILOX = 1;
/** Pairs of int32 words as uint64, low word first: TensorFlow runs on little-endian machines. */
const WORDS_TO_UINT64: readonly OpAttribute[] = [
  typeAttribute("T", DataType.INT32),
  typeAttribute("type", DataType.UINT64),
];

/** Registers the kernel; to be called once. */
export function registerUniformKernel(): void {
  registerKernel({
    kernelName: PHILOX_UNIFORM,
    backendName: "tensorflow",
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { shape, key } = attrs as unknown as PhiloxUniformAttributes;
      using scope = new OpScope(backend as NodeBackend);
      const words = scope.reshape(
        scope.id(inputs.counter!),
        [2, 2],
        typeAttribute("T", DataType.INT32),
      );
      const counter = scope.run("Bitcast", [words], WORDS_TO_UINT64);
      // Each seed has its own.
      const keyWords = scope.parameter(key.map((word) => word | 0), [1, 2]);
      const keyBits = scope.run("Bitcast", [keyWords], WORDS_TO_UINT64);
      const algorithm = scope.int32([PHILOX], []);
      const size = scope.int32(shape);
      const numbers = scope.run("StatelessRandomUniformV2", [size, keyBits, counter, algorithm], [
        typeAttribute("dtype", DataType.FLOAT),
        typeAttribute("Tshape", DataType.INT32),
      ]);
      return scope.take(numbers);
    },
  });
}
