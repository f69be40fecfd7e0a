/**
 * Adam with parameter groups. (`tf.train.adam` has no groups and no decay, keeps its moments by
 * position and takes another epsilon.)
 *
 * Source: Kingma and Ba 2015; Loshchilov and Hutter 2019; PyTorch's `Adam` and `AdamW`.
 *
 * @module
 */

import { adamInPlace, type AdamScalars, addInPlace, hasAdamInPlace } from "../engine/in_place.ts";
import { FUSED_ADAM, runFused } from "../engine/fused.ts";
import { inOrder } from "../engine/in_order.ts";
import { tf } from "../engine/mod.ts";
import type { Network, ParameterGroup, TrainingRules } from "../models/mod.ts";
import { type ClipLimits, clippingOf, stepLimitsOf } from "./clipping.ts";

/** Settings that all groups share. */
export interface AdamOptions {
  /** `l2` adds the decay to the gradient (PyTorch's `Adam`), `decoupled` shrinks the weight (`AdamW`). */
  readonly decay: "l2" | "decoupled";
  /** Decay of the mean gradient. Default: 0.9. */
  readonly beta1?: number;
  /** Decay of the mean square. Default: 0.999. */
  readonly beta2?: number;
  /** Added to the root of the mean square. Default: 1e-8. */
  readonly epsilon?: number;
  /**
   * Longest gradient, all parameters as one vector: a longer one is scaled down to it, as by
   * PyTorch's `clip_grad_norm_`. 0, the default, clips nothing.
   */
  readonly clipNorm?: number;
  /** Largest size of an entry, as of PyTorch's `clip_grad_value_`; 0, the default, clips nothing. */
  readonly clipValue?: number;
}

/**
 * The optimizer of a network, as its training rules ask for it.
 */
export function adamOf(
  network: Network,
  rules: Pick<TrainingRules, "decay" | "epsilon" | "clipNorm" | "clipValue" | "clipAt">,
): Adam {
  const { decay, epsilon } = rules;
  return new Adam(network.parameters, network.trainedGroups, {
    decay,
    epsilon,
    ...stepLimitsOf(rules),
  });
}

/** The parts of the update that change from step to step: float32 scalars. */
export interface AdamCorrection {
  /** 1 − β1ᵗ */
  readonly first: tf.Scalar;
  /** √(1 − β2ᵗ) */
  readonly second: tf.Scalar;
}

/** What changes from step to step of all groups. */
export interface StepCorrection extends AdamCorrection {
  /** What all learning rates are multiplied with. Default: nothing. */
  readonly rate?: tf.Scalar | undefined;
  /** The corrections of groups that start late, by their first epoch; one that is absent rests. */
  readonly late?: ReadonlyMap<number, AdamCorrection>;
}

/**
 * Adam's moments of named variables, and the update.
 */
export class Adam {
  /** Moments by name: `first.<parameter>` and `second.<parameter>`. */
  readonly slots: ReadonlyMap<string, tf.Variable>;
  readonly #variables: ReadonlyMap<string, tf.Variable>;
  #groups: ReadonlyMap<string, ParameterGroup>;
  readonly #decay: "l2" | "decoupled";
  readonly #beta1: number;
  readonly #beta2: number;
  readonly #epsilon: number;
  readonly #limits: ClipLimits;
  /** Of the epoch; groups of other passes rest. */
  pass = 1;

  /**
   * Makes an optimizer whose moments are 0.
   *
   * @throws {Error} when a group names a parameter that is not there, or two name the same.
   */
  constructor(
    variables: Iterable<[string, tf.Variable]>,
    groups: readonly ParameterGroup[],
    options: AdamOptions,
  ) {
    this.#variables = new Map(variables);
    this.#decay = options.decay;
    this.#beta1 = options.beta1 ?? 0.9;
    this.#beta2 = options.beta2 ?? 0.999;
    this.#epsilon = options.epsilon ?? 1e-8;
    this.#limits = options;
    const groupOf = new Map<string, ParameterGroup>();
    const slots = new Map<string, tf.Variable>();
    for (const group of groups) {
      for (const name of group.parameters) {
        const variable = this.#variables.get(name);
        if (variable === undefined || groupOf.has(name)) {
          const state = variable === undefined ? "does not exist" : "is in another group too";
          throw new Error(
            `Cannot optimize parameter "${name}" of group "${group.name}": it ${state}`,
          );
        }
        groupOf.set(name, group);
        for (const moment of ["first", "second"]) {
          const zeros = tf.zeros(variable.shape);
          slots.set(`${moment}.${name}`, tf.variable(zeros, false));
          zeros.dispose();
        }
      }
    }
    this.#groups = groupOf;
    this.slots = slots;
  }

  /** Starts anew, with moments of 0 and these rates of the same parameters. */
  restart(groups: readonly ParameterGroup[]): void {
    const entries = groups.flatMap((group) =>
      group.parameters.map((name) => [name, group] as const)
    );
    this.#groups = new Map(entries);
    for (const slot of this.slots.values()) tf.tidy(() => slot.assign(tf.zerosLike(slot)));
  }

  /** The corrections of step `t`, from 1, as numbers: `[1 − β1ᵗ, √(1 − β2ᵗ)]`. */
  correction(t: number): [number, number] {
    return [1 - this.#beta1 ** t, Math.sqrt(1 - this.#beta2 ** t)];
  }

  /**
   * Updates every parameter that has a gradient. One without stays as it is, and so do its
   * moments; a gradient of zero is not the same: decay and momentum still act.
   */
  apply(gradients: Readonly<Record<string, tf.Tensor>>, correction: StepCorrection): void {
    tf.tidy(() => {
      const clipping = clippingOf(Object.values(gradients), this.#limits);
      const scalars = hasAdamInPlace() ? this.#scalars(correction.rate) : null;
      // One at a time: what an update makes is several times the size of its parameter. And the last
      // parameter first, as backpropagation gives its gradient first.
      for (const name of [...this.#variables.keys()].reverse()) {
        const gradient = gradients[name], group = this.#groups.get(name);
        if (gradient === undefined || group === undefined) continue;
        if (group.pass !== undefined && group.pass !== this.pass) continue;
        const { fromEpoch = 1 } = group, { rate, late } = correction;
        const own = fromEpoch === 1 ? correction : late?.get(fromEpoch);
        if (own === undefined) continue;
        const ofGroup = scalars?.(group, own) ?? null;
        const update = () => {
          const clipped = clipping?.of(gradient) ?? gradient;
          this.#update(name, group, clipped, own, rate, ofGroup);
        };
        // One op makes nothing that another update would have to wait for.
        if (ofGroup !== null && group.weightDecay === 0 && clipping === null) update();
        else inOrder(update);
      }
    });
  }

  /** What parameters of like rate and correction share where they are updated in place. */
  #scalars(
    rate?: tf.Scalar,
  ): (group: ParameterGroup, correction: AdamCorrection) => AdamScalars {
    const zero = tf.scalar(0), beta1 = tf.scalar(this.#beta1), beta2 = tf.scalar(this.#beta2);
    const known = new Map<AdamCorrection, Map<number, AdamScalars>>();
    return ({ learningRate }, correction) => {
      const { first, second } = correction;
      const ofRates = known.getOrInsertComputed(correction, () => new Map());
      return ofRates.getOrInsertComputed(learningRate, () => {
        const length = tf.div<tf.Scalar>(tf.mul(second, learningRate), first);
        return {
          rate: rate === undefined ? length : tf.mul<tf.Scalar>(length, rate),
          beta1,
          beta2,
          epsilon: tf.mul(second, this.#epsilon),
          zero,
        };
      });
    };
  }

  /** Frees the moments. */
  dispose(): void {
    for (const slot of this.slots.values()) slot.dispose();
  }

  #update(
    name: string,
    { learningRate, weightDecay }: ParameterGroup,
    gradient: tf.Tensor,
    correction: AdamCorrection,
    rate: tf.Scalar | undefined,
    scalars: AdamScalars | null,
  ): void {
    const variable = this.#variables.get(name)!;
    const first = this.slots.get(`first.${name}`)!;
    const second = this.slots.get(`second.${name}`)!;
    const fused = runFused(FUSED_ADAM, {
      variable,
      first,
      second,
      gradient,
      firstCorrection: correction.first,
      secondCorrection: correction.second,
      ...(rate === undefined ? {} : { rate }),
    }, {
      learningRate,
      l2: this.#decay === "l2" ? weightDecay : 0,
      decoupled: this.#decay === "l2" ? 0 : weightDecay,
      beta1: this.#beta1,
      beta2: this.#beta2,
      epsilon: this.#epsilon,
    });
    if (fused !== null) {
      [variable, first, second].forEach((old, i) => old.assign(fused[i]!));
      return;
    }
    const decays = weightDecay !== 0;
    const g = decays && this.#decay === "l2"
      ? tf.add(gradient, tf.mul(variable, weightDecay))
      : gradient;
    const scaled = (value: number) => rate === undefined ? value : tf.mul(value, rate);
    if (decays && this.#decay === "decoupled") {
      addInPlace(variable, tf.mul(variable, scaled(-learningRate * weightDecay)));
    }
    if (scalars !== null && adamInPlace([variable, first, second], scalars, g)) return;
    // m ← m + (1 − β1) (g − m), v ← v + (1 − β2) (g² − v)
    addInPlace(first, tf.mul(tf.sub(g, first), 1 - this.#beta1));
    addInPlace(second, tf.mul(tf.sub(tf.square(g), second), 1 - this.#beta2));
    const denominator = tf.add(tf.div(tf.sqrt(second), correction.second), this.#epsilon);
    const length = tf.div(scaled(-learningRate), correction.first);
    addInPlace(variable, tf.div(tf.mul(first, length), denominator));
  }
}
