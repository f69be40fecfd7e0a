/**
 * Random numbers that depend on nothing but a seed and a name: the same on every engine, platform
 * and in every order of calls. A stream is split by name, `root.split("dropout").split("text")`, and
 * its key is a hash of the seed and the path of names; numbers come from Philox 4x32-10.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { fillPhilox } from "./philox.ts";

/** Words of a block, and most of those that are drawn at a time. */
const [BLOCK, MOST_WORDS] = [4, 4096];

/**
 * A named stream of random numbers; draws continue where the last one ended.
 *
 * @example
 * ```ts
 * import { RandomStream } from "./random.ts";
 * import { assertEquals } from "@std/assert";
 * const order = RandomStream.fromSeed(1111).split("order");
 * assertEquals([...order.permutation(5)].sort(), [0, 1, 2, 3, 4]);
 * ```
 */
export class RandomStream {
  /** The Philox key of this stream, as two 32-bit words. */
  readonly key: readonly [number, number];
  readonly #path: string;
  readonly #children = new Map<string, RandomStream>();
  #block = 0;
  #words = new Uint32Array(0);
  #next = 0;

  /** Made by {@linkcode RandomStream.fromSeed} and the streams above. @param path seed and names */
  protected constructor(path: string) {
    this.#path = path;
    const digest = createHash("sha256").update(path).digest();
    this.key = [digest.readUInt32LE(0), digest.readUInt32LE(4)];
  }

  /**
   * The root stream of a run.
   *
   * @example
   * ```ts
   * import { RandomStream } from "./random.ts";
   * import { assertEquals } from "@std/assert";
   * const order = RandomStream.fromSeed(1111).split("order").split("epoch 1");
   * assertEquals(order.permutation(5), RandomStream.fromSeed(1111).split("order").split("epoch 1").permutation(5));
   * ```
   *
   * @throws {RangeError} when the seed is not an integer in [0, 2^53).
   */
  static fromSeed(seed: number): RandomStream {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`Cannot seed with ${seed}: expected an integer in [0, 2^53)`);
    }
    return new RandomStream(`${seed}`);
  }

  /** Zeros for every array, drawn at no cost: for who asks how large a network is, not what it knows. */
  static zeros(): RandomStream {
    return new Zeros("");
  }

  /** The stream of that name below this one; the same object for the same name. */
  split(name: string): RandomStream {
    let child = this.#children.get(name);
    if (child === undefined) {
      child = new RandomStream(`${this.#path}\u0000${name}`);
      this.#children.set(name, child);
    }
    return child;
  }

  /** A new stream of that name, at its start, that is not remembered: for one of many steps. */
  fresh(name: string): RandomStream {
    return new RandomStream(`${this.#path}\u0000${name}`);
  }

  /** 32 random bits. */
  #word(): number {
    if (this.#next === this.#words.length) this.#refill();
    return this.#words[this.#next++]!;
  }

  /** Draws the next blocks: one, and ever more for a stream that goes on. */
  #refill(): void {
    const count = Math.min(4 * this.#words.length || BLOCK, MOST_WORDS);
    if (this.#words.length !== count) this.#words = new Uint32Array(count);
    const low = this.#block % 2 ** 32;
    const high = Math.floor(this.#block / 2 ** 32);
    fillPhilox(this.#words, this.key, [low, high, 0, 0]);
    this.#block += count / BLOCK;
    this.#next = 0;
  }

  /** A number in [0, 1) with 53 random bits. */
  uniform(): number {
    const high = this.#word() >>> 5;
    const low = this.#word() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** A standard normal number (Box and Muller, one of the pair). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** An integer in [0, n), every one equally likely. */
  integer(n: number): number {
    const limit = Math.floor(2 ** 32 / n) * n;
    let word = this.#word();
    while (word >= limit) word = this.#word();
    return word % n;
  }

  /** The integers 0 to n−1 in random order (Fisher and Yates). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }

  /** `count` numbers, uniform in [low, high), as float32. */
  uniformArray(count: number, low: number, high: number): Float32Array {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = low + (high - low) * this.uniform();
    return values;
  }

  /** `count` normal numbers with mean 0 and a standard deviation, as float32. */
  normalArray(count: number, deviation = 1): Float32Array {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = deviation * this.normal();
    return values;
  }
}

/** What {@linkcode RandomStream.zeros} gives. */
class Zeros extends RandomStream {
  override split(): RandomStream {
    return this;
  }

  override uniformArray(count: number): Float32Array {
    return new Float32Array(count);
  }

  override normalArray(count: number): Float32Array {
    return new Float32Array(count);
  }
}
