/** How far a recording is from 440 Hz, as `librosa.estimate_tuning`. @module */

/** Fractions of a bin that are told apart. */
const PARTS = 100;
const LOWEST = 150, HIGHEST = 4000;

/** Gathers the pitches of a recording, spectrum by spectrum of 2048 samples, 512 apart. */
export class Tuning {
  readonly #binWidth: number;
  readonly #highest: number;
  readonly #pitches: number[] = [];
  readonly #magnitudes: number[] = [];

  /** @param rate samples a second */
  constructor(rate: number, nFft: number) {
    this.#binWidth = rate / nFft;
    this.#highest = Math.min(HIGHEST, rate / 2);
  }

  /** Takes the interpolated local maxima that are louder than a tenth of the loudest. */
  add(row: Float64Array): void {
    let loudest = 0;
    for (let k = 0; k < row.length; k++) loudest = Math.max(loudest, row[k]!);
    const floor = 0.1 * loudest;
    const from = Math.max(1, Math.ceil(LOWEST / this.#binWidth));
    const end = Math.min(row.length - 1, Math.ceil(this.#highest / this.#binWidth));
    for (let k = from; k < end; k++) {
      const here = row[k]!;
      // What is below the floor counts as silence.
      if (!(here > floor && here > row[k - 1]! && here >= row[k + 1]!)) continue;
      const bend = row[k + 1]! + row[k - 1]! - 2 * here, slope = (row[k + 1]! - row[k - 1]!) / 2;
      const shift = Math.abs(slope) >= Math.abs(bend) ? 0 : -slope / bend;
      this.#pitches.push((k + shift) * this.#binWidth);
      this.#magnitudes.push(here + 0.5 * slope * shift);
    }
  }

  /** Deviation in parts of a bin of `bins` to the octave, −0.5 to 0.49; 0 where nothing sounds. */
  deviation(bins: number): number {
    if (this.#pitches.length === 0) return 0;
    const threshold = median(this.#magnitudes);
    const counts = new Uint32Array(PARTS);
    this.#pitches.forEach((pitch, i) => {
      if (this.#magnitudes[i]! < threshold) return;
      let residual = (bins * Math.log2(pitch / (440 / 16))) % 1;
      if (residual < 0) residual += 1;
      if (residual >= 0.5) residual -= 1;
      const part = Math.min(PARTS - 1, Math.floor((residual + 0.5) * PARTS + 1e-9));
      counts[part] = counts[part]! + 1;
    });
    return -0.5 + counts.indexOf(Math.max(...counts)) / PARTS;
  }
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort(), middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
