/** A face in a picture: 468 points by MediaPipe's FaceMesh, and where to look for it next. @module */

import { cut, type Picture, type Square, uncut } from "./picture.ts";
import type { FaceModels } from "./face_models.ts";

/** Number of points. */
export const POINTS = 468;

/** Points that others are measured by, by their numbers in the mesh. Left and right are the face's. */
export const RIGHT_EYE = { outer: 33, inner: 133 } as const;
export const LEFT_EYE = { outer: 263, inner: 362 } as const;

const MESH_SIDE = 192;
const LEAST_PRESENCE = 0.5;
/** Side of the square that is looked at, in sides of the square around the points. */
const MARGIN = 1.5;

/** A face that was found. */
export interface Face {
  /** Probability that this is a face, 0.5 to 1. */
  readonly presence: number;
  /** [468, 3] x, y and depth in pixels of the picture; nearer is smaller. */
  readonly points: Float32Array;
  /** Where to look in the next picture: upright, half as large again as the points. */
  readonly region: Square;
}

/** The face within a square of a picture; null where there is none. */
export function lookAt(models: FaceModels, picture: Picture, region: Square): Face | null {
  const input = cut(picture, region, MESH_SIDE, 0, 1);
  const outputs = models.run("facemesh", input);
  const [presence, mesh] = [outputs[0]![0]!, outputs.at(-1)!];
  if (!(presence >= LEAST_PRESENCE)) return null;
  const points = new Float32Array(POINTS * 3);
  for (let i = 0; i < POINTS; i++) {
    const [x, y] = uncut(region, MESH_SIDE, mesh[3 * i]!, mesh[3 * i + 1]!);
    points.set([x, y, mesh[3 * i + 2]! * region.size / MESH_SIDE], 3 * i);
  }
  return { presence, points, region: squareAround(points, MARGIN) };
}

/** An upright square around the points of a face, `margin` times as large as they need. */
export function squareAround(points: Float32Array, margin: number): Square {
  let left = Infinity, right = -Infinity, top = Infinity, bottom = -Infinity;
  for (let i = 0; i < points.length; i += 3) {
    left = Math.min(left, points[i]!), right = Math.max(right, points[i]!);
    top = Math.min(top, points[i + 1]!), bottom = Math.max(bottom, points[i + 1]!);
  }
  const size = margin * Math.max(right - left, bottom - top);
  const [from, to] = [3 * RIGHT_EYE.outer, 3 * LEFT_EYE.outer];
  const angle = Math.atan2(points[to + 1]! - points[from + 1]!, points[to]! - points[from]!);
  return { x: (left + right) / 2, y: (top + bottom) / 2, size, angle };
}
