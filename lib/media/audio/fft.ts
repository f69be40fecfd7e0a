/** Fourier transforms whose size is a power of two, in place, with tables made once. @module */

/** Transforms of one size. */
export class Fft {
  /** Number of samples, a power of two. */
  readonly size: number;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #order: Uint32Array;
  #half: Fft | null = null;
  #re = new Float64Array(0);
  #im = new Float64Array(0);

  /** @throws {RangeError} if `size` is no power of two from 2 on */
  constructor(size: number) {
    if (size < 2 || (size & (size - 1)) !== 0) {
      throw new RangeError(`Cannot transform ${size} samples, expected a power of two`);
    }
    this.size = size;
    this.#cos = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos(2 * Math.PI * k / size));
    this.#sin = Float64Array.from({ length: size / 2 }, (_, k) => Math.sin(2 * Math.PI * k / size));
    this.#order = bitReversed(size);
  }

  /** `re + i im`, each [size], becomes `Σ_n (re + i im)_n exp(−2πi kn / size)`. */
  forward(re: Float64Array, im: Float64Array): void {
    const { size } = this, order = this.#order, cos = this.#cos, sin = this.#sin;
    for (let i = 0; i < size; i++) {
      const j = order[i]!;
      if (j <= i) continue;
      const a = re[i]!, b = im[i]!;
      re[i] = re[j]!, im[i] = im[j]!;
      re[j] = a, im[j] = b;
    }
    for (let width = 2; width <= size; width *= 2) {
      const half = width >> 1, step = size / width;
      for (let start = 0; start < size; start += width) {
        for (let k = 0, t = 0; k < half; k++, t += step) {
          const p = start + k, q = p + half, c = cos[t]!, s = sin[t]!;
          const xr = re[q]! * c + im[q]! * s, xi = im[q]! * c - re[q]! * s;
          re[q] = re[p]! - xr, im[q] = im[p]! - xi;
          re[p] = re[p]! + xr, im[p] = im[p]! + xi;
        }
      }
    }
  }

  /**
   * Bins 0 to size/2 of a real signal, by a transform of half the size.
   *
   * @param x [size]
   * @param outRe [size/2 + 1]
   * @param outIm [size/2 + 1]
   */
  real(x: Float64Array, outRe: Float64Array, outIm: Float64Array): void {
    const half = this.size / 2;
    if (this.#half === null) {
      this.#half = new Fft(half);
      this.#re = new Float64Array(half), this.#im = new Float64Array(half);
    }
    const re = this.#re, im = this.#im;
    for (let i = 0; i < half; i++) re[i] = x[2 * i]!, im[i] = x[2 * i + 1]!;
    this.#half.forward(re, im);
    for (let k = 0; k <= half; k++) {
      const a = k === half ? 0 : k, b = k === 0 || k === half ? 0 : half - k;
      const evenRe = 0.5 * (re[a]! + re[b]!), evenIm = 0.5 * (im[a]! - im[b]!);
      const oddRe = 0.5 * (im[a]! + im[b]!), oddIm = 0.5 * (re[b]! - re[a]!);
      const c = k === half ? -1 : this.#cos[k]!, s = k === half ? 0 : this.#sin[k]!;
      outRe[k] = evenRe + oddRe * c + oddIm * s;
      outIm[k] = evenIm + oddIm * c - oddRe * s;
    }
  }
}

function bitReversed(size: number): Uint32Array {
  const bits = Math.log2(size);
  return Uint32Array.from({ length: size }, (_, i) => {
    let reversed = 0;
    for (let b = 0; b < bits; b++) reversed |= ((i >> b) & 1) << (bits - 1 - b);
    return reversed;
  });
}
