/**
 * A graph that is built only where no earlier step did the same: until a step does something new, what
 * it asks for is kept, and described as an earlier graph did.
 *
 * @module
 */

import { Difference } from "../../recorded_step.ts";
import type { OpAttribute } from "../binding/attributes.ts";
import type { TensorFlowBinding } from "../binding/binding.ts";
import { type Description, type Graph, GraphBuilder, type GraphValue } from "./graph.ts";
import { KnownSteps, type Trace } from "./known_steps.ts";

/** Operations have numbers in the order in which they are asked for. Dispose it after the recording. */
export class LazyGraph<T extends Trace> implements Graph, Disposable {
  readonly #binding: TensorFlowBinding;
  /** What was asked for before there was a graph. */
  readonly #waiting: ((graph: GraphBuilder) => void)[] = [];
  /** Constants that wait. */
  readonly #tensors = new Set<bigint>();
  /** Those of the graph, by number. */
  readonly #operations: bigint[] = [];
  #count = 0;
  #known: KnownSteps<T> | null;
  #graph: GraphBuilder | null = null;
  #difference: Difference | null = null;

  /** @param earlier what steps with such arguments did */
  constructor(binding: TensorFlowBinding, earlier: readonly T[]) {
    this.#binding = binding;
    this.#known = new KnownSteps(earlier);
  }

  /** What was first that no earlier step did; null as long as there is nothing. */
  get difference(): Difference | null {
    return this.#difference;
  }

  follow(line: string): void {
    this.#try((known) => known.follow(line));
  }

  /** The earlier step that was repeated; null for none, and then there is a graph. */
  end(): T | null {
    return this.#try((known) => known.end());
  }

  addArgument(dtype: number, shape: readonly number[]): GraphValue {
    return this.#add(1, (graph) => graph.addArgument(dtype, shape))[0]!;
  }

  addConstant(tensor: bigint, dtype: number): GraphValue {
    this.#tensors.add(tensor);
    return this.#add(1, (graph) => {
      // It deletes the tensor, whether it succeeds or not.
      this.#tensors.delete(tensor);
      return graph.addConstant(tensor, dtype);
    })[0]!;
  }

  addOperation(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly GraphValue[],
    outputs: number,
    after: readonly bigint[] = [],
  ): GraphValue[] {
    return this.#add(outputs, (graph) => {
      const values = inputs.map((value) => this.#own(value));
      const earlier = after.map((number) => this.#operations[Number(number)]!);
      return graph.addOperation(name, attributes, values, outputs, earlier)[0]!;
    });
  }

  describe(value: GraphValue): Description {
    return this.#known?.describe() ?? this.#graph!.describe(this.#own(value));
  }

  setShape(value: GraphValue, shape: readonly number[]): void {
    this.#do((graph) => graph.setShape(this.#own(value), shape));
  }

  /** Makes the function `name`, where there is a graph. */
  finish(name: string, outputs: readonly GraphValue[], after: readonly bigint[]): void {
    const effects = after.map((number) => this.#operations[Number(number)]!);
    this.#graph!.finish(name, outputs.map((value) => this.#own(value)), effects);
  }

  [Symbol.dispose](): void {
    this.#graph?.[Symbol.dispose]();
    for (const tensor of this.#tensors) this.#binding.memory.native.TF_DeleteTensor(tensor);
  }

  /** Asks those that are known; builds what has waited where they know no more. */
  #try<R>(ask: (known: KnownSteps<T>) => R): R | null {
    if (this.#known === null) return null;
    try {
      return ask(this.#known);
    } catch (error) {
      if (!(error instanceof Difference)) throw error;
      this.#difference = error;
    }
    this.#known = null;
    this.#graph = new GraphBuilder(this.#binding);
    for (const call of this.#waiting) call(this.#graph);
    this.#waiting.length = 0;
    return null;
  }

  #add(outputs: number, make: (graph: GraphBuilder) => GraphValue): GraphValue[] {
    const number = this.#count++;
    this.#do((graph) => this.#operations[number] = make(graph).operation);
    const operation = BigInt(number);
    return Array.from({ length: Math.max(1, outputs) }, (_, output) => ({ operation, output }));
  }

  #do(call: (graph: GraphBuilder) => void): void {
    if (this.#graph === null) this.#waiting.push(call);
    else call(this.#graph);
  }

  /** That of the graph. */
  #own({ operation, output }: GraphValue): GraphValue {
    return { operation: this.#operations[Number(operation)]!, output };
  }
}
