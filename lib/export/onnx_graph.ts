/** An ONNX graph while it is written. @module */

import {
  ATTRIBUTE_TYPES,
  type AttributeProto,
  DATA_TYPES,
  type GraphProto,
  type NodeProto,
  type OnnxType,
  type TensorProto,
} from "./onnx_types.ts";
import { isFixed, type Size } from "./size.ts";

/** An attribute: whole numbers, a text, a graph; what is no whole number by its nature is marked. */
export type AttributeValue =
  | number
  | readonly number[]
  | string
  | { readonly float: number }
  | { readonly graph: GraphProto };

/** Attributes by their names. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Bytes above which equal constants are not looked for. */
const SMALL = 4096;

/**
 * Nodes and constants. Values are known by their names.
 *
 * @example Twice the input, as many times as there are samples
 * ```ts
 * import { OnnxGraph } from "./onnx_graph.ts";
 * import { assertEquals } from "@std/assert";
 * const graph = new OnnxGraph("x");
 * const two = graph.floats([2]);
 * graph.node("Mul", ["x", two]);
 * assertEquals(graph.floats([2]), two);
 * assertEquals(graph.nodes.map(({ opType }) => opType), ["Mul"]);
 * ```
 */
export class OnnxGraph {
  /** In an order in which they can run. */
  readonly nodes: NodeProto[] = [];
  /** Weights and constants. */
  readonly initializers: TensorProto[] = [];
  /** Its own values by what they are. */
  readonly #known = new Map<string, string>();
  readonly #batchOf: string;
  readonly #prefix: string;

  /**
   * @param batchOf an input whose first axis is the batch
   * @param prefix before the names of its own values: those of a graph within another must differ
   */
  constructor(batchOf: string, prefix = "") {
    this.#batchOf = batchOf;
    this.#prefix = prefix;
  }

  /** Adds an operator with one output; its name. */
  node(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.nodesOf(opType, inputs, attributes, 1)[0]!;
  }

  /** Adds an operator with several outputs; their names. */
  nodesOf(
    opType: string,
    inputs: readonly string[],
    attributes: Attributes,
    outputs: number,
  ): string[] {
    const name = `${this.#prefix}${opType}_${this.nodes.length}`;
    const output = Array.from({ length: outputs }, (_, i) => outputs === 1 ? name : `${name}.${i}`);
    this.nodes.push({ opType, name, input: inputs, output, attribute: attributesOf(attributes) });
    return output;
  }

  /** Adds a tensor by a name of its own. */
  tensor(
    name: string,
    type: OnnxType,
    values: ArrayLike<number>,
    dims: readonly number[],
  ): string {
    const rawData = bytesOf(type, values);
    this.initializers.push({ name, dims, dataType: DATA_TYPES[type], rawData });
    return name;
  }

  /** A constant; equal ones are one where they are small. */
  constant(type: OnnxType, values: ArrayLike<number>, dims: readonly number[]): string {
    const add = () =>
      this.tensor(`${this.#prefix}constant_${this.initializers.length}`, type, values, dims);
    if (values.length * 8 > SMALL) return add();
    return this.#once(`${type} [${dims}] ${Array.from(values).join()}`, add);
  }

  /** A list of float32. */
  floats(values: readonly number[]): string {
    return this.constant("float32", values, [values.length]);
  }

  /** A list of int64: axes, sizes, places. */
  ints(values: readonly number[]): string {
    return this.constant("int64", values, [values.length]);
  }

  /** Sizes as a list of int64. */
  sizes(sizes: readonly Size[]): string {
    if (sizes.every(isFixed)) return this.ints(sizes.map(({ fixed }) => fixed));
    const parts = sizes.map((size) => this.#size(size));
    if (parts.length === 1) return parts[0]!;
    return this.#once(`sizes ${parts}`, () => this.node("Concat", parts, { axis: 0 }));
  }

  /** `x` with these sizes, of as many numbers. */
  reshape(x: string, sizes: readonly Size[]): string {
    // One free size follows from all others.
    const isOneFree = sizes.filter((size) => !isFixed(size)).length === 1;
    const shape = isOneFree
      ? this.ints(sizes.map((size) => isFixed(size) ? size.fixed : -1))
      : this.sizes(sizes);
    return this.node("Reshape", [x, shape]);
  }

  /** A size as a list of one int64. */
  #size({ fixed, perSample }: Size): string {
    if (perSample === 0) return this.ints([fixed]);
    const key = (of: number) => `size ${of} ${perSample}`;
    const batch = this.#once(
      "batch",
      () => this.node("Shape", [this.#batchOf], { start: 0, end: 1 }),
    );
    const times = perSample === 1
      ? batch
      : this.#once(key(0), () => this.node("Mul", [batch, this.ints([perSample])]));
    if (fixed === 0) return times;
    return this.#once(key(fixed), () => this.node("Add", [times, this.ints([fixed])]));
  }

  #once(key: string, add: () => string): string {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = add();
    this.#known.set(key, name);
    return name;
  }
}

function attributesOf(attributes: Attributes): AttributeProto[] {
  return Object.entries(attributes).map(([name, value]) => {
    if (typeof value === "number") return { name, type: ATTRIBUTE_TYPES.int, i: value };
    if (typeof value === "string") {
      return { name, type: ATTRIBUTE_TYPES.string, s: new TextEncoder().encode(value) };
    }
    if ("float" in value) return { name, type: ATTRIBUTE_TYPES.float, f: value.float };
    if ("graph" in value) return { name, type: ATTRIBUTE_TYPES.graph, g: value.graph };
    return { name, type: ATTRIBUTE_TYPES.ints, ints: value };
  });
}

function bytesOf(type: OnnxType, values: ArrayLike<number>): Uint8Array {
  switch (type) {
    case "float32":
      return new Uint8Array(new Float32Array(values).buffer);
    case "int32":
      return new Uint8Array(new Int32Array(values).buffer);
    case "int64":
      return new Uint8Array(BigInt64Array.from(Array.from(values, BigInt)).buffer);
    case "bool":
      return Uint8Array.from(values);
  }
}
