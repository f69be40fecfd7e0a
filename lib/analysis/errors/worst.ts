/** Which samples a run is most wrong about. @module */

/** Samples of a list of the largest errors, unless more or fewer are asked for. */
export const WORST_COUNT = 10;

/** Labels and scores of samples, [samples] each. */
export interface Scored {
  /** Names. */
  readonly ids: readonly string[];
  /** True. */
  readonly labels: ArrayLike<number>;
  /** The run's. */
  readonly predictions: ArrayLike<number>;
}

/** Positions of the largest errors, the worst first; of equal ones that which comes first by its id. */
export function worstOf({ ids, labels, predictions }: Scored, count = WORST_COUNT): number[] {
  const sizes = ids.map((_, i) => Math.abs(predictions[i]! - labels[i]!));
  return [...ids.keys()]
    .sort((a, b) => sizes[b]! - sizes[a]! || (ids[a]! < ids[b]! ? -1 : 1))
    .slice(0, count);
}
