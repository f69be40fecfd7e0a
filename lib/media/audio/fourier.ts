/** Fourier transforms, by the package `fft.js`. @module */

import { loadPackage } from "../../core/packages.ts";

/**
 * Transforms of one size, a power of two. Spectra are [2 · size]: the real and the imaginary part of
 * bin k at 2k and 2k + 1.
 */
export interface Fourier {
  readonly size: number;
  /** `Σ_n x_n exp(−2πi kn / size)` of complex x, [2 · size]. */
  transform(spectrum: Float64Array, x: Float64Array): void;
  /** Bins 0 to size/2 of real x, [size]; the other bins are not written. */
  realTransform(spectrum: Float64Array, x: Float64Array): void;
}

/** Makes {@linkcode Fourier} of a size. */
export type FourierClass = new (size: number) => Fourier;

/** Loads the package. @throws {DataError} it cannot be loaded */
export async function openFourier(): Promise<FourierClass> {
  return (await loadPackage<{ readonly default: FourierClass }>("fft.js")).default;
}
