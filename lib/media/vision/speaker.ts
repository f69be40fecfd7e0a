/** Which of several faces speaks: the one whose mouth moves when there is sound. @module */

/** A face over the frames in which it was seen. */
export interface SeenFace {
  /** Numbers of the frames, ascending. */
  readonly frames: readonly number[];
  /** How far the mouth is open in each of them, in eye distances. */
  readonly mouth: readonly number[];
}

/** Frames over which the movement of a mouth is averaged. */
const WINDOW = 3;

/**
 * Correlation of a mouth's movement with the loudness of the sound, −1 to 1; null where it cannot
 * be told: fewer than `least` frames, a still mouth, even sound.
 *
 * @param loudness of each frame
 */
export function speakingScore(
  { frames, mouth }: SeenFace,
  loudness: Float32Array,
  least: number,
): number | null {
  const moved: number[] = [], heard: number[] = [];
  for (let i = 1; i < frames.length; i++) {
    if (frames[i] !== frames[i - 1]! + 1) continue;
    moved.push(Math.abs(mouth[i]! - mouth[i - 1]!));
    heard.push(loudness[frames[i]!] ?? 0);
  }
  if (moved.length < least) return null;
  const smooth = moved.map((_, i) => {
    const part = moved.slice(Math.max(0, i - (WINDOW >> 1)), i + (WINDOW >> 1) + 1);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  return correlation(smooth, heard);
}

/** Root of the mean square of the samples around each frame, [frames]. */
export function loudnessOf(
  samples: Float32Array,
  rate: number,
  fps: number,
  frames: number,
): Float32Array {
  return Float32Array.from({ length: frames }, (_, i) => {
    const from = Math.max(0, Math.round((i - 0.5) * rate / fps));
    const part = samples.subarray(from, Math.round((i + 0.5) * rate / fps));
    return Math.sqrt(part.reduce((sum, value) => sum + value * value, 0) / (part.length || 1));
  });
}

function correlation(a: readonly number[], b: readonly number[]): number | null {
  const meanOf = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  let product = 0, squareA = 0, squareB = 0;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]! - meanA, b[i]! - meanB];
    product += x * y, squareA += x * x, squareB += y * y;
  }
  return squareA > 0 && squareB > 0 ? product / Math.sqrt(squareA * squareB) : null;
}
