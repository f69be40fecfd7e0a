/** The descriptors of sound by name, and a signal's numbers by a list of them. @module */

import { beside, type Track } from "../track.ts";
import { mfcc } from "./cepstrum.ts";
import { chromaCqt } from "./chroma.ts";
import type { Collector, CollectorContext } from "./collector.ts";
import { openFourier } from "./fourier.ts";
import { eachSpectrum, frameCount, type FrameGrid } from "./frames.ts";
import { bandwidth, centroid, contrast, flatness, rolloff } from "./spectral_shape.ts";
import { rootMeanSquare, zeroCrossingRate } from "./time_domain.ts";

/** A descriptor that is computed here, equal to librosa's. */
export type DescriptorName =
  | "zcr"
  | "mfcc"
  | "chroma"
  | "rms"
  | "centroid"
  | "bandwidth"
  | "rolloff"
  | "flatness"
  | "contrast";

interface Descriptor {
  /** Columns. */
  readonly width: number;
  readonly collect: (context: CollectorContext) => Collector;
}

/** By the names that `--audio` takes. */
const DESCRIPTORS: Readonly<Record<DescriptorName, Descriptor>> = {
  zcr: { width: 1, collect: zeroCrossingRate },
  mfcc: { width: 20, collect: mfcc },
  chroma: { width: 12, collect: chromaCqt },
  rms: { width: 1, collect: rootMeanSquare },
  centroid: { width: 1, collect: centroid },
  bandwidth: { width: 1, collect: bandwidth },
  rolloff: { width: 1, collect: rolloff },
  flatness: { width: 1, collect: flatness },
  contrast: { width: 7, collect: contrast },
};

/** All descriptors. */
export const DESCRIPTOR_NAMES: readonly DescriptorName[] = Object.keys(
  DESCRIPTORS,
) as DescriptorName[];

/**
 * What `librosa` stands for: CH-SIMS's 33 columns, by the code of thuiar/MMSA (data/getFeature.py)
 * and MMSA-FET: zero crossings, 20 cepstra on HTK's mel scale, 12 constant-Q chroma.
 */
export const LIBROSA: readonly DescriptorName[] = ["zcr", "mfcc", "chroma"];

/** 22,050 Hz and 43 steps a second, which are librosa's own. */
export const LIBROSA_GRID: FrameGrid = { rate: 22050, nFft: 2048, hop: 512 };

/**
 * Numbers of a signal, one step for each hop.
 *
 * @param signal samples in [-1, 1) at the rate of the grid, at least one
 * @throws {DataError} the package of Fourier transforms cannot be loaded
 */
export async function describe(
  signal: Float32Array,
  names: readonly DescriptorName[],
  grid: FrameGrid = LIBROSA_GRID,
): Promise<Track> {
  const fourier = await openFourier();
  const context = { signal, grid, frames: frameCount(signal.length, grid.hop), fourier };
  const collectors = names.map((name) => DESCRIPTORS[name].collect(context));
  const listening = collectors.filter(({ add }) => add !== undefined);
  if (listening.length > 0) {
    eachSpectrum(signal, grid, fourier, (row, t) => listening.forEach((one) => one.add!(row, t)));
  }
  const parts = collectors.map((one, i) => ({
    values: one.finish(),
    width: DESCRIPTORS[names[i]!].width,
  }));
  const { values, width } = beside(parts);
  const times = Float64Array.from({ length: context.frames }, (_, t) => t * grid.hop / grid.rate);
  return { values, width, times };
}

/** Names of the columns of {@linkcode describe}: `zcr`, `mfcc.0`, … */
export function columnsOf(names: readonly DescriptorName[]): string[] {
  return names.flatMap((name) => {
    const { width } = DESCRIPTORS[name];
    return width === 1 ? [name] : Array.from({ length: width }, (_, i) => `${name}.${i}`);
  });
}
