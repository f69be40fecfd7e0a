/** Where faces are in a picture, by MediaPipe's BlazeFace. @module */

import type { FaceModels } from "./face_models.ts";
import { cut, type Picture, type Square, uncut } from "./picture.ts";

const SIDE = 256;
const LEAST_SCORE = 0.5;
/** Two boxes that share more than this part of their union are one face. */
const MOST_OVERLAP = 0.3;
/** Numbers of each box: middle, size, and six points of which the first two are the eyes. */
const BOX = 16;
/** Side of the square that is looked at, in sides of the box. */
const MARGIN = 1.5;

/** Middles of the fields that the network has an answer for: 16 × 16 × 2, then 8 × 8 × 6. */
const ANCHORS = [[16, 2], [32, 6]].flatMap(([stride, count]) => {
  const cells = SIDE / stride!;
  return Array.from({ length: cells * cells * count! }, (_, i) => {
    const cell = Math.floor(i / count!);
    return [stride! * (cell % cells + 0.5), stride! * (Math.floor(cell / cells) + 0.5)] as const;
  });
});
const FINE = (SIDE / 16) ** 2 * 2;

interface Candidate {
  /** [16] in pixels of the network's input */
  readonly box: Float32Array;
  readonly score: number;
}

/** Upright squares around the faces of a picture, the largest first. */
export function detectFaces(models: FaceModels, picture: Picture): Square[] {
  const { width, height } = picture;
  const whole = { x: width / 2, y: height / 2, size: Math.max(width, height), angle: 0 };
  const input = cut(picture, whole, SIDE, -1, 1);
  const kept: Candidate[] = [];
  for (const candidate of candidates(models.run("blazeface", input))) {
    if (kept.every(({ box }) => overlap(box, candidate.box) < MOST_OVERLAP)) kept.push(candidate);
  }
  return kept.map(({ box }) => squareOf(box, whole)).sort((a, b) => b.size - a.size);
}

/** Boxes with a good score, the best first. */
function candidates(outputs: readonly Float32Array[]): Candidate[] {
  const [coarseScores, fineScores, coarseBoxes, fineBoxes] = outputs;
  const found = ANCHORS.flatMap(([x, y], i) => {
    const isFine = i < FINE, at = isFine ? i : i - FINE;
    const score = 1 / (1 + Math.exp(-(isFine ? fineScores : coarseScores)![at]!));
    if (score < LEAST_SCORE) return [];
    const box = (isFine ? fineBoxes : coarseBoxes)!.slice(at * BOX, (at + 1) * BOX);
    // All but the size are relative to the anchor.
    for (let j = 0; j < BOX; j++) if (j !== 2 && j !== 3) box[j] = box[j]! + (j % 2 === 0 ? x : y);
    return [{ box, score }];
  });
  return found.sort((a, b) => b.score - a.score);
}

function squareOf(box: Float32Array, whole: Square): Square {
  const [x, y] = uncut(whole, SIDE, box[0]!, box[1]!);
  const right = uncut(whole, SIDE, box[4]!, box[5]!), left = uncut(whole, SIDE, box[6]!, box[7]!);
  const size = Math.max(box[2]!, box[3]!) * whole.size / SIDE * MARGIN;
  return { x, y, size, angle: Math.atan2(left[1] - right[1], left[0] - right[0]) };
}

/** What two boxes share, as a part of what they cover. */
function overlap(a: Float32Array, b: Float32Array): number {
  const shared = (i: number) => {
    const end = Math.min(a[i]! + a[i + 2]! / 2, b[i]! + b[i + 2]! / 2);
    return Math.max(0, end - Math.max(a[i]! - a[i + 2]! / 2, b[i]! - b[i + 2]! / 2));
  };
  const common = shared(0) * shared(1);
  return common / (a[2]! * a[3]! + b[2]! * b[3]! - common);
}
