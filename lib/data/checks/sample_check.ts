/**
 * Whether samples are where they belong: no split empty, no sample twice, none in two splits.
 *
 * @module
 */

import type { SplitName } from "../modality.ts";
import { counted, listSome, type Problem, problem } from "../problem.ts";
import type { RowHashes } from "./row_hashes.ts";
import type { SplitSource } from "../source.ts";

/** Warnings for splits without samples, or with one, which has no correlation and no batch. */
export function sizeProblems(split: SplitSource): Problem[] {
  const samples = split.ids.length;
  if (samples > 1) return [];
  const rest = { split: split.name, count: samples, ids: split.ids };
  return samples === 0
    ? [problem("warning", "empty-split", `split "${split.name}" is empty`, rest)]
    : [problem("warning", "tiny-split", `split "${split.name}" has one sample only`, rest)];
}

/**
 * Ids that occur twice in a split (warning) or in two splits (error). Row numbers are counted anew
 * in each split, and so say nothing about who is who: the content tells.
 */
export function idProblems(splits: readonly SplitSource[]): Problem[] {
  const numbered = splits.map(({ ids }) => rowNumberPrefix(ids));
  const isCounted = (i: number) =>
    numbered[i] !== null && numbered.indexOf(numbered[i]!) !== numbered.lastIndexOf(numbered[i]!);
  const samples = splits.filter((_, i) => !isCounted(i)).flatMap(({ name, ids }) =>
    ids.map((id) => ({ key: id, split: name, id }))
  );
  const { within, across } = findTwice(samples);
  return [
    ...within.map(({ split, ids }) => {
      const message = `split "${split}" has ${counted(ids.length, "id")} more than once: ${
        listSome(ids)
      }`;
      return problem("warning", "duplicate-id", message, { split, ids });
    }),
    ...across.map(({ split, other, ids }) => {
      const message = `split "${split}" shares ${
        counted(ids.length, "id")
      } with split "${other}": ${listSome(ids)}`;
      return problem("error", "leaked-id", message, { split, ids });
    }),
  ];
}

/** What stands before ids that are consecutive numbers: `0, 1, …`, `clip_1, clip_2, …`; else null. */
export function rowNumberPrefix(ids: readonly string[]): string | null {
  const parts = ids.map((id) => /^([^\d]*)(\d+)(?:\.0)?$/.exec(id));
  const prefix = parts[0]?.[1];
  if (prefix === undefined) return null;
  const numbers = parts.map((part) => part?.[1] === prefix ? Number(part?.[2]) : NaN);
  const least = numbers.reduce((a, b) => Math.min(a, b), Infinity);
  const greatest = numbers.reduce((a, b) => Math.max(a, b), 0);
  const areRows = (least === 0 || least === 1) && greatest === least + ids.length - 1 &&
    new Set(numbers).size === ids.length;
  return areRows ? prefix : null;
}

/**
 * Samples with the same text and features, bit for bit. Twice in one split is a warning. In two
 * splits it is an error, but a warning when only texts can be compared: people say the same short
 * sentence twice, never with the same voice and face. Samples without anything are passed over.
 */
export function contentProblems(
  scans: readonly { readonly split: SplitSource; readonly hashes: RowHashes }[],
): Problem[] {
  const problems: Problem[] = [];
  for (const beyondText of [true, false]) {
    const samples = scans.flatMap(({ split, hashes }) =>
      split.ids.map((id, row) => ({ key: hashes.key(row), split: split.name, id, row, hashes }))
        .filter(({ row }) => hashes.filled[row] === 1)
        .filter(({ row }) => (hashes.beyondText[row] === 1) === beyondText)
    );
    const { within, across } = findTwice(samples);
    const what = beyondText ? "text and features" : "text";
    for (const { split, ids } of within) {
      const message =
        `split "${split}" has ${counted(ids.length, "sample")} with the same ${what} as another: ` +
        listSome(ids);
      problems.push(problem("warning", "duplicate-sample", message, { split, ids }));
    }
    for (const { split, other, ids } of across) {
      const message =
        `split "${split}" has ${counted(ids.length, "sample")} with the same ${what} ` +
        `as samples of split "${other}": ${listSome(ids)}`;
      const severity = beyondText ? "error" : "warning";
      problems.push(problem(severity, "leaked-sample", message, { split, ids }));
    }
  }
  return problems;
}

interface Sample {
  readonly key: string | number;
  readonly split: SplitName;
  readonly id: string;
}

/** Samples whose key came before, by the split in which it came first. */
function findTwice(samples: readonly Sample[]): {
  within: { split: SplitName; ids: string[] }[];
  across: { split: SplitName; other: SplitName; ids: string[] }[];
} {
  const seen = new Map<string | number, SplitName[]>();
  const pairs = new Map<string, { split: SplitName; other: SplitName; ids: string[] }>();
  for (const { key, split, id } of samples) {
    const before = seen.get(key) ?? [];
    for (const other of before) {
      const pair = pairs.get(`${split}/${other}`) ?? { split, other, ids: [] };
      pair.ids.push(id);
      pairs.set(`${split}/${other}`, pair);
    }
    if (!before.includes(split)) seen.set(key, [...before, split]);
  }
  const found = [...pairs.values()];
  return {
    within: found.filter(({ split, other }) => split === other),
    across: found.filter(({ split, other }) => split !== other),
  };
}
