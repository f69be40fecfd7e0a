/** Which of several faces speaks. */

import { assert, assertEquals } from "@std/assert";
import { RandomStream } from "../../../mod.ts";
import { loudnessOf, speakingScore } from "../../../lib/media/vision/speaker.ts";

const random = RandomStream.fromSeed(3);
const frames = Array.from({ length: 60 }, (_, i) => i);
/** Loud in every other second of 10 frames. */
const loudness = Float32Array.from(
  frames,
  (i) => i % 20 < 10 ? 0.3 + 0.1 * random.uniform() : 0.01,
);

Deno.test("speakingScore() is high for a mouth that moves with the sound", () => {
  const talking = frames.map((i) => i % 20 < 10 ? 0.2 + 0.2 * (i % 2) : 0.1);
  const chewing = frames.map((i) => i % 20 < 10 ? 0.1 : 0.2 + 0.2 * (i % 2));
  const speaks = speakingScore({ frames, mouth: talking }, loudness, 10)!;
  const chews = speakingScore({ frames, mouth: chewing }, loudness, 10)!;
  assert(speaks > 0.7 && chews < 0, `${speaks}, ${chews}`);
});

Deno.test("speakingScore() cannot tell of a still mouth, even sound or a short time", () => {
  const moving = frames.map((i) => i % 2);
  assertEquals(speakingScore({ frames, mouth: frames.map(() => 0.1) }, loudness, 10), null);
  assertEquals(speakingScore({ frames, mouth: moving }, new Float32Array(60).fill(1), 10), null);
  const short = { frames: frames.slice(0, 5), mouth: moving.slice(0, 5) };
  assertEquals(speakingScore(short, loudness, 10), null);
});

Deno.test("loudnessOf() is the root of the mean square around each frame", () => {
  const samples = Float32Array.from(
    { length: 1000 },
    (_, i) => i < 500 ? 0 : i % 2 === 0 ? 0.5 : -0.5,
  );
  assertEquals([...loudnessOf(samples, 1000, 10, 10)].map((value) => Number(value.toFixed(3))), [
    ...[0, 0, 0, 0, 0, 0.354, 0.5, 0.5, 0.5, 0.5],
  ]);
});
