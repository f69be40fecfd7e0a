/** What every descriptor of a sound is: fed with one spectrum after another. @module */

import type { FourierClass } from "./fourier.ts";
import type { FrameGrid } from "./frames.ts";

/** Makes one kind of numbers of a signal's frames. */
export interface Collector {
  /** Takes the magnitudes of frame `index`, [nFft/2 + 1]; they are overwritten afterwards. */
  add?(magnitudes: Float64Array, index: number): void;
  /** [frames, width], after the last frame. */
  finish(): Float32Array;
}

/** What a collector may look at. */
export interface CollectorContext {
  /** All samples. */
  readonly signal: Float32Array;
  /** How they are cut. */
  readonly grid: FrameGrid;
  /** Number of frames. */
  readonly frames: number;
  /** Makes transforms. */
  readonly fourier: FourierClass;
}
