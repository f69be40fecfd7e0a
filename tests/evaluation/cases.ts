/** Data that several evaluation tests share. */

import type { ProtocolName } from "../../lib/data/mod.ts";
import { type mae, measure, metricOf, PROTOCOLS } from "../../lib/evaluation/mod.ts";

/** A golden JSON file. */
export function golden<T>(name: string): T {
  return JSON.parse(Deno.readTextFileSync(new URL(`../golden/${name}`, import.meta.url)));
}

/** `values[i]` repeated `counts[i]` times. */
export function repeated(values: readonly number[], counts: readonly number[]): number[] {
  return values.flatMap((value, i) => new Array<number>(counts[i]!).fill(value));
}

/** Numbers in [0, 1) that are the same in every run. */
export function* sequence(seed: number): Generator<number, never> {
  for (let state = seed >>> 0;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** Scores on a grid of `step` in [-range, range], so that zeros, halves and edges are frequent. */
export function gridScores(n: number, range: number, step: number, seed: number): number[] {
  const numbers = sequence(seed);
  const cells = Math.round(2 * range / step);
  return Array.from({ length: n }, () => Math.round(numbers.next().value * cells) * step - range);
}

/** A metric of a protocol, as a function of predictions and labels. */
export function metricBy(protocol: ProtocolName, key: string): typeof mae {
  const metric = metricOf(PROTOCOLS[protocol], key);
  return (predictions, labels) => measure(metric, predictions, labels);
}
