/** What makes numbers of pictures, by the settings: faces, or an encoder of whole pictures. @module */

import { UsageError } from "../core/errors.ts";
import type { ModalityRecipe } from "../data/mod.ts";
import { encoderHash, openEncoder, readEncoderFolder } from "./encoder_folder.ts";
import { LONGEST_SIDE } from "./decode/frames.ts";
import type { ExtractSettings } from "./settings.ts";
import { FACE_PACKAGE, FaceModels, weightsHash } from "./vision/face_models.ts";
import { faceColumns, faceModelsFor, type FaceSetName } from "./vision/face_sets.ts";
import { type FaceTrack, followFaces, type FollowOptions } from "./vision/follow.ts";
import type { Picture } from "./vision/picture.ts";
import { encodePicture, pictureSettings } from "./vision/picture_encoder.ts";

/** Version of the package with the networks for faces, as imports.json has it. */
const FACE_PACKAGE_VERSION = "3.3.6";

/** Reads pictures. */
export interface PictureReader {
  /** Names of the numbers of a step; null where they have none. */
  readonly columns: readonly string[] | null;
  read(pictures: AsyncIterable<Picture>, sound: FollowOptions["sound"]): Promise<FaceTrack>;
}

/** Whether the settings want a network of `--vision-encoder`. */
export function isPictureEncoded({ vision }: ExtractSettings): boolean {
  return vision.includes("clip");
}

/** Opens what the settings want; null where they want no vision. */
export async function openPictureReader(settings: ExtractSettings): Promise<PictureReader | null> {
  const { vision, fps, face: choice } = settings;
  if (vision.length === 0) return null;
  if (isPictureEncoded(settings)) {
    const folder = encoderOf(settings), how = pictureSettings(folder);
    const kind = folder.type === "clip" ? "CLIPVisionModelWithProjection" : "AutoModel";
    const encoder = await openEncoder(folder, kind);
    const encode = (picture: Picture) => encodePicture(encoder, picture, how);
    return { columns: null, read: (pictures) => encodeAll(pictures, fps, encode) };
  }
  const sets = vision as readonly FaceSetName[];
  const models = await FaceModels.open(faceModelsFor(sets));
  return {
    columns: faceColumns(sets),
    read: (pictures, sound) => followFaces(models, pictures, { sets, fps, choice, sound }),
  };
}

async function encodeAll(
  pictures: AsyncIterable<Picture>,
  fps: number,
  encode: (picture: Picture) => Promise<Float32Array>,
): Promise<FaceTrack> {
  const rows: Float32Array[] = [];
  for await (const picture of pictures) rows.push(await encode(picture));
  const width = rows[0]?.length ?? 0, values = new Float32Array(rows.length * width);
  rows.forEach((row, t) => values.set(row, t * width));
  const times = Float64Array.from(rows, (_, t) => t / fps);
  return { values, width, times, seen: null, mostFaces: null };
}

/** How vision is made, for the recipe. */
export function visionRecipe(settings: ExtractSettings): ModalityRecipe {
  const { vision, fps, face } = settings;
  const common = { features: vision.join(","), fps, longestSide: LONGEST_SIDE };
  if (isPictureEncoded(settings)) {
    const folder = encoderOf(settings), { side } = pictureSettings(folder);
    return { ...common, side, weights: encoderHash(folder) };
  }
  const weights = faceModelsFor(vision as readonly FaceSetName[])
    .map((name) => [name, weightsHash(name)]);
  return {
    ...common,
    face,
    package: `${FACE_PACKAGE}@${FACE_PACKAGE_VERSION}`,
    weights: Object.fromEntries(weights),
  };
}

function encoderOf({ visionEncoder }: ExtractSettings) {
  if (visionEncoder === null) {
    throw new UsageError("Missing --vision-encoder FOLDER, which --vision clip needs");
  }
  return readEncoderFolder(visionEncoder, [], ["vision_model.onnx", "model.onnx"]);
}
