/** What there is to know of a large error. @module */

import type { Modality } from "../../data/mod.ts";

/** A sample that the run learned from. */
export interface TrainNeighbour {
  /** Its name. */
  readonly id: string;
  /** What is said; null where the data do not tell. */
  readonly text: string | null;
  /** True. */
  readonly label: number;
  /** Between the fusion vectors of both, Euclidean. */
  readonly distance: number;
}

/** A sample, its score, and what lies near it. */
export interface ErrorSample {
  /** Its name. */
  readonly id: string;
  /** What is said; null where the data do not tell. */
  readonly text: string | null;
  /** True. */
  readonly label: number;
  /** The run's. */
  readonly prediction: number;
  /** By modality, as {@linkcode FoundErrors.scoredBy} says. */
  readonly scores: Readonly<Partial<Record<Modality, number>>>;
  /** The nearest first; none where the model has no representations. */
  readonly neighbours: readonly TrainNeighbour[];
}

/** What was found. */
export interface FoundErrors {
  /** Where they are from. */
  readonly split: string;
  /** Path of the data. */
  readonly data: string;
  /** Of how many samples they are the worst. */
  readonly samples: number;
  /**
   * Where a modality's own score is from: a `head` of the network, the run `alone` with that
   * modality, the others being dropped, or null for a run that reads one modality.
   */
  readonly scoredBy: "head" | "alone" | null;
  /** The worst first. */
  readonly errors: readonly ErrorSample[];
}
