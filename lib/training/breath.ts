/**
 * Turns for the host in long computations: signals, timers and the progress bar are otherwise not
 * heard before the end.
 *
 * @module
 */

/** Milliseconds between two turns, at least. */
const BREATH = 20;

/** Counts the time since the last turn. */
export class Breath {
  #takenAt = performance.now();

  /** Gives the host its turn when it is due. */
  async take(): Promise<void> {
    if (performance.now() - this.#takenAt < BREATH) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#takenAt = performance.now();
  }
}
