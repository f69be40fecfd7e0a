/**
 * What a training is where nobody says otherwise; help texts show it too, so nothing is imported.
 *
 * @module
 */

/** Of every training, however it is started. A model's settings have their own defaults. */
export const TRAINING_DEFAULTS = {
  /** `tensorflow` where its library is found, else `cpu`. */
  engine: "auto",
  /** A GPU where the engine has one. */
  device: "auto",
  /** Features that are not finite become 0. */
  nonfinite: "zero",
  /** The folder above all runs. */
  out: "runs",
  /** The first of the seeds 1111, 1112, …, as the field has them. */
  firstSeed: 1111,
  /** How many seeds, as the field has them. */
  runs: 5,
} as const;

/**
 * The first seeds of the field: 1111, 1112, …
 *
 * @param count of them, a whole number of 1 or more
 */
export function firstSeeds(count: number = TRAINING_DEFAULTS.runs): number[] {
  return Array.from({ length: count }, (_, i) => TRAINING_DEFAULTS.firstSeed + i);
}
