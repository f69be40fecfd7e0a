/**
 * When to stop, and which epoch was best.
 *
 * @module
 */

/** A loss must fall by this much to be the best; ties keep the earlier epoch. */
const IMPROVEMENT = 1e-6;

/**
 * Watches a loss that should fall. A loss that is not finite is never the best.
 */
export class EarlyStopping {
  readonly #patience: number;
  /** The smallest loss so far; Infinity before the first. */
  bestLoss: number = Infinity;
  /** Its epoch; 0 before the first. */
  bestEpoch = 0;

  /**
   * Starts before the first epoch.
   *
   * @param patience number of epochs without improvement after which training stops
   * @throws {RangeError} when patience is not a positive integer.
   */
  constructor(patience: number) {
    if (!Number.isInteger(patience) || patience < 1) {
      throw new RangeError(`Cannot stop early after ${patience} epochs: expected 1 or more`);
    }
    this.#patience = patience;
  }

  /** Takes the loss of an epoch; returns whether it is the best so far. */
  observe(epoch: number, loss: number): boolean {
    // The first finite loss is always an improvement: Infinity − Infinity never gets here.
    if (!Number.isFinite(loss) || !(loss <= this.bestLoss - IMPROVEMENT)) return false;
    this.bestLoss = loss;
    this.bestEpoch = epoch;
    return true;
  }

  /** Forgets what came before: the epoch after `epoch` is the first of another training. */
  restart(epoch: number): void {
    this.bestLoss = Infinity;
    this.bestEpoch = epoch;
  }

  /** Whether `epoch` is the last one. */
  shouldStop(epoch: number): boolean {
    return epoch - this.bestEpoch >= this.#patience;
  }
}
