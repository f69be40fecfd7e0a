/** Products of matrices. @module */

import type { OnnxGraph } from "../onnx_graph.ts";
import type { ProgramCall } from "../program.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import type { Operand, Operands, Operators } from "./operator.ts";

/** op(a) op(b), over leading axes that are broadcast. */
function product(graph: OnnxGraph, { a, b }: Operands, call: ProgramCall): string {
  const turned = (x: Operand, name: string) => {
    if (!call.attribute<boolean>(name)) return x.name;
    const last = x.shape.length - 1;
    const perm = x.shape.map((_, i) => i < last - 1 ? i : 2 * last - 1 - i);
    return graph.node("Transpose", [x.name], { perm });
  };
  if (a!.shape.length === 2 && b!.shape.length === 2) {
    const [transA, transB] = ["transposeA", "transposeB"].map((name) =>
      call.attribute<boolean>(name) ? 1 : 0
    );
    return graph.node("Gemm", [a!.name, b!.name], { transA: transA!, transB: transB! });
  }
  return graph.node("MatMul", [turned(a!, "transposeA"), turned(b!, "transposeB")]);
}

/** Kernels of products. */
export const PRODUCTS: Operators = {
  BatchMatMul: product,
  _FusedMatMul: (graph, inputs, call) => {
    const { bias, preluActivationWeights: alpha } = inputs;
    let value = product(graph, inputs, call);
    if (bias !== undefined) value = graph.node("Add", [value, bias.name]);
    const activation = call.attribute<string>("activation");
    if (activation === "linear") return value;
    const kernel = activation[0]!.toUpperCase() + activation.slice(1);
    const x: Operand = { ...call.output(), name: value };
    const operator = ELEMENTWISE[kernel];
    if (operator === undefined || kernel === "Leakyrelu") {
      throw new TypeError(`There is no operator for the activation "${activation}"`);
    }
    return operator(graph, alpha === undefined ? { x } : { x, alpha }, call);
  },
  Einsum: (graph, inputs, call) =>
    graph.node("Einsum", Object.values(inputs).map(({ name }) => name), {
      equation: call.attribute<string>("equation"),
    }),
};
