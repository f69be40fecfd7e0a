/** What a command is, and a call of it with its flags. @module */

import { UsageError } from "../../lib/core/errors.ts";

/** A flag of a command. */
export interface Flag {
  readonly name: string;
  readonly help: string;
  /** What follows it, for example `FILE`; a flag without is a switch. */
  readonly value?: string;
  /** Whether it may be given several times. */
  readonly repeatable?: boolean;
  /** The values that it takes, where they are few. */
  readonly choices?: readonly string[];
  readonly default?: string;
}

/** A command: `deno task NAME`. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Its arguments that are no flags, for example `["PATH", "FOLDER"]`; `RUNS…` takes one or more, `[FOLDER]` may be absent. */
  readonly arguments?: readonly string[];
  readonly flags: readonly Flag[];
  /** Lines after the flags in the help text. */
  readonly notes?: string;
}

/** The flags of a call; each kind of value (text, list, count, seeds) is read and refused here. */
export class Call {
  readonly arguments: readonly string[];
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>, positional: readonly string[]) {
    this.#values = values;
    this.arguments = positional;
  }

  /** Whether a switch was given. */
  has(name: string): boolean {
    return this.#values[name] === true;
  }

  /** The value of a flag, `true` of a switch; undefined where not given and without a default. */
  get(name: string): string | undefined {
    const value = this.#values[name];
    if (Array.isArray(value)) return value.length === 0 ? undefined : value.join(",");
    return value === undefined || value === false ? undefined : String(value);
  }

  /** The values of a repeatable flag. */
  all(name: string): string[] {
    return ((this.#values[name] ?? []) as unknown[]).map(String);
  }

  /** The value of a flag that must be there. @throws {UsageError} when it is not. */
  require(name: string): string {
    const value = this.get(name);
    if (value === undefined) throw new UsageError(`Missing --${name}`);
    return value;
  }

  /**
   * The values of a flag that takes several, separated by commas; undefined where it was not given.
   *
   * @throws {UsageError} when one is empty or given twice
   */
  list(name: string): string[] | undefined {
    const items = this.get(name)?.split(",").map((text) => text.trim());
    const refuse = (state: string) => {
      throw new UsageError(`Cannot use --${name} "${this.get(name)}": ${state}`);
    };
    items?.forEach((item, i) => {
      if (item === "") refuse("a value is empty, expected values with commas between them");
      if (items.indexOf(item) < i) refuse(`"${item}" is given twice, expected each value once`);
    });
    return items;
  }

  /** A whole number. @throws {UsageError} when it is none, or below `least`. */
  count(name: string, least: number): number {
    return this.countOr<never>(name, least);
  }

  /** A whole number of at least `least`, or the word. @throws {UsageError} when it is neither. */
  countOr<Word extends string = never>(name: string, least: number, word?: Word): number | Word {
    const text = this.require(name);
    if (text === word) return word;
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    const others = word === undefined ? "" : `, or ${word}`;
    throw new UsageError(
      `Cannot use --${name} "${text}": expected a whole number of ${least} or more${others}`,
    );
  }

  /** A number between two others. @throws {UsageError} when it is none. */
  between(name: string, low: number, high: number): number {
    const text = this.require(name);
    const value = text.trim() === "" ? NaN : Number(text);
    if (value > low && value < high) return value;
    throw new UsageError(
      `Cannot use --${name} "${text}": expected a number between ${low} and ${high}`,
    );
  }

  /** A list of whole numbers. @throws {UsageError} when one is none, or is given twice. */
  seeds(name: string): number[] {
    this.require(name);
    const seeds = this.list(name)!.map((text) => {
      if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
      throw new UsageError(
        `Cannot use "${text}" in --${name}: expected whole numbers like 1111,1112`,
      );
    });
    // 7 and 07 differ as text only.
    const twice = seeds.find((seed, i) => seeds.indexOf(seed) < i);
    if (twice === undefined) return seeds;
    throw new UsageError(`Cannot use --${name} "${this.get(name)}": ${twice} is given twice`);
  }
}
