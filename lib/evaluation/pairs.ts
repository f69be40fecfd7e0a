/** Checks of the two lists that every metric takes. @module */

/** Predictions and labels of the same samples, in the same order. */
export type Scores = ArrayLike<number>;

/**
 * Refuses what has no score, so that a metric is always a finite number.
 *
 * @throws {TypeError} no samples, or lists of different lengths
 * @throws {RangeError} a value that is not finite as float32, naming its position
 */
export function checkPairs(predictions: Scores, labels: Scores): void {
  if (predictions.length !== labels.length || labels.length === 0) {
    throw new TypeError(
      `Cannot evaluate ${predictions.length} predictions with ${labels.length} labels: ` +
        "expected the same number, at least one",
    );
  }
  checkFinite("prediction", predictions);
  checkFinite("label", labels);
}

function checkFinite(what: string, values: Scores): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(Math.fround(values[i]!))) {
      throw new RangeError(
        `Cannot evaluate: ${what} ${i} is ${values[i]}, expected a finite float32 number`,
      );
    }
  }
}

/** Whether all values are the same, so that they correlate with nothing. */
export function isConstant(values: Scores): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}
