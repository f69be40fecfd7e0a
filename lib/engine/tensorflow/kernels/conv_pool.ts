/**
 * The convolution over time with its largest positive responses on TensorFlow. Its `Conv2D` makes no
 * tensor of all windows, which take as many times the memory of x as a filter has steps; and only the
 * chosen windows have a gradient, of which there are few beside many steps.
 *
 * @module
 */

import { registerKernel, type Tensor } from "@tensorflow/tfjs-core";
import { CONV_POOL, CONV_POOL_INPUT_GRADIENT, CONV_POOL_WEIGHT_GRADIENT } from "../../fused.ts";
import { boolAttribute, type OpAttribute, typeAttribute } from "../binding/attributes.ts";
import { FLOAT, INT32, type NodeBackend, OpScope } from "../binding/ops.ts";
import { AttributeKind, DataType } from "../binding/symbols.ts";
import type { Inputs } from "./lstm_call.ts";

/** Added to the responses at places that do not count. */
const HIDDEN = -1e30;

const ONES = [1, 1, 1, 1];
const CONV2D: readonly OpAttribute[] = [
  FLOAT,
  { name: "strides", type: AttributeKind.INT, value: ONES },
  { name: "dilations", type: AttributeKind.INT, value: ONES },
  { name: "explicit_paddings", type: AttributeKind.INT, value: [] },
  { name: "padding", type: AttributeKind.STRING, value: "VALID" },
  { name: "data_format", type: AttributeKind.STRING, value: "NHWC" },
  boolAttribute("use_cudnn_on_gpu", true),
];
const REDUCED = typeAttribute("Tidx", DataType.INT32);

/** Registers the three kernels; to be called once. */
export function registerConvPoolKernels(): void {
  const register = (
    kernelName: string,
    run: (call: ConvPoolCall) => Tensor | Tensor[],
  ) =>
    registerKernel({
      kernelName,
      backendName: "tensorflow",
      kernelFunc: ({ inputs, attrs, backend }) => {
        const { before } = attrs as unknown as { readonly before: number };
        const call = new ConvPoolCall(inputs, before, backend as NodeBackend);
        using _ = call.scope;
        return run(call);
      },
    });
  register(CONV_POOL, (call) => call.forward());
  register(CONV_POOL_WEIGHT_GRADIENT, (call) => call.weightGradient());
  register(CONV_POOL_INPUT_GRADIENT, (call) => call.inputGradient());
}

/** One call of a kernel. x has `size` − 1 steps of padding more, so that each step begins a window. */
class ConvPoolCall {
  readonly scope: OpScope;
  readonly #inputs: Inputs;
  readonly #before: number;
  readonly #batch: number;
  readonly #time: number;
  readonly #width: number;
  readonly #filters: number;
  readonly #size: number;
  /** Steps with their padding. */
  readonly #padded: number;

  constructor(inputs: Inputs, before: number, backend: NodeBackend) {
    this.scope = new OpScope(backend);
    this.#inputs = inputs;
    this.#before = before;
    const [batch, time, width] = inputs.x!.shape as [number, number, number];
    const [filters, , size] = inputs.weight!.shape as [number, number, number];
    [this.#batch, this.#time, this.#width] = [batch, time, width];
    [this.#filters, this.#size, this.#padded] = [filters, size, time + size - 1];
  }

  /** The largest responses and their places. */
  forward(): Tensor[] {
    const { scope } = this, time = this.#time, filters = this.#filters;
    const x = scope.reshape(this.#pad(), [this.#batch, 1, this.#padded, this.#width]);
    const weight = scope.reshape(this.#weight([2, 1, 0]), [1, this.#size, this.#width, filters]);
    const responses = scope.reshape(
      scope.run("Conv2D", [x, weight], CONV2D),
      [this.#batch, time, filters],
    );
    const counted = scope.run("Less", [
      scope.range(0, time, [1, time, 1]),
      scope.reshape(this.#id("counts"), [this.#batch, 1, 1], INT32),
    ], [INT32]);
    const hidden = scope.run("SelectV2", [counted, scope.zeros([]), scope.float32(HIDDEN)], [
      FLOAT,
    ]);
    const seen = scope.run("AddV2", [responses, hidden], [FLOAT]);
    const axis = scope.int32([1], []);
    const most = scope.run("Max", [seen, axis], [
      FLOAT,
      REDUCED,
      boolAttribute("keep_dims", false),
    ]);
    // A bias moves all responses of a filter alike.
    const value = scope.run(
      "Relu",
      [scope.run("AddV2", [most, this.#id("bias")], [FLOAT])],
      [FLOAT],
    );
    const found = scope.run("ArgMax", [seen, axis], [
      FLOAT,
      REDUCED,
      typeAttribute("output_type", DataType.INT32),
    ]);
    const isPositive = scope.run("Greater", [value, scope.zeros([])], [FLOAT]);
    const places = scope.run("SelectV2", [isPositive, found, scope.int32([-1], [])], [INT32]);
    return [value, places].map((id) => scope.take(id));
  }

  /** [filters, width, size] */
  weightGradient(): Tensor {
    const { scope } = this, [filters, size, width] = [this.#filters, this.#size, this.#width];
    const x = scope.reshape(this.#pad(), [this.#batch * this.#padded, width]);
    // Whichever is less: the chosen windows, or the gradients of all.
    if (filters < this.#time) {
      const windows = scope.gather(x, this.#rows(), 0);
      const sums = this.#multiply(
        "BatchMatMulV2",
        scope.reshape(this.#chosen(), [filters, 1, this.#batch]),
        scope.reshape(windows, [filters, this.#batch, size * width]),
      );
      return scope.take(scope.transpose(scope.reshape(sums, [filters, size, width]), [0, 2, 1]));
    }
    const sums = this.#multiply("MatMul", x, this.#scattered(), true);
    return scope.take(scope.transpose(scope.reshape(sums, [width, size, filters]), [2, 0, 1]));
  }

  /** [batch, time, width] */
  inputGradient(): Tensor {
    const { scope } = this, width = this.#width;
    const weight = scope.reshape(this.#weight([2, 0, 1]), [this.#size * this.#filters, width]);
    const product = this.#multiply("MatMul", this.#scattered(), weight);
    const all = scope.reshape(product, [this.#batch, this.#padded, width]);
    return scope.take(scope.slice(all, [0, this.#before, 0], [-1, this.#time, -1]));
  }

  #id(name: string): number {
    return this.scope.id(this.#inputs[name]!);
  }

  #weight(order: readonly number[]): number {
    return this.scope.transpose(this.#id("weight"), order);
  }

  /** x with its padding: [batch, padded, width] */
  #pad(): number {
    const { scope } = this;
    const padding = [0, 0, this.#before, this.#size - 1 - this.#before, 0, 0];
    return scope.run("Pad", [this.#id("x"), scope.int32(padding, [3, 2])], [
      FLOAT,
      typeAttribute("Tpaddings", DataType.INT32),
    ]);
  }

  /** The gradients of the chosen windows, 0 where none was: [filters, batch] */
  #chosen(): number {
    const { scope } = this;
    const isChosen = scope.run("GreaterEqual", [this.#id("places"), scope.int32([0], [])], [INT32]);
    const dy = scope.run("SelectV2", [isChosen, this.#id("dy"), scope.zeros([])], [FLOAT]);
    return scope.transpose(dy, [1, 0]);
  }

  /** The row of x, with its padding, of each step of the chosen windows: [filters, batch, size] */
  #rows(): number {
    const { scope } = this, add = (a: number, b: number) => scope.run("AddV2", [a, b], [INT32]);
    const place = scope.run("Maximum", [this.#id("places"), scope.int32([0], [])], [INT32]);
    const turned = scope.run("Transpose", [place, scope.int32([1, 0])], [
      INT32,
      typeAttribute("Tperm", DataType.INT32),
    ]);
    const starts = scope.run(
      "Mul",
      [scope.range(0, this.#batch, [1, this.#batch]), scope.int32([this.#padded], [])],
      [INT32],
    );
    const first = scope.reshape(add(turned, starts), [this.#filters, this.#batch, 1], INT32);
    return add(first, scope.range(0, this.#size));
  }

  /** The gradient of what each step adds to the windows that it is in: [batch · padded, size · filters] */
  #scattered(): number {
    const { scope } = this, [filters, size] = [this.#filters, this.#size];
    const columns = size * filters,
      times = (x: number, factor: number) =>
        scope.run("Mul", [x, scope.int32([factor], [])], [INT32]);
    const add = (a: number, b: number, type = INT32) => scope.run("AddV2", [a, b], [type]);
    const place = add(
      times(scope.range(0, size), filters),
      scope.range(0, filters, [filters, 1, 1]),
    );
    const indices = add(times(this.#rows(), columns), place);
    const chosen = scope.reshape(this.#chosen(), [filters, this.#batch, 1]);
    const count = filters * this.#batch * size;
    const all = scope.run("ScatterNd", [
      scope.reshape(indices, [count, 1], INT32),
      scope.reshape(add(chosen, scope.zeros([size]), FLOAT), [count]),
      scope.int32([this.#batch * this.#padded * columns]),
    ], [FLOAT, typeAttribute("Tindices", DataType.INT32)]);
    return scope.reshape(all, [this.#batch * this.#padded, columns]);
  }

  #multiply(op: "MatMul" | "BatchMatMulV2", a: number, b: number, isTurned = false): number {
    const turns = op === "MatMul"
      ? [boolAttribute("transpose_a", isTurned), boolAttribute("transpose_b", false)]
      : [boolAttribute("adj_x", isTurned), boolAttribute("adj_y", false)];
    return this.scope.run(op, [a, b], [FLOAT, ...turns]);
  }
}
