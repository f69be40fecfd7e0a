/**
 * A process with the wasm backend, which never meets the engine that the tests use: prints what the
 * networks make of a PPM picture as JSON.
 */

import { detectFaces } from "../../../lib/media/vision/face_detector.ts";
import { lookAt } from "../../../lib/media/vision/face.ts";
import { FaceModels } from "../../../lib/media/vision/face_models.ts";
import {
  FACE_SET_NAMES,
  faceColumns,
  faceModelsFor,
  faceRow,
} from "../../../lib/media/vision/face_sets.ts";

const bytes = Deno.readFileSync(Deno.args[0]!);
const [head, width, height] = /^P6\n(\d+) (\d+)\n255\n/.exec(
  new TextDecoder("latin1").decode(bytes.subarray(0, 32)),
)!;
const data = bytes.subarray(head!.length);
const picture = { width: Number(width), height: Number(height), data };
using models = await FaceModels.open(faceModelsFor(FACE_SET_NAMES));
const squares = detectFaces(models, picture);
const rough = squares[0] === undefined ? null : lookAt(models, picture, squares[0]);
const face = rough && lookAt(models, picture, rough.region);
console.log(JSON.stringify({
  squares,
  points: face && [...face.points],
  columns: Object.fromEntries(FACE_SET_NAMES.map((name) => [name, faceColumns([name])])),
  rows: face && Object.fromEntries(
    FACE_SET_NAMES.map((name) => [name, [...faceRow(models, picture, face, [name])]]),
  ),
}));
