/**
 * Classes in place of scores: data whose samples are named `negative` or `happy` and not rated.
 *
 * @module
 */

import { DataError } from "../core/errors.ts";
import type { Dataset, Split } from "./dataset.ts";
import { counted, listSome } from "./problem.ts";

/**
 * The classes of splits that have classes and no scores: numbers in their order, words in that of the
 * alphabet. Null where any split has scores, or none has classes.
 *
 * @example
 * ```ts
 * import { classesIn } from "./classes.ts";
 * import { assertEquals } from "@std/assert";
 * const annotations = ["sad", "happy", "sad"];
 * assertEquals(classesIn([{ labels: null, annotations }]), ["happy", "sad"]);
 * assertEquals(classesIn([{ labels: Float32Array.of(1, 2, 3), annotations }]), null);
 * ```
 */
export function classesIn(
  splits: readonly Pick<Split, "labels" | "annotations">[],
): string[] | null {
  if (splits.some(({ labels }) => labels !== null)) return null;
  const names = new Set(splits.flatMap(({ annotations }) => annotations ?? []));
  names.delete("");
  if (names.size === 0) return null;
  const areNumbers = [...names].every((name) => Number.isFinite(Number(name)));
  return [...names].sort(areNumbers ? (a, b) => Number(a) - Number(b) : undefined);
}

/** `"negative" (12), "positive" (30)`: the classes of splits with the number of samples of each. */
export function describeClasses(splits: readonly Pick<Split, "labels" | "annotations">[]): string {
  const all = splits.flatMap(({ annotations }) => annotations ?? []);
  const count = (name: string) => all.filter((annotation) => annotation === name).length;
  return (classesIn(splits) ?? []).map((name) => `"${name}" (${count(name)})`).join(", ");
}

/**
 * The data with the positions of their classes in `classes` as labels.
 *
 * @throws {DataError} when a sample has none of them
 */
export function withClassNumbers(dataset: Dataset, classes: readonly string[]): Dataset {
  const numbers = new Map(classes.map((name, number) => [name, number]));
  const splits = Object.values(dataset.splits).map((split): [string, Split] => {
    const { annotations, ids, name } = split;
    if (annotations === null) return [name, split];
    const others = ids.filter((_, row) => !numbers.has(annotations[row]!));
    if (others.length > 0) {
      const found = annotations[ids.indexOf(others[0]!)];
      throw new DataError(
        `Cannot use the classes of "${dataset.path}": split "${name}" has ` +
          `${counted(others.length, "sample")} of another class, such as "${others[0]}" of ` +
          `"${found}", expected ${listSome(classes, 20)}`,
      );
    }
    return [name, { ...split, labels: Float32Array.from(annotations, (a) => numbers.get(a)!) }];
  });
  return { ...dataset, classes, splits: Object.fromEntries(splits) };
}
