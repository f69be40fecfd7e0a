/** Wide tables as several narrow ones below each other. @module */

/** Where a table has to fit. */
export interface BlockOptions {
  /** The most that a block may be wide, in the unit of the widths. */
  readonly limit: number;
  /** Between two columns, in the same unit. */
  readonly gap: number;
  /** Columns that every block begins with, ascending. */
  readonly repeated: readonly number[];
}

/**
 * The columns of each block: all in one where they fit, otherwise as few blocks as there can be, of the
 * same number of columns where that fits too. A column that is wider than the limit is a block of its
 * own, and a table whose repeated columns alone take two thirds of the room is left whole.
 *
 * @param widths of the columns
 */
export function blocksOf(
  widths: readonly number[],
  { limit, gap, repeated }: BlockOptions,
): number[][] {
  const all = widths.map((_, i) => i);
  const widthOf = (columns: readonly number[]) =>
    columns.reduce((sum, i) => sum + widths[i]!, 0) + gap * (columns.length - 1);
  if (widthOf(all) <= limit || 3 * widthOf(repeated) > 2 * limit) return [all];
  const rest = all.filter((i) => !repeated.includes(i));
  const fits = (columns: readonly number[]) => widthOf([...repeated, ...columns]) <= limit;
  const greedy = rest.reduce<number[][]>((blocks, i) => {
    const last = blocks.at(-1)!;
    if (last.length === 0 || fits([...last, i])) last.push(i);
    else blocks.push([i]);
    return blocks;
  }, [[]]);
  const size = Math.ceil(rest.length / greedy.length);
  const even = greedy.map((_, k) => rest.slice(k * size, (k + 1) * size));
  const blocks = even.every((block) => block.length > 0 && fits(block)) ? even : greedy;
  return blocks.map((block) => [...repeated, ...block].sort((a, b) => a - b));
}
