/** Mel-frequency cepstral coefficients, as `librosa.feature.mfcc(htk=True)`. @module */

import type { Collector, CollectorContext } from "./collector.ts";
import { type FrameGrid, toDecibels } from "./frames.ts";

const MELS = 128;

/** A filter: its weights of the bins from `first` on. */
interface MelFilter {
  readonly first: number;
  readonly weights: Float64Array;
}

/** [frames, count] coefficients of the logarithmic mel spectrum. */
export function mfcc({ grid, frames }: CollectorContext, count = 20): Collector {
  const filters = melFilters(grid);
  const power = new Float64Array(frames * MELS);
  return {
    add(magnitudes, t) {
      for (let m = 0; m < MELS; m++) {
        const { first, weights } = filters[m]!;
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k]! * magnitudes[first + k]! ** 2;
        power[t * MELS + m] = sum;
      }
    },
    finish() {
      toDecibels(power);
      const basis = cosineBasis(count);
      const out = new Float32Array(frames * count);
      for (let t = 0; t < frames; t++) {
        for (let c = 0; c < count; c++) {
          let sum = 0;
          for (let m = 0; m < MELS; m++) sum += power[t * MELS + m]! * basis[c * MELS + m]!;
          out[t * count + c] = sum;
        }
      }
      return out;
    },
  };
}

/** Triangles of equal area between points that are equally far apart on HTK's mel scale. */
function melFilters({ rate, nFft }: FrameGrid): MelFilter[] {
  const top = 2595 * Math.log10(1 + rate / 2 / 700), bins = nFft / 2 + 1;
  const edges = Float64Array.from(
    { length: MELS + 2 },
    (_, i) => 700 * (10 ** (top * i / (MELS + 1) / 2595) - 1),
  );
  return Array.from({ length: MELS }, (_, m) => {
    const low = edges[m]!, mid = edges[m + 1]!, high = edges[m + 2]!;
    const all = Float64Array.from({ length: bins }, (_, k) => {
      const hertz = k * rate / nFft;
      const height = Math.min((hertz - low) / (mid - low), (high - hertz) / (high - mid));
      return Math.fround(Math.max(0, height)) * (2 / (high - low));
    });
    const first = Math.max(0, all.findIndex((weight) => weight > 0));
    return { first, weights: all.slice(first, all.findLastIndex((weight) => weight > 0) + 1) };
  });
}

/** [count, MELS] orthonormal cosine transform, type II. */
function cosineBasis(count: number): Float64Array {
  const basis = new Float64Array(count * MELS);
  for (let c = 0; c < count; c++) {
    const scale = Math.sqrt((c === 0 ? 1 : 2) / MELS);
    for (let m = 0; m < MELS; m++) {
      basis[c * MELS + m] = scale * Math.cos(Math.PI * c * (2 * m + 1) / (2 * MELS));
    }
  }
  return basis;
}
