/**
 * Statistics that depend on samples only through sums: a mean through one, accuracy through two,
 * correlation and F1 through five and four. Resampling then adds instead of computing anew.
 *
 * @module
 */

/** What each sample of a model adds to some sums, and the statistic of the sums. */
export interface SampleSums {
  /** Number of samples. */
  readonly samples: number;
  /** One [samples] column for each sum. */
  readonly columns: readonly Float64Array[];
  /** The statistic; `sums` are in the order of the columns. */
  readonly finish: (sums: Float64Array, samples: number) => number;
}

/** The sums over all samples. */
export function sumsOf({ columns }: SampleSums): Float64Array {
  return Float64Array.from(columns, (column) => {
    let sum = 0;
    for (let i = 0; i < column.length; i++) sum += column[i]!;
    return sum;
  });
}

/** The statistic of some sums over as many samples as there are. */
export function statisticOf(statistic: SampleSums, sums: Float64Array): number {
  return statistic.finish(sums, statistic.samples);
}
