/** Sums of the gradients of a group of several batches. @module */

import { addInPlace } from "../engine/in_place.ts";
import { type CompiledStep, type Engine, type NamedTensors, tf } from "../engine/mod.ts";
import { type ClipLimits, clippingOf } from "./clipping.ts";
import type { StepInputs } from "./step_inputs.ts";
import type { Correction } from "./step_counts.ts";

/** A step with the state that it reads or changes besides the sums. */
interface Part<I extends NamedTensors> {
  readonly step: (inputs: I) => NamedTensors;
  readonly state: Readonly<Record<string, tf.Variable>>;
}

/** What a group of several batches needs: sums as large as what is trained, and steps on them. */
export class GradientSums {
  /** By parameter. */
  readonly gradients: ReadonlyMap<string, tf.Variable>;
  /** Sets them to zero. */
  readonly clear: CompiledStep<NamedTensors, NamedTensors>;
  /** Gradient, added to them, and the network's own update. */
  readonly learn: CompiledStep<StepInputs, NamedTensors>;
  /** The optimizer's step. */
  readonly update: CompiledStep<Correction, NamedTensors>;

  /** Zeros of the shapes of `trained`. */
  constructor(
    engine: Pick<Engine, "compile">,
    trained: Iterable<readonly [string, tf.Variable]>,
    learn: Part<StepInputs>,
    update: Part<Correction>,
  ) {
    const sums = new Map<string, tf.Variable>();
    for (const [name, { shape }] of trained) {
      sums.set(name, tf.tidy(() => tf.variable(tf.zeros(shape), false)));
    }
    this.gradients = sums;
    const state = Object.fromEntries(this.variables());
    this.clear = engine.compile(() => this.#clear(), { state });
    this.learn = engine.compile(learn.step, { state: { ...learn.state, ...state } });
    this.update = engine.compile(update.step, { state: { ...update.state, ...state } });
  }

  /** The sums under the names of the checkpoint file. */
  *variables(): Generator<[string, tf.Variable]> {
    for (const [name, sum] of this.gradients) yield [`gradient/${name}`, sum];
  }

  /** Adds the gradients of a batch, and clips what they make. */
  add(gradients: ReadonlyMap<string, tf.Tensor>, limits: ClipLimits): void {
    for (const [name, gradient] of gradients) addInPlace(this.gradients.get(name)!, gradient);
    const sums = [...gradients.keys()].map((name) => this.gradients.get(name)!);
    const clipping = clippingOf(sums, limits);
    if (clipping === null) return;
    for (const sum of sums) tf.tidy(() => sum.assign(clipping.of(sum)));
    clipping.dispose();
  }

  /** Frees them. */
  dispose(): void {
    for (const step of [this.clear, this.learn, this.update]) step.dispose();
    for (const sum of this.gradients.values()) sum.dispose();
  }

  #clear(): NamedTensors {
    for (const sum of this.gradients.values()) sum.assign(tf.zerosLike(sum));
    return {};
  }
}
