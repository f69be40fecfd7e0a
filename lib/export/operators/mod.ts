/** Every kernel that can be said in ONNX. @module */

import { ELEMENTWISE } from "./elementwise.ts";
import { LSTM } from "./lstm.ts";
import type { Operators } from "./operator.ts";
import { PRODUCTS } from "./products.ts";
import { REDUCTIONS } from "./reductions.ts";
import { SHAPES } from "./shapes.ts";

export type { Operand } from "./operator.ts";

/** Operators by the names of TensorFlow.js's kernels, and of ours. */
export const OPERATORS: Operators = {
  ...ELEMENTWISE,
  ...PRODUCTS,
  ...REDUCTIONS,
  ...SHAPES,
  ...LSTM,
};
