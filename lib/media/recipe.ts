/** The recipe that follows from what is extracted. @module */

import { GRAPH_RUNTIME } from "../engine/graph_models.ts";
import type { FeatureRecipe } from "../data/mod.ts";
import { isPictureEncoded, visionRecipe } from "./picture_reader.ts";
import type { ExtractSettings } from "./settings.ts";
import { audioRecipe } from "./sound_reader.ts";
import { transcriptRecipe } from "./text/transcriber.ts";

/** Raised when the same settings make other features than before. */
const RECIPE_VERSION = 1;

/**
 * How the features are made, for the store and for runs on it.
 *
 * @param tools versions of programs that move the last digits only
 * @throws {UsageError} an encoder is missing
 * @throws {DataError} an encoder's folder is not one
 */
export function recipeOf(settings: ExtractSettings, tools: FeatureRecipe["tools"]): FeatureRecipe {
  const { audio, vision, transcriber, align } = settings;
  const hasFaces = vision.length > 0 && !isPictureEncoded(settings);
  return {
    version: RECIPE_VERSION,
    ...(audio.length === 0 ? {} : { audio: audioRecipe(settings) }),
    ...(vision.length === 0 ? {} : { vision: visionRecipe(settings) }),
    ...(transcriber === null ? {} : { transcript: transcriptRecipe(transcriber) }),
    align,
    tools: hasFaces ? { ...tools, runtime: GRAPH_RUNTIME } : tools,
  };
}
