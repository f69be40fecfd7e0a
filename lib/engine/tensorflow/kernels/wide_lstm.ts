/**
 * The LSTM step by step, for few steps of many features: words as a text encoder gives them.
 *
 * The block ops multiply a step's features with all weights at each step, a product of as many rows as
 * there are samples, and add to the gradient of all weights at each step. Here the features of all steps
 * are multiplied at once, and the gradients of weights are one product each: two to three times as fast.
 * Each step takes some 25 small ops, so that it pays where products are large and steps are few: for 500
 * steps of 20 features it takes 2.6 times as long as the block ops, and `LSTMBlockCell` with one product
 * for the gradient of weights 1.25 times.
 *
 * @module
 */

import type { Tensor } from "@tensorflow/tfjs-core";
import { boolAttribute, typeAttribute } from "../binding/attributes.ts";
import { FLOAT, INT32 } from "../binding/ops.ts";
import { DataType } from "../binding/symbols.ts";
import { LstmCall } from "./lstm_call.ts";

/** Most steps, and fewest weights of the features of one gate. */
const MOST_STEPS = 64, FEWEST_WEIGHTS = 2 ** 14;
/** What a step keeps for its gradient: i, f, g, o, tanh c, c, h. */
const KEPT = 7, CELL = 5, HIDDEN = 6;

/** A call step by step. */
export class WideLstm extends LstmCall {
  readonly timeAxis = 0;

  /** Whether it is the better way to run a call. */
  get fits(): boolean {
    const { time, input, hidden, attributes: { output } } = this;
    const isKnown = output === "final" || output === "sequence";
    return isKnown && time <= MOST_STEPS && input * hidden >= FEWEST_WEIGHTS;
  }

  forward(): Tensor[] {
    const { scope, batch, hidden, time } = this;
    const weight = this.id("weightHh"), zeros = scope.zeros([batch, hidden]);
    const products = this.#multiply(this.#rows(), this.id("weightIh"), { right: true });
    const said = this.#steps(this.#binary("AddV2", products, this.id("bias")));
    const kept: number[] = [];
    let cell = zeros, state = zeros;
    for (let t = 0; t < time; t++) {
      const heard = this.#multiply(state, weight, { right: true });
      const gates = scope.split(
        this.#binary("AddV2", said[t]!, heard),
        [hidden, hidden, hidden, hidden],
        1,
      );
      const [i, f, g, o] = gates.map((gate, n) => this.#unary(n === 2 ? "Tanh" : "Sigmoid", gate));
      const passed = this.#binary("Mul", f!, cell), taken = this.#binary("Mul", i!, g!);
      cell = this.#binary("AddV2", passed, taken);
      const squashed = this.#unary("Tanh", cell);
      state = this.#binary("Mul", o!, squashed);
      kept.push(i!, f!, g!, o!, squashed, cell, state);
    }
    const states = scope.concat(this.#each(kept, HIDDEN), 0);
    const value = this.attributes.output === "final"
      ? scope.gather(states, this.#ends(), 0)
      : this.leave(this.mask(scope.reshape(states, [time, batch, hidden])));
    return [value, ...kept].map((id) => scope.take(id));
  }

  gradient(): Tensor[] {
    const { scope, batch, hidden, time, input } = this;
    const trace = this.trace(), weight = this.id("weightHh"), zeros = scope.zeros([batch, hidden]);
    const dStates = this.#steps(this.#dStates());
    const dGates: number[] = [];
    let dCell = zeros, dState = zeros;
    for (let t = time - 1; t >= 0; t--) {
      const [i, f, g, o, squashed] = trace.slice(KEPT * t, KEPT * (t + 1));
      const before = t === 0 ? zeros : trace[KEPT * (t - 1) + CELL]!;
      const dH = this.#binary("AddV2", dStates[t]!, dState);
      const through = this.#binary("TanhGrad", squashed!, this.#binary("Mul", dH, o!));
      const dC = this.#binary("AddV2", dCell, through);
      const of = (kind: "TanhGrad" | "SigmoidGrad", gate: number, d: number, other: number) =>
        this.#binary(kind, gate, this.#binary("Mul", d, other));
      dGates[t] = scope.concat([
        of("SigmoidGrad", i!, dC, g!),
        of("SigmoidGrad", f!, dC, before),
        of("TanhGrad", g!, dC, i!),
        of("SigmoidGrad", o!, dH, squashed!),
      ], 1);
      dCell = this.#binary("Mul", dC, f!);
      dState = this.#multiply(dGates[t]!, weight);
    }
    const all = scope.concat(dGates, 0);
    const before = scope.concat([zeros, ...this.#each(trace, HIDDEN).slice(0, -1)], 0);
    const sumAttributes = [
      FLOAT,
      typeAttribute("Tidx", DataType.INT32),
      boolAttribute("keep_dims", false),
    ];
    const gradients = [
      this.#multiply(all, this.#rows(), { left: true }),
      this.#multiply(all, before, { left: true }),
      scope.run("Sum", [all, scope.int32([0])], sumAttributes),
    ];
    if (this.attributes.inputGradient) {
      const dX = this.#multiply(all, this.id("weightIh"));
      gradients.push(this.leave(scope.reshape(dX, [time, batch, input])));
    }
    return gradients.map((id) => scope.take(id));
  }

  /** Features of all steps: [time · batch, input] */
  #rows(): number {
    const { scope, time, batch, input } = this;
    return scope.reshape(this.enter(this.id("x")), [time * batch, input]);
  }

  /** [time · batch, width] → [batch, width] of each step */
  #steps(rows: number): number[] {
    const { scope, time, batch } = this;
    return scope.split(rows, Array.from({ length: time }, () => batch), 0);
  }

  /** One of what each step keeps. */
  #each(kept: readonly number[], part: number): number[] {
    return Array.from({ length: this.time }, (_, t) => kept[KEPT * t + part]!);
  }

  /** Row of each sample's last step, of [time · batch] rows. */
  #ends(): number {
    const { scope, batch } = this;
    const last = scope.run("Sub", [this.lengths, scope.int32([1], [])], [INT32]);
    const starts = scope.run("Mul", [last, scope.int32([batch], [])], [INT32]);
    return scope.run("AddV2", [starts, scope.range(0, batch)], [INT32]);
  }

  /** Gradients of all states, [time · batch, hidden], 0 beyond the lengths. */
  #dStates(): number {
    const { scope, time, batch, hidden } = this, dy = this.id("dy");
    if (this.attributes.output === "sequence") {
      return scope.reshape(this.mask(this.enter(dy)), [time * batch, hidden]);
    }
    const rows = scope.reshape(this.#ends(), [batch, 1], INT32);
    const shape = scope.int32([time * batch, hidden]);
    const indices = typeAttribute("Tindices", DataType.INT32);
    return scope.run("ScatterNd", [rows, dy, shape], [FLOAT, indices]);
  }

  #unary(name: string, x: number): number {
    return this.scope.run(name, [x], [FLOAT]);
  }

  #binary(name: string, x: number, y: number): number {
    return this.scope.run(name, [x, y], [FLOAT]);
  }

  /** The product of matrices, of which the left or the right one may be transposed. */
  #multiply(x: number, y: number, { left = false, right = false } = {}): number {
    const transposed = [boolAttribute("transpose_a", left), boolAttribute("transpose_b", right)];
    return this.scope.run("MatMul", [x, y], [FLOAT, ...transposed]);
  }
}
