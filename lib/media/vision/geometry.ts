/** Pose, gaze and openings of a face, and its points in axes of its own. @module */

import { type Face, LEFT_EYE, RIGHT_EYE } from "./face.ts";
import type { FaceModels } from "./face_models.ts";
import { cut, type Picture } from "./picture.ts";

type Vector = readonly [number, number, number];

/** Pairs of points whose distance tells something, in distances between the outer eye corners. */
const SPANS: Readonly<Record<string, readonly [number, number]>> = {
  mouthOpen: [13, 14],
  mouthWidth: [61, 291],
  upperLip: [2, 13],
  lowerLip: [14, 152],
  rightEyeOpen: [159, 145],
  leftEyeOpen: [386, 374],
  rightBrow: [105, 159],
  leftBrow: [334, 386],
  browGap: [107, 336],
  rightCheek: [50, 145],
  leftCheek: [280, 374],
  noseWrinkle: [6, 4],
};

const FOREHEAD = 10, CHIN = 152;

/** [23] names of {@linkcode geometryOf}. */
export const GEOMETRY_COLUMNS: readonly string[] = [
  ...["presence", "centerX", "centerY", "size", "yaw", "pitch", "roll"],
  ...["rightGazeX", "rightGazeY", "leftGazeX", "leftGazeY"],
  ...Object.keys(SPANS),
];

/** A face's own axes: to its left, down and into the head; middle and distance of the eyes. */
export interface FaceAxes {
  readonly x: Vector;
  readonly y: Vector;
  readonly z: Vector;
  readonly origin: Vector;
  /** Distance between the outer corners of the eyes, in pixels. */
  readonly scale: number;
}

/** The axes of a face. */
export function axesOf({ points }: Face): FaceAxes {
  const right = pointOf(points, RIGHT_EYE.outer), left = pointOf(points, LEFT_EYE.outer);
  const span = minus(left, right), scale = lengthOf(span) || 1;
  const x = unit(span), down = minus(pointOf(points, CHIN), pointOf(points, FOREHEAD));
  const z = unit(cross(x, down)), y = cross(z, x);
  const origin: Vector = [0, 1, 2].map((i) => (right[i]! + left[i]!) / 2) as [
    number,
    number,
    number,
  ];
  return { x, y, z, origin, scale };
}

/**
 * Presence, place (parts of the frame), size (eye distance in parts of the frame's longer side),
 * head pose in radians, gaze of each eye and twelve distances.
 */
export function geometryOf(models: FaceModels, picture: Picture, face: Face): Float32Array {
  const { x, y, z, origin, scale } = axesOf(face), { points } = face;
  const { width, height } = picture;
  const distance = (a: number, b: number) =>
    lengthOf(minus(pointOf(points, a), pointOf(points, b))) / scale;
  return Float32Array.of(
    face.presence,
    origin[0] / width,
    origin[1] / height,
    scale / Math.max(width, height),
    Math.asin(Math.max(-1, Math.min(1, -x[2]))),
    Math.atan2(y[2], z[2]),
    Math.atan2(x[1], x[0]),
    ...gazeOf(models, picture, points),
    ...Object.values(SPANS).map(([a, b]) => distance(a, b)),
  );
}

const EYE_SIDE = 64;
/** Side of the square around an eye, in distances between its corners, as MediaPipe has it. */
const EYE_MARGIN = 2.3;

/**
 * Where the middle of each iris is, from the middle of the eye's corners: to the right and down in
 * the picture, along the eye, in distances between the corners. Right eye, then left.
 */
function gazeOf(models: FaceModels, picture: Picture, points: Float32Array): number[] {
  const squares = [RIGHT_EYE, LEFT_EYE].map(({ outer, inner }, i) => {
    const [a, b] = [outer, inner].map((n) => pointOf(points, n)) as [Vector, Vector];
    // From the left of the picture to its right.
    const [from, to] = i === 0 ? [a, b] : [b, a];
    return {
      x: (a[0] + b[0]) / 2,
      y: (a[1] + b[1]) / 2,
      size: EYE_MARGIN * Math.hypot(b[0] - a[0], b[1] - a[1]),
      angle: Math.atan2(to[1] - from[1], to[0] - from[0]),
    };
  });
  const eyes = squares.map((square) => cut(picture, square, EYE_SIDE, 0, 1));
  mirror(eyes[1]!); // the network knows right eyes
  const input = new Float32Array(2 * eyes[0]!.length);
  eyes.forEach((eye, i) => input.set(eye, i * eye.length));
  // Five points of each iris, the middle first.
  const [irises] = models.run("iris", input);
  return eyes.flatMap((_, i) => {
    const at = i * irises!.length / 2;
    const across = (irises![at]! / EYE_SIDE - 0.5) * EYE_MARGIN;
    return [i === 0 ? across : -across, (irises![at + 1]! / EYE_SIDE - 0.5) * EYE_MARGIN];
  });
}

/** Left for right, in place. */
function mirror(eye: Float32Array): void {
  for (let row = 0; row < EYE_SIDE; row++) {
    for (let u = 0; u < EYE_SIDE / 2; u++) {
      for (let k = 0; k < 3; k++) {
        const a = (row * EYE_SIDE + u) * 3 + k, b = (row * EYE_SIDE + EYE_SIDE - 1 - u) * 3 + k;
        [eye[a], eye[b]] = [eye[b]!, eye[a]!];
      }
    }
  }
}

/** [points, 3] points in the axes of their face, in eye distances: they do not tell where it is. */
export function ownPoints(face: Face, numbers: readonly number[]): Float32Array {
  const { x, y, z, origin, scale } = axesOf(face);
  return Float32Array.from(numbers.flatMap((number) => {
    const from = minus(pointOf(face.points, number), origin);
    return [x, y, z].map((axis) => dot(from, axis) / scale);
  }));
}

function pointOf(points: Float32Array, number: number): Vector {
  return [points[3 * number]!, points[3 * number + 1]!, points[3 * number + 2]!];
}

function minus(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function lengthOf(a: Vector): number {
  return Math.sqrt(dot(a, a));
}

function unit(a: Vector): Vector {
  const length = lengthOf(a) || 1;
  return [a[0] / length, a[1] / length, a[2] / length];
}
