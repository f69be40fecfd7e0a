/** Pictures through a pretrained encoder on disk, as CLIP and its like were trained. @module */

import type { EncoderFolder, OpenEncoder } from "../encoder_folder.ts";
import type { Picture } from "./picture.ts";

/** What these encoders were trained with, by their folder; the defaults are CLIP's. */
export interface PictureSettings {
  /** Side of the input in pixels. */
  readonly side: number;
  /** Of red, green and blue in [0, 1]. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Reads the settings of a folder. */
export function pictureSettings({ preprocessor }: EncoderFolder): PictureSettings {
  const { crop_size: crop, size, image_mean: mean, image_std: deviation } = preprocessor;
  return {
    side: sideOf(crop) ?? sideOf(size) ?? 224,
    mean: (mean as number[] | undefined) ?? [0.48145466, 0.4578275, 0.40821073],
    deviation: (deviation as number[] | undefined) ?? [0.26862954, 0.26130258, 0.27577711],
  };
}

function sideOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const { shortest_edge, height } = (value ?? {}) as { shortest_edge?: number; height?: number };
  return shortest_edge ?? height;
}

/** The embedding of a picture: its projection where there is one, else the first hidden state. */
export async function encodePicture(
  { run, tensor }: OpenEncoder,
  picture: Picture,
  settings: PictureSettings,
): Promise<Float32Array> {
  const { side } = settings;
  const output = await run({
    pixel_values: tensor(pixelsOf(picture, settings), [1, 3, side, side]),
  });
  const { image_embeds: projected, pooler_output: pooled, last_hidden_state: states } = output;
  const found = projected ?? pooled;
  if (found !== undefined) return Float32Array.from(found.data);
  return Float32Array.from(states!.data.subarray(0, states!.dims.at(-1)));
}

/**
 * [3, side, side] the picture with `side` as its shorter side, by cubic interpolation with the filter
 * as wide as a pixel of the result, as PIL does it; of it the square in the middle.
 */
export function pixelsOf(
  { width, height, data }: Picture,
  { side, mean, deviation }: PictureSettings,
): Float32Array {
  const shorter = Math.min(width, height);
  const [columns, rows] = [width, height].map((length) =>
    middleOf(weightsOf(Math.floor(side * length / shorter), length), side)
  ) as [Weights[], Weights[]];
  const out = new Float32Array(3 * side * side);
  const wide = new Float32Array(height * side * 3);
  for (let y = 0; y < height; y++) {
    columns.forEach(({ first, weights }, x) => {
      for (let k = 0; k < 3; k++) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++) {
          sum += weights[i]! * data[(y * width + first + i) * 3 + k]!;
        }
        wide[(y * side + x) * 3 + k] = toByte(sum);
      }
    });
  }
  rows.forEach(({ first, weights }, y) => {
    for (let x = 0; x < side; x++) {
      for (let k = 0; k < 3; k++) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++) {
          sum += weights[i]! * wide[((first + i) * side + x) * 3 + k]!;
        }
        out[(k * side + y) * side + x] = (toByte(sum) / 255 - mean[k]!) / deviation[k]!;
      }
    }
  });
  return out;
}

/** As PIL, which keeps bytes between the two directions. */
function toByte(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}

/** The first pixel that a pixel of the result is of, and what each counts. */
interface Weights {
  readonly first: number;
  readonly weights: Float64Array;
}

function middleOf(all: readonly Weights[], side: number): readonly Weights[] {
  const start = Math.floor((all.length - side) / 2);
  return all.slice(start, start + side);
}

/** Of `length` pixels that become `side`. */
function weightsOf(side: number, length: number): Weights[] {
  const scale = length / side;
  const stretch = Math.max(1, scale), reach = 2 * stretch;
  return Array.from({ length: side }, (_, i) => {
    const middle = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(middle - reach + 0.5));
    const last = Math.min(length, Math.floor(middle + reach + 0.5));
    const weights = Float64Array.from(
      { length: last - first },
      (_, j) => cubic((first + j + 0.5 - middle) / stretch),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** Keys's kernel with a = −0.5. */
function cubic(x: number): number {
  const t = Math.abs(x);
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
  return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
}
