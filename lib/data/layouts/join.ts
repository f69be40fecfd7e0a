/** Joining samples of several files by their ids. @module */

import { listSome } from "../problem.ts";
import { isList, rowsOf, selectRows } from "./values.ts";

/** Values of a split under MMSA's keys. */
type Entries = Map<string, unknown>;

/**
 * Adds the values of `other` to a split: the rows with the same ids where both have ids, else row by
 * row. Keys that the split has already stay as they are, those of `replace` are replaced.
 *
 * @param what names the other file in faults
 * @returns what does not fit; null where all does
 */
export function joinEntries(
  entries: Entries,
  other: ReadonlyMap<string, unknown>,
  replace: readonly string[],
  what: string,
): string | null {
  const added = [...other].filter(([key]) =>
    key !== "id" && (replace.includes(key) || !entries.has(key))
  );
  const [own, others] = [entries.get("id"), other.get("id")];
  const samples = samplesOf(entries);
  if (!isList(own) || !isList(others)) {
    const count = samplesOf(other);
    if (samples !== undefined && count !== samples) {
      return `has ${samples} samples, and ${what} has ${count} without ids in common`;
    }
    for (const [key, value] of added) entries.set(key, value);
    if (isList(others)) entries.set("id", others);
    return null;
  }
  const rows = matched(own as string[], others as string[]);
  const missing = (own as string[]).filter((_, row) => rows[row]!.length === 0);
  if (missing.length > 0) {
    return `has ${missing.length} of ${own.length} samples that ${what} has not: ${
      listSome(missing, 3)
    }`;
  }
  // Rows that say the same are one.
  const differ = (a: number, b: number) =>
    added.some(([, value]) => !isList(value) || !Object.is(value[a], value[b]));
  const twice = (own as string[]).filter((_, i) => {
    const [first, ...more] = rows[i]!;
    return more.some((row) => differ(row, first!));
  });
  if (twice.length > 0) {
    return `has ${twice.length} of ${own.length} samples that ${what} has more than once: ${
      listSome(twice, 3)
    }`;
  }
  for (const [key, value] of added) {
    const isPerSample = rowsOf(value) === others.length;
    entries.set(key, isPerSample ? selectRows(value, rows.map(([row]) => row!)) : value);
  }
  return null;
}

/**
 * The samples of data without splits, each in the split in which another file has it; null where ids
 * are missing.
 *
 * @param others splits with ids
 */
export function dividedLike<Split extends string>(
  all: ReadonlyMap<string, unknown>,
  others: ReadonlyMap<Split, ReadonlyMap<string, unknown>>,
): Map<Split, Entries> | null {
  const own = all.get("id");
  if (!isList(own)) return null;
  const divided = new Map<Split, Entries>();
  for (const [split, other] of others) {
    const ids = other.get("id");
    if (!isList(ids)) return null;
    const rows = matched(ids as string[], own as string[]).flatMap(([row]) => row ?? [])
      .toSorted((a, b) => a - b);
    const part = [...all].map(([key, value]): [string, unknown] => [
      key,
      rowsOf(value) === own.length ? selectRows(value, rows) : value,
    ]);
    divided.set(split, new Map(part));
  }
  return divided;
}

/** Number of samples, by whatever there is one of for each. */
function samplesOf(entries: ReadonlyMap<string, unknown>): number | undefined {
  for (const value of entries.values()) {
    const rows = rowsOf(value);
    if (rows !== undefined) return rows;
  }
  return undefined;
}

/** For each of `ids` the positions of the same id in `others`, or else of other forms of it. */
function matched(ids: readonly string[], others: readonly string[]): (readonly number[])[] {
  const [exact, loose] = [positions(others), positions(others.map(plainId))];
  return ids.map((id) => exact.get(id) ?? loose.get(plainId(id)) ?? []);
}

function positions(ids: readonly string[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  ids.forEach((id, row) => {
    const rows = found.get(id) ?? [];
    rows.push(row);
    found.set(id, rows);
  });
  return found;
}

/** `video$_$01`, `video[1]` and `video_1` are one clip. */
function plainId(id: string): string {
  return id.replaceAll(/\$_\$|[[/]/g, "_").replace(/\]$/, "")
    .replace(/_0*(\d+)(\.0)?$/, "_$1").toLowerCase();
}
