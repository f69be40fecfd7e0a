/**
 * Unimodal label generation (ULGM): labels for text, audio and vision that nobody annotated, from
 * where a sample lies between the class centres of each modality.
 *
 * Source: Yu et al., AAAI 2021 (METHODS 1.2, equations (7)–(15)), and the released code (thuiar/MMSA,
 * `trains/multiTask/SELF_MM.py`), whose order of updates this follows: labels first, with the
 * centres that the previous batch left, then features, then centres.
 *
 * @module
 */

import { MODALITIES, type Modality } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import type { LabelGeneration, Task } from "./network_types.ts";

/** ε of the relative distance and of the ratio. */
const EPSILON = 1e-8;
/** Features whose class centres lie closer than this carry no class: no label is generated. */
const DEAD = 1e-6;
/** Smallest |α_m| of the ratio in robust mode. */
const SMALLEST_ALPHA = 0.05;

/** How labels are generated. */
export interface UnimodalLabelOptions {
  /** Labels lie in [−H, H]. */
  readonly labelRange: number;
  /** Whether zero labels belong to no class (MMSA), or to the positive one (Self-MM's repository). */
  readonly excludeZero: boolean;
  /** `euclidean`: ‖f − c‖ (the code); `squared`: ‖f − c‖² / √d (the paper). */
  readonly distance: "euclidean" | "squared";
  /** Whether relative distances are bounded to [−1, 1] and the ratio's denominator kept from 0. */
  readonly bounded: boolean;
}

/**
 * (12), (13) y_s = ½ y_m α_s / α_m + ½ (y_m + α_s − α_m) within [−H, H], all [batch]; y_m where that is
 * not finite. `below` is what stands below α_s.
 */
function newLabel(
  y: tf.Tensor1D,
  alphaS: tf.Tensor1D,
  alphaM: tf.Tensor1D,
  below: tf.Tensor1D,
  { labelRange }: UnimodalLabelOptions,
): tf.Tensor1D {
  const byRatio = tf.mul(y, tf.div(alphaS, below));
  const byDifference = tf.add(y, tf.sub(alphaS, alphaM));
  const label = tf.mul(0.5, tf.add(byRatio, byDifference)) as tf.Tensor1D;
  return tf.clipByValue(tf.where(tf.isFinite(label), label, y), -labelRange, labelRange);
}

/** (15) W_s = tanh|Y_s − y_m|, [batch]: the weights of a unimodal loss. */
export function disagreement(labels: tf.Tensor1D, y: tf.Tensor1D): tf.Tensor1D {
  return tf.tanh(tf.abs(tf.sub(labels, y)));
}

/** (14) Y_s⁽ⁿ⁾ = (n − 1)/(n + 1) Y_s⁽ⁿ⁻¹⁾ + 2/(n + 1) y_s⁽ⁿ⁾, [batch] */
function momentum(old: tf.Tensor1D, label: tf.Tensor1D, n: tf.Scalar): tf.Tensor1D {
  const kept = tf.div(tf.sub(n, 1), tf.add(n, 1));
  const taken = tf.div(2, tf.add(n, 1));
  return tf.add(tf.mul(kept, old), tf.mul(taken, label));
}

/**
 * Label maps, feature banks and class centres of one training.
 */
export class UnimodalLabels {
  readonly #options: UnimodalLabelOptions;
  readonly #tasks: readonly Task[];
  readonly #memory = new Map<string, tf.Variable>();

  /**
   * @param labels annotated labels of the train split
   * @param widths width of the feature of each task; modalities without one take no part
   */
  constructor(
    labels: Float32Array,
    widths: Readonly<Partial<Record<Task, number>>>,
    options: UnimodalLabelOptions,
  ) {
    this.#options = options;
    this.#tasks = (["fusion", ...MODALITIES] as const).filter((task) => widths[task] !== undefined);
    tf.tidy(() => {
      const y = tf.tensor1d(labels);
      for (const task of this.#tasks) {
        const width = widths[task]!;
        this.#add(`labels.${task}`, y);
        this.#add(`bank.${task}`, tf.zeros([labels.length, width]));
        this.#add(`class_sum.${task}`, tf.zeros([2, width]));
        this.#add(`class_count.${task}`, tf.sum(this.#membership(y), 1));
        this.#add(`center.${task}`, tf.zeros([2, width]));
        this.#add(`has_center.${task}`, tf.zeros([2]));
        this.#add(`skipped.${task}`, tf.scalar(0));
      }
    });
  }

  /** Everything that a resume needs, by name. */
  get memory(): ReadonlyMap<string, tf.Variable> {
    return this.#memory;
  }

  /** The labels of a task, in the order of the train split, [samples]. */
  labels(task: Task): tf.Tensor1D {
    return this.#get(`labels.${task}`);
  }

  /** The labels of a task for some samples of the train split, [batch]. */
  of(task: Task, index: tf.Tensor1D): tf.Tensor1D {
    return tf.gather(this.labels(task), index);
  }

  /**
   * Gives the samples of a batch new unimodal labels (equations 8–14); in epoch 1 they stay.
   *
   * @param features of this batch by task, [batch, width]
   * @param epoch number of the epoch, from 1
   */
  relabel(
    features: Readonly<Partial<Record<Task, tf.Tensor2D>>>,
    index: tf.Tensor1D,
    epoch: tf.Scalar,
  ): void {
    tf.tidy(() => {
      const y = this.of("fusion", index);
      const alphaM = this.#relativeDistance("fusion", features.fusion!);
      // A factor and not a branch, so that one compiled step serves all epochs.
      const isLater = tf.cast(tf.greater(epoch, 1.5), "float32");
      for (const task of this.#tasks) {
        if (task === "fusion") continue;
        const alphaS = this.#relativeDistance(task, features[task]!);
        const label = newLabel(y, alphaS, alphaM, this.#denominator(alphaM), this.#options);
        const old = this.of(task, index);
        const next = momentum(old, label, epoch);
        const hasClasses = tf.mul(this.#hasClasses("fusion"), this.#hasClasses(task));
        const usable = tf.mul(isLater, hasClasses);
        const kept = tf.add(tf.mul(usable, next), tf.mul(tf.sub(1, usable), old)) as tf.Tensor1D;
        this.#setRows(`labels.${task}`, index, kept);
        const membership = tf.sub(this.#membership(kept), this.#membership(old)) as tf.Tensor2D;
        this.#addToClasses(task, membership, tf.gather(this.#get(`bank.${task}`), index));
        const skipped = this.#get<tf.Variable>(`skipped.${task}`);
        skipped.assign(tf.add(skipped, tf.mul(isLater, tf.sub(1, hasClasses))));
      }
    });
  }

  /** Puts the features of a batch into the banks and moves the class centres (equation 7). */
  remember(features: Readonly<Partial<Record<Task, tf.Tensor2D>>>, index: tf.Tensor1D): void {
    tf.tidy(() => {
      for (const task of this.#tasks) {
        const name = `bank.${task}`;
        const rows = features[task]!;
        const change = tf.sub(rows, tf.gather(this.#get(name), index)) as tf.Tensor2D;
        const membership = this.#membership(this.of(task, index));
        const sum = this.#get<tf.Variable>(`class_sum.${task}`);
        sum.assign(tf.add(sum, tf.matMul(membership, change)));
        this.#setRows(name, index, rows);
        this.#moveCenters(task);
      }
    });
  }

  /** Sums up the classes anew, so that rounding errors of the running sums do not add up. */
  recount(): void {
    tf.tidy(() => {
      for (const task of this.#tasks) {
        const membership = this.#membership(this.labels(task));
        const bank = this.#get<tf.Tensor2D>(`bank.${task}`);
        this.#get<tf.Variable>(`class_sum.${task}`).assign(tf.matMul(membership, bank));
        this.#get<tf.Variable>(`class_count.${task}`).assign(tf.sum(membership, 1));
      }
    });
  }

  /**
   * How the labels of a modality stand. Events are `skippedBatches`, those that generated no labels
   * for want of two classes apart, since the training began; `labelsAtRange`, samples whose label is
   * ±H; and in robust mode `boundedRatios`, samples with |α_m| below 0.05 by the features and
   * centres of now, for which the ratio α_s / α_m is bounded.
   */
  async generation(modality: Modality): Promise<LabelGeneration> {
    const { labelRange, bounded } = this.#options;
    const [labels, counts] = tf.tidy(() => {
      const alpha = this.#relativeDistance("fusion", this.#get<tf.Tensor2D>("bank.fusion"));
      const small = tf.sum(tf.cast(tf.less(tf.abs(alpha), SMALLEST_ALPHA), "float32"));
      const skipped = this.#get<tf.Scalar>(`skipped.${modality}`);
      return [
        this.labels(modality),
        tf.stack([this.#centerDistance(modality), skipped, small]),
      ];
    });
    const [values, numbers] = await Promise.all([labels.data(), counts.data()]);
    counts.dispose();
    const [centerDistance, skippedBatches, boundedRatios] = numbers as unknown as number[];
    return {
      labels: values as Float32Array,
      range: labelRange,
      centerDistance: centerDistance!,
      events: {
        skippedBatches: skippedBatches!,
        labelsAtRange: values.filter((value) => Math.abs(value) === labelRange).length,
        ...(bounded ? { boundedRatios: boundedRatios! } : {}),
      },
    };
  }

  /** Frees the memory. */
  dispose(): void {
    for (const variable of this.#memory.values()) variable.dispose();
    this.#memory.clear();
  }

  /** (8), (9) [batch, width] → α [batch] */
  #relativeDistance(task: Task, features: tf.Tensor2D): tf.Tensor1D {
    const center = this.#get<tf.Tensor2D>(`center.${task}`);
    const { distance, bounded } = this.#options;
    const toCenter = (row: number) => {
      const squares = tf.square(tf.sub(features, tf.gather(center, tf.tensor1d([row], "int32"))));
      const sum = tf.sum(squares, 1);
      return distance === "squared" ? tf.div(sum, Math.sqrt(features.shape[1])) : tf.sqrt(sum);
    };
    const positive = toCenter(0);
    const negative = toCenter(1);
    const scale = bounded ? this.#centerDistance(task) : positive;
    return tf.div(tf.sub(negative, positive), tf.add(scale, EPSILON));
  }

  /** Denominator of α_s / α_m; in robust mode at least 0.05 in size, with sign(0) = +1. */
  #denominator(alpha: tf.Tensor1D): tf.Tensor1D {
    if (!this.#options.bounded) return tf.add(alpha, EPSILON);
    const sign = tf.sub(tf.mul(2, tf.cast(tf.greaterEqual(alpha, 0), "float32")), 1);
    return tf.mul(sign, tf.maximum(tf.abs(alpha), SMALLEST_ALPHA));
  }

  /** ‖C⁺ − C⁻‖, in the distance in use. */
  #centerDistance(task: Task): tf.Scalar {
    const center = this.#get<tf.Tensor2D>(`center.${task}`);
    const sign = tf.tensor2d([1, -1], [1, 2]);
    const squares = tf.sum(tf.square(tf.matMul(sign, center))) as tf.Scalar;
    return this.#options.distance === "squared"
      ? tf.div(squares, Math.sqrt(center.shape[1]))
      : tf.sqrt(squares);
  }

  /** 1 when both classes have a centre and the centres differ, else 0. */
  #hasClasses(task: Task): tf.Scalar {
    const apart = tf.cast(tf.greater(this.#centerDistance(task), DEAD), "float32");
    return tf.mul(tf.min(this.#get(`has_center.${task}`)), apart);
  }

  /** [batch] → [2, batch], 1 where a label belongs to the positive, to the negative class */
  #membership(labels: tf.Tensor1D): tf.Tensor2D {
    const positive = this.#options.excludeZero ? tf.greater(labels, 0) : tf.greaterEqual(labels, 0);
    return tf.cast(tf.stack([positive, tf.less(labels, 0)]), "float32") as tf.Tensor2D;
  }

  /** Adds rows to (or takes them from) the class sums and counts; membership [2, batch]. */
  #addToClasses(task: Task, membership: tf.Tensor2D, rows: tf.Tensor2D): void {
    const sum = this.#get<tf.Variable>(`class_sum.${task}`);
    const count = this.#get<tf.Variable>(`class_count.${task}`);
    sum.assign(tf.add(sum, tf.matMul(membership, rows)));
    count.assign(tf.add(count, tf.sum(membership, 1)));
  }

  /** An empty class keeps its centre, where the reference gets NaN for good. */
  #moveCenters(task: Task): void {
    const count = this.#get<tf.Variable>(`class_count.${task}`);
    const center = this.#get<tf.Variable>(`center.${task}`);
    const hasCenter = this.#get<tf.Variable>(`has_center.${task}`);
    const occupied = tf.cast(tf.greater(count, 0.5), "float32");
    const mean = tf.div(
      this.#get(`class_sum.${task}`),
      tf.expandDims(tf.maximum(count, 1), 1),
    );
    const occupiedRow = tf.expandDims(occupied, 1);
    center.assign(
      tf.add(tf.mul(occupiedRow, mean), tf.mul(tf.sub(1, occupiedRow), center)),
    );
    hasCenter.assign(tf.maximum(hasCenter, occupied));
  }

  #setRows(name: string, index: tf.Tensor1D, rows: tf.Tensor): void {
    const variable = this.#get<tf.Variable>(name);
    variable.assign(tf.tensorScatterUpdate(variable, tf.expandDims(index, 1), rows));
  }

  #add(name: string, value: tf.Tensor): void {
    // A sum has memory of its own: the cpu engine scatters in place, also into what is shared.
    this.#memory.set(name, tf.variable(tf.add(value, 0), false));
  }

  #get<T extends tf.Tensor>(name: string): T {
    return this.#memory.get(name) as unknown as T;
  }
}

/**
 * Says when unimodal labels cannot be generated: they are read from where a sample lies between the
 * centres of the positive and the negative samples, and need at least two of each.
 *
 * @returns the warning; none where labels can be generated
 */
export function oneSignWarning(labels: Float32Array): string[] {
  const positive = labels.reduce((count, label) => count + Number(label > 0), 0);
  const negative = labels.reduce((count, label) => count + Number(label < 0), 0);
  if (positive >= 2 && negative >= 2) return [];
  return [
    `Unimodal labels cannot be generated: split "train" has ${positive} positive and ` +
    `${negative} negative labels, at least 2 of each are needed; without, they stay the ` +
    "multimodal ones",
  ];
}
