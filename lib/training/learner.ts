/**
 * One training step and one prediction of a network, on whatever engine is open.
 *
 * @module
 */

import type { RandomStream } from "../core/random.ts";
import type { Split } from "../data/mod.ts";
import { type CompiledStep, type Engine, type NamedTensors, tf } from "../engine/mod.ts";
import type { Inputs, Network, Outputs } from "../models/mod.ts";
import { BatchReader } from "./batch_reader.ts";
import { Breath } from "./breath.ts";
import { type ClipLimits, clippingOf } from "./clipping.ts";
import type { FixedText } from "./fixed_text.ts";
import type { Adam } from "./optimizer.ts";
import { GradientSums } from "./gradient_sums.ts";
import { type Correction, StepCounts, takeCorrection } from "./step_counts.ts";
import {
  splitStepInputs,
  type StepInputs,
  stepInputs,
  type StepPlace,
  type StepResult,
  type Validation,
} from "./step_inputs.ts";

export type { StepPlace, StepResult, Validation };

/**
 * Trains a network step by step: gradient, accumulation, the network's own update, Adam.
 */
export class Learner {
  /** What is trained. */
  readonly network: Network;
  /** What changes its parameters. */
  readonly optimizer: Adam;
  /** Whether gradients are held where a group is one batch, which needs none, for who looks at them. */
  holdsGradients = false;
  /** Counts the optimizer's steps. */
  readonly counts: StepCounts;
  readonly #noise: RandomStream;
  readonly #batches: BatchReader;
  /** Parameters that the loss of a stage or pass does not depend on: the optimizer leaves them alone. */
  readonly #withoutGradient = new Map<string, Set<string>>();
  /** Those that had a gradient in some stage. */
  readonly #taught = new Set<string>();
  /** Names of the parameters in groups. */
  readonly #trained: readonly string[];
  readonly #engine: Pick<Engine, "compile">;
  /** Absent until a group has several batches. */
  #sums?: GradientSums;
  /** A whole step, for a group of one batch: no sum of gradients is held then. */
  readonly #learnAndUpdate: CompiledStep<StepInputs & Correction, NamedTensors>;
  readonly #forward: CompiledStep<NamedTensors, NamedTensors>;
  /** The same with the network's criterion. */
  readonly #validate: CompiledStep<StepInputs, NamedTensors>;
  readonly #sumLimits: ClipLimits;
  readonly #fixedText: FixedText | null;
  /** Tells compiled steps of one stage or pass from those of another. */
  #stage = "";

  /**
   * Compiles the steps.
   *
   * @param noise of dropout
   * @param sumLimits what running sums of gradients are clipped at after each batch
   * @param fixedText keeps what a BERT makes of sentences, where training does not change that; it is
   * disposed of with the learner
   */
  constructor(
    engine: Pick<Engine, "compile">,
    network: Network,
    optimizer: Adam,
    noise: RandomStream,
    sumLimits: ClipLimits = {},
    fixedText: FixedText | null = null,
  ) {
    this.network = network;
    this.#sumLimits = sumLimits;
    this.optimizer = optimizer;
    this.#noise = noise;
    // Not of what is frozen, which is in no group.
    const groups = network.trainedGroups;
    const trained = new Set(groups.flatMap(({ parameters }) => parameters));
    this.counts = new StepCounts(groups);
    this.#trained = network.parameters.names().filter((name) => trained.has(name));
    this.#engine = engine;
    this.#fixedText = fixedText;
    this.#batches = new BatchReader(network, fixedText);
    this.#learnAndUpdate = engine.compile(
      (inputs: StepInputs & Correction) => this.#wholeStep(inputs),
      { state: this.#stateOf("parameter", "buffer", "memory", "optimizer") },
    );
    this.#forward = engine.compile(
      (inputs) => ({ prediction: this.network.apply(inputs as Inputs, null).prediction }),
      { state: this.#stateOf("parameter", "buffer") },
    );
    this.#validate = engine.compile((inputs: StepInputs) => this.#criterionOf(inputs), {
      state: this.#stateOf("parameter", "buffer", "memory"),
    });
  }

  /** Number of optimizer steps so far. */
  get optimizerSteps(): number {
    return this.counts.steps;
  }

  /** Number of parameters that are trained. */
  get trainedCount(): number {
    return this.#trained.length;
  }

  /**
   * Sums of gradients since the last optimizer step, by parameter. They are as large as the network: a
   * training with a step for each batch never asks for them, and never has them.
   */
  get gradients(): ReadonlyMap<string, tf.Variable> {
    return this.makeSums().gradients;
  }

  /** Makes the sums of gradients, where there are none yet. */
  makeSums(): GradientSums {
    const { parameters } = this.network;
    return this.#sums ??= new GradientSums(
      this.#engine,
      this.#trained.map((name) => [name, parameters.get(name)] as const),
      {
        step: (inputs) => this.#gradientStep(inputs),
        state: this.#stateOf("parameter", "buffer", "memory"),
      },
      {
        step: (inputs) => this.#optimizerStep(inputs),
        state: this.#stateOf("parameter", "optimizer"),
      },
    );
  }

  /** Everything that training changes, under the names of the checkpoint file. */
  *variables(): Generator<[string, tf.Variable]> {
    const { network, optimizer } = this;
    for (const [name, variable] of network.parameters) yield [`parameter/${name}`, variable];
    for (const [name, variable] of network.buffers) yield [`buffer/${name}`, variable];
    for (const [name, variable] of network.memory) yield [`memory/${name}`, variable];
    for (const [name, variable] of optimizer.slots) yield [`optimizer/${name}`, variable];
    if (this.#sums !== undefined) yield* this.#sums.variables();
  }

  /** Parameters in groups that had no gradient in any step so far, and that are not known to have none. */
  untaught(): string[] {
    const known = new Set(this.network.idle);
    return this.#trained.filter((name) => !this.#taught.has(name) && !known.has(name));
  }

  /** Goes to a stage of a network that has several, with an optimizer that starts anew. */
  enterStage(stage: number): void {
    if (this.network.enterStage === undefined) return;
    this.network.enterStage(stage);
    this.optimizer.restart(this.network.trainedGroups);
    this.counts.restart();
    this.#withoutGradient.clear();
    this.#stage = `stage ${stage}`;
  }

  /** Goes to a pass of the epoch, of a network that has several; its optimizer goes on. */
  enterPass(pass: number): void {
    if (this.network.enterPass === undefined) return;
    this.network.enterPass(pass);
    this.optimizer.pass = pass;
    this.#stage = `pass ${pass}`;
  }

  /**
   * Learns from the samples `indices` of `split`, which has labels.
   *
   * @param next samples of the step after this one, which are read while the engine computes
   */
  async step(
    split: Split,
    indices: Uint32Array,
    place: StepPlace,
    next?: Uint32Array,
  ): Promise<StepResult> {
    const inputs = stepInputs(
      await this.#batches.take(split, indices),
      this.network.modalities,
      split,
      indices,
      place,
    );
    const count = (isDue = false) =>
      isDue ? this.counts.next(this.optimizer, place.epoch, place.rate) : null;
    const within = count(place.stepsWithin), correction = count(place.endsGroup);
    const variant = this.counts.variant(this.#stage, correction ?? within);
    const isWhole = place.startsGroup && correction !== null && within === null &&
      !this.holdsGradients;
    if (place.startsGroup && !isWhole) this.makeSums().clear({});
    const learning = isWhole
      ? this.#learnAndUpdate.start({ ...inputs, ...correction }, variant)
      : this.makeSums().learn.start(inputs, this.#stage);
    const outputs = await this.#batches.ahead(learning, split, next);
    if (within !== null) this.makeSums().update(within, variant);
    if (correction !== null && !isWhole) this.makeSums().update(correction, variant);
    const result: StepResult = { loss: 0, parts: {}, scores: {} };
    for (const [name, tensor] of Object.entries(outputs)) {
      const values = await tensor.data();
      const [kind, key = ""] = name.split("/");
      if (kind === "part") result.parts[key] = values[0]!;
      else if (kind === "score") result.scores[key] = Float32Array.from(values);
      else result.loss = values[0]!;
    }
    tf.dispose([outputs, inputs, within, correction] as tf.TensorContainer);
    return result;
  }

  /** Computes what no step changes, which may take minutes. @throws the signal's reason */
  async prepare(splits: Iterable<Split>, signal?: AbortSignal): Promise<void> {
    for (const split of splits) await this.#fixedText?.prepare(split, signal);
  }

  /** Scores of samples of a split without dropout, in the order of the batches. */
  async predict(split: Split, batches: Iterable<ArrayLike<number>>): Promise<Float32Array> {
    const predictions: number[] = [], all = [...batches];
    const breath = new Breath();
    for (const [i, indices] of all.entries()) {
      const inputs = await this.#batches.take(split, indices) as NamedTensors;
      const running = this.#forward.start(inputs, this.#stage);
      const { prediction } = await this.#batches.ahead(running, split, all[i + 1]);
      for (const score of await prediction!.data()) predictions.push(score);
      prediction!.dispose();
      tf.dispose(inputs as tf.TensorContainer);
      await breath.take();
    }
    return Float32Array.from(predictions);
  }

  /**
   * Scores of a split with labels, without dropout, and the criterion of each batch.
   *
   * @param epoch from 1, for networks whose criterion depends on it
   */
  async validate(
    split: Split,
    batches: Iterable<ArrayLike<number>>,
    epoch: number,
  ): Promise<Validation> {
    const predictions: number[] = [], criteria: number[] = [], all = [...batches];
    const breath = new Breath();
    for (const [i, indices] of all.entries()) {
      const place = { epoch, batch: 0 };
      const inputs = stepInputs(
        await this.#batches.take(split, indices),
        this.network.modalities,
        split,
        indices,
        place,
      );
      const running = this.#validate.start(inputs, this.#stage);
      const made = await this.#batches.ahead(running, split, all[i + 1]);
      for (const score of await made["prediction"]!.data()) predictions.push(score);
      criteria.push((await made["criterion"]!.data())[0]!);
      tf.dispose([made, inputs] as tf.TensorContainer);
      await breath.take();
    }
    return { predictions: Float32Array.from(predictions), criteria };
  }

  /** Frees the optimizer's memory and the gradients, not the network. */
  dispose(): void {
    this.#batches.drop();
    this.#sums?.dispose();
    this.#learnAndUpdate.dispose();
    this.#forward.dispose();
    this.#fixedText?.dispose();
    this.#validate.dispose();
    this.optimizer.dispose();
  }

  /** Those variables whose names start so. */
  #stateOf(...parts: string[]): Record<string, tf.Variable> {
    return Object.fromEntries(
      [...this.variables()].filter(([name]) => parts.includes(name.split("/")[0]!)),
    );
  }

  /** As a function of tensors alone. */
  #gradientStep(inputs: StepInputs): NamedTensors {
    return this.#learnFrom(
      inputs,
      (gradients) => this.makeSums().add(gradients, this.#sumLimits),
    );
  }

  #optimizerStep(correction: Correction): NamedTensors {
    const without = this.#withoutGradient.get(this.#stage);
    const sums = [...this.gradients].filter(([name]) => !without?.has(name));
    this.optimizer.apply(Object.fromEntries(sums), this.counts.toStep(correction));
    return {};
  }

  #wholeStep(inputs: StepInputs & Correction): NamedTensors {
    const [rest, correction] = takeCorrection<StepInputs>(inputs);
    return this.#learnFrom(rest, (gradients) => {
      // A sum of one.
      const clipping = clippingOf([...gradients.values()], this.#sumLimits);
      const clipped = [...gradients].map(([name, gradient]) =>
        [name, clipping?.of(gradient) ?? gradient] as const
      );
      const step = this.counts.toStep(correction);
      this.optimizer.apply(Object.fromEntries(clipped), step);
      clipping?.dispose();
    });
  }

  #criterionOf(inputs: StepInputs): NamedTensors {
    const { features, target } = splitStepInputs(inputs);
    const outputs = this.network.apply(features, null);
    return { prediction: outputs.prediction, criterion: this.network.criterion(outputs, target) };
  }

  /** Forward and backward; `use` gets the gradient of every parameter that has one. */
  #learnFrom(
    inputs: StepInputs,
    use: (gradients: ReadonlyMap<string, tf.Tensor>) => void,
  ): NamedTensors {
    const { features, target, counter } = splitStepInputs(inputs);
    const trained = this.#trained.map((name) => this.network.parameters.get(name));
    const kept = new Set<tf.Tensor>();
    try {
      let outputs!: Outputs;
      let parts!: Readonly<Record<string, tf.Scalar>>;
      const { value: loss, grads } = tf.variableGrads(() => {
        outputs = this.network.apply(features, { stream: this.#noise, counter });
        const { total, parts: named } = this.network.loss(outputs, target);
        parts = named;
        // The scope of the tape frees what it does not return.
        for (const tensor of [...Object.values(outputs), ...Object.values(parts)]) {
          kept.add(tf.keep(tensor));
        }
        return tf.clone(total);
      }, trained);
      const gradients = new Map<string, tf.Tensor>();
      const without = this.#withoutGradient.get(this.#stage) ?? new Set();
      this.#withoutGradient.set(this.#stage, without);
      for (const name of this.#trained) {
        const gradient = grads[this.network.parameters.get(name).name];
        if (gradient === undefined) without.add(name);
        else gradients.set(name, gradient);
        if (gradient !== undefined) this.#taught.add(name);
      }
      use(gradients);
      this.network.afterGradient?.(outputs, target);
      const results: Record<string, tf.Tensor> = { loss };
      for (const [name, part] of Object.entries(parts)) results[`part/${name}`] = tf.clone(part);
      for (const [name, tensor] of Object.entries(outputs)) {
        if (name.startsWith("score.")) {
          results[`score/${name.slice("score.".length)}`] = tf.clone(tensor);
        }
      }
      return results;
    } finally {
      // An output may be an input, as of data that need no change.
      const given = new Set<tf.Tensor>(Object.values(inputs));
      for (const tensor of kept) if (!given.has(tensor)) tensor.dispose();
    }
  }
}
