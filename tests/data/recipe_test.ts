/** What may be read by a model that was trained on something else. */

import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../mod.ts";
import { compareRecipes, type FeatureRecipe, requireRecipe } from "../../lib/data/mod.ts";

const RECIPE: FeatureRecipe = {
  version: 1,
  audio: { features: "zcr,mfcc", rate: 22050 },
  vision: { features: "geometry", fps: 10, weights: { iris: "aa" } },
  align: "none",
  tools: { ffmpeg: "5.1" },
};

Deno.test("requireRecipe() names every difference in the modalities in use", () => {
  const other = {
    ...RECIPE,
    audio: { features: "rms", rate: 22050 },
    vision: { ...RECIPE.vision, fps: 25, weights: { iris: "bb" } },
  };
  assertEquals(compareRecipes(other, RECIPE, ["audio", "vision"]).differences, [
    "audio.features is rms, expected zcr,mfcc",
    "vision.fps is 25, expected 10",
    "vision.weights.iris is bb, expected aa",
  ]);
  assertThrows(() => requireRecipe("s", other, RECIPE, ["audio"]), DataError, "audio.features");
  const { audio: _none, ...silent } = RECIPE;
  assertThrows(() => requireRecipe("s", silent, RECIPE, ["audio"]), DataError, "audio is absent");
  const aligned = { ...RECIPE, align: "words" };
  assertThrows(() => requireRecipe("s", aligned, RECIPE, ["audio"]), DataError, "align is words");
});

Deno.test("requireRecipe() only notes what moves the last digits", () => {
  const newer = { ...RECIPE, tools: { ffmpeg: "9.0" } };
  assertEquals(requireRecipe("s", newer, RECIPE, ["audio", "vision"]), [
    "tools.ffmpeg is 9.0, expected 5.1",
  ]);
});

Deno.test("requireRecipe() lets unknown features meet unknown features only", () => {
  assertEquals(requireRecipe("s", null, null, ["audio"]), []);
  assertThrows(() => requireRecipe("s", RECIPE, null, ["audio"]), DataError, "features:extract");
  assertThrows(() => requireRecipe("s", null, RECIPE, ["audio"]), DataError, "features:extract");
});
