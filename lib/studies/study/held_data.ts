/** Data that trainings of one process share. @module */

import type { TrainingData } from "../../training/training_data.ts";

/** Data that somebody uses; dispose it when the use is over. */
export interface Held extends Disposable {
  readonly data: TrainingData;
}

/** Data, loaded or being loaded, and how many use them. */
interface Entry {
  readonly data: Promise<TrainingData>;
  users: number;
}

/**
 * Data by key, loaded once for all who use them at a time. Those that nobody uses stay for the next
 * one, who mostly wants them too, and make room when it wants others.
 */
export class HeldData {
  readonly #entries = new Map<string, Entry>();

  /** The data under `key`, by `load` where they are not there. @throws what `load` throws */
  async hold(key: string, load: () => Promise<TrainingData>): Promise<Held> {
    const entry = this.#entries.get(key) ?? { data: this.#loadFirst(load), users: 0 };
    this.#entries.set(key, entry);
    entry.users++;
    try {
      const data = await entry.data;
      return { data, [Symbol.dispose]: () => entry.users-- };
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      throw error;
    }
  }

  /** Loads when what nobody uses is closed. */
  async #loadFirst(load: () => Promise<TrainingData>): Promise<TrainingData> {
    const unused = [...this.#entries].filter(([, { users }]) => users === 0);
    // All at once, before anybody else can ask for them.
    for (const [key] of unused) this.#entries.delete(key);
    for (const [, { data }] of unused) (await data).dataset.close();
    return await load();
  }
}
