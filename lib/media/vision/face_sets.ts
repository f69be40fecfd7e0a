/** The sets of numbers of a face by name, and what each needs. @module */

import { type Face, POINTS, squareAround } from "./face.ts";
import type { FaceModelName, FaceModels } from "./face_models.ts";
import { GEOMETRY_COLUMNS, geometryOf, ownPoints } from "./geometry.ts";
import { cut, type Picture } from "./picture.ts";

/** The 68 points of iBUG's scheme, which OpenFace and dlib have too, among the 468 of the mesh. */
// deno-fmt-ignore
const IBUG = [
  162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389, 71, 63, 105, 66,
  107, 336, 296, 334, 293, 301, 168, 197, 5, 4, 75, 97, 2, 326, 305, 33, 160, 158, 133, 153, 144, 362,
  385, 387, 263, 373, 380, 61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181, 78, 82, 13, 312, 308,
  317, 14, 87,
];
const ALL = Array.from({ length: POINTS }, (_, i) => i);

const EMOTIONS = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"];
const EMOTION_SIDE = 64, EMBEDDING_SIDE = 224, EMBEDDING = 1024;
/** The face alone, as these two networks were trained. */
const TIGHT = 1.05;

/** A set of numbers of a face. */
export type FaceSetName = "geometry" | "landmarks" | "mesh" | "expression" | "embedding";

interface FaceSet {
  readonly columns: readonly string[];
  /** Networks besides those that find the face. */
  readonly models: readonly FaceModelName[];
  readonly of: (models: FaceModels, picture: Picture, face: Face) => ArrayLike<number>;
}

/** By the names that `--vision` takes. */
const SETS: Readonly<Record<FaceSetName, FaceSet>> = {
  geometry: { columns: GEOMETRY_COLUMNS, models: ["iris"], of: geometryOf },
  landmarks: {
    columns: pointColumns(IBUG.length),
    models: [],
    of: (_models, _picture, face) => ownPoints(face, IBUG),
  },
  mesh: {
    columns: pointColumns(POINTS),
    models: [],
    of: (_models, _picture, face) => ownPoints(face, ALL),
  },
  expression: {
    columns: EMOTIONS.map((name) => `expression.${name}`),
    models: ["emotion"],
    of: (models, picture, { points }) => {
      const rgb = cut(picture, squareAround(points, TIGHT), EMOTION_SIDE, 0, 1);
      return models.run("emotion", toGray(rgb))[0]!;
    },
  },
  embedding: {
    columns: Array.from({ length: EMBEDDING }, (_, i) => `embedding.${i}`),
    models: ["faceres"],
    of: (models, picture, { points }) => {
      const rgb = cut(picture, squareAround(points, TIGHT), EMBEDDING_SIDE, 0, 255);
      return models.run("faceres", rgb).at(-1)!;
    },
  },
};

/** All sets. */
export const FACE_SET_NAMES: readonly FaceSetName[] = Object.keys(SETS) as FaceSetName[];

/** Names of the columns of some sets, side by side. */
export function faceColumns(names: readonly FaceSetName[]): string[] {
  return names.flatMap((name) => SETS[name].columns);
}

/** Number of columns of some sets. */
export function faceWidth(names: readonly FaceSetName[]): number {
  return names.reduce((sum, name) => sum + SETS[name].columns.length, 0);
}

/** Networks that some sets need. */
export function faceModelsFor(names: readonly FaceSetName[]): FaceModelName[] {
  const wanted = new Set<FaceModelName>(["blazeface", "facemesh"]);
  for (const name of names) for (const model of SETS[name].models) wanted.add(model);
  return [...wanted];
}

/** The numbers of a face, [width of all sets]. */
export function faceRow(
  models: FaceModels,
  picture: Picture,
  face: Face,
  names: readonly FaceSetName[],
): Float32Array {
  const row = new Float32Array(faceWidth(names));
  let at = 0;
  for (const name of names) {
    row.set(Array.from(SETS[name].of(models, picture, face)), at);
    at += SETS[name].columns.length;
  }
  return row;
}

function pointColumns(count: number): string[] {
  return Array.from({ length: count }, (_, i) => ["x", "y", "z"].map((axis) => `point${i}.${axis}`))
    .flat();
}

/** [side, side, 1] brightness in [-1, 1]. */
function toGray(rgb: Float32Array): Float32Array {
  return Float32Array.from(
    { length: rgb.length / 3 },
    (_, i) => 2 * (0.2989 * rgb[3 * i]! + 0.587 * rgb[3 * i + 1]! + 0.114 * rgb[3 * i + 2]!) - 1,
  );
}
