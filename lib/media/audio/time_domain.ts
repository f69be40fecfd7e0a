/** Descriptors of the samples themselves. @module */

import type { Collector, CollectorContext } from "./collector.ts";
import { eachFrame } from "./frames.ts";

/** librosa's threshold below which a sample counts as zero, which is positive. */
const SILENCE = 1e-10;

/** [frames, 1] share of samples at which the sign changes, as `librosa.feature.zero_crossing_rate`. */
export function zeroCrossingRate({ signal, grid, frames }: CollectorContext): Collector {
  return {
    finish() {
      const out = new Float32Array(frames);
      eachFrame(signal, grid.nFft, grid.hop, (frame, t) => {
        let crossings = 0, before = frame[0]! < -SILENCE;
        for (let i = 1; i < frame.length; i++) {
          const now = frame[i]! < -SILENCE;
          if (now !== before) crossings++;
          before = now;
        }
        out[t] = crossings / frame.length;
      }, "edge");
      return out;
    },
  };
}

/** [frames, 1] root of the mean square, as `librosa.feature.rms`. */
export function rootMeanSquare({ signal, grid, frames }: CollectorContext): Collector {
  return {
    finish() {
      const out = new Float32Array(frames);
      eachFrame(signal, grid.nFft, grid.hop, (frame, t) => {
        let sum = 0;
        for (let i = 0; i < frame.length; i++) sum += frame[i]! * frame[i]!;
        out[t] = Math.sqrt(sum / frame.length);
      });
      return out;
    },
  };
}
