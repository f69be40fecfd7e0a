/** What is extracted of one modality of a clip: rows of numbers and their times. @module */

/** Features over time. */
export interface Track {
  /** [steps, width] in C order. */
  readonly values: Float32Array;
  /** Number of features of a step. */
  readonly width: number;
  /** [steps] in seconds from the beginning of the clip. */
  readonly times: Float64Array;
}

/**
 * [steps, sum of widths] columns side by side, as long as the shortest part.
 *
 * @param parts each [steps, width]
 */
export function beside(
  parts: readonly { readonly values: Float32Array; readonly width: number }[],
): { readonly values: Float32Array; readonly width: number } {
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  const steps = Math.min(...parts.map((part) => part.values.length / part.width));
  const values = new Float32Array(steps * width);
  let left = 0;
  for (const part of parts) {
    for (let t = 0; t < steps; t++) {
      values.set(part.values.subarray(t * part.width, (t + 1) * part.width), t * width + left);
    }
    left += part.width;
  }
  return { values, width };
}
