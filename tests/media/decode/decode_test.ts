/** Sound and frames of clips. */

import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { MEDIA_LIMITS, type MediaLimits } from "../../../lib/media/decode/ffmpeg.ts";
import { decodeFrames } from "../../../lib/media/decode/frames.ts";
import { decodeSound } from "../../../lib/media/decode/sound.ts";
import { MediaError } from "../../../lib/media/media_error.ts";
import { ffmpeg, HAS_FFMPEG } from "../programs.ts";

const folder = HAS_FFMPEG ? Deno.makeTempDirSync() : "";
const SINE = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:duration=2"];

async function framesOf(path: string, fps = 10, limits: MediaLimits = MEDIA_LIMITS) {
  const sizes: string[] = [];
  for await (const { width, height } of decodeFrames(path, fps, limits)) {
    sizes.push(`${width}x${height}`);
  }
  return sizes;
}

function test(name: string, work: () => Promise<void>): void {
  Deno.test(name, { ignore: !HAS_FFMPEG }, work);
}

test("decodeSound() gives the samples of a WAV, mixed to one channel", async () => {
  const path = join(folder, "stereo.wav");
  // The right channel is half as loud.
  ffmpeg(...SINE, "-af", "pan=stereo|c0=c0|c1=0.5*c0", path);
  const sound = await decodeSound(path, 44100);
  assertEquals(sound.length, 88200);
  // ffmpeg's sine has an amplitude of 1/8.
  const peak = sound.reduce((most, value) => Math.max(most, value), 0);
  assertAlmostEquals(peak, 0.75 / 8, 1e-3);
  assertAlmostEquals(sound[25]!, 0.75 / 8 * Math.sin(2 * Math.PI * 440 * 25 / 44100), 1e-3);
});

test("decodeSound() reads six channels, and changes the rate", async () => {
  const path = join(folder, "six.mkv");
  ffmpeg(...SINE, "-af", "pan=5.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0", "-c:a", "flac", path);
  const sound = await decodeSound(path, 16000);
  assertEquals(sound.length, 32000);
  assertAlmostEquals(sound[1000]!, Math.sin(2 * Math.PI * 440 * 1000 / 16000) / 8, 2e-3);
});

test("decodeSound() is silent until a sound that begins late", async () => {
  const [sine, path] = [join(folder, "a.wav"), join(folder, "late.mkv")];
  ffmpeg(...SINE, sine);
  const video = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=3"];
  ffmpeg(...video, "-itsoffset", "1", "-i", sine, "-c:a", "flac", path);
  const sound = await decodeSound(path, 44100);
  assert(Math.abs(sound.length / 44100 - 3) < 0.05);
  assert(sound.subarray(0, 43000).every((value) => value === 0));
  assert(sound.subarray(45000, 46000).some((value) => value > 0.1));
});

test("decodeFrames() samples at its own rate, whatever the clip's", async () => {
  for (const rate of ["12", "30000/1001", "60"]) {
    const path = join(folder, "rate.mp4");
    ffmpeg("-f", "lavfi", "-i", `testsrc=size=64x48:rate=${rate}:duration=2`, path);
    assertEquals((await framesOf(path)).length, 20, rate);
  }
});

test("decodeFrames() shrinks large pictures, squares pixels and turns a phone's upright", async () => {
  const path = join(folder, "large.mp4");
  const source = (
    size: string,
  ) => ["-f", "lavfi", "-i", `testsrc=size=${size}:rate=5:duration=0.4`];
  ffmpeg(...source("1280x720"), path);
  assertEquals((await framesOf(path))[0], "640x360");
  ffmpeg(...source("320x240"), "-vf", "setsar=2", path);
  assertEquals((await framesOf(path))[0], "640x240");
  ffmpeg(...source("320x240"), join(folder, "upright.mp4"));
  const turned = ["-i", join(folder, "upright.mp4"), "-c", "copy", "-metadata:s:v", "rotate=90"];
  try {
    ffmpeg("-display_rotation", "90", ...turned, path);
  } catch {
    ffmpeg(...turned, path); // before version 6
  }
  assertEquals((await framesOf(path))[0], "240x320");
});

test("a clip that is too long is an error, not a part of it", async () => {
  const path = join(folder, "long.mkv");
  ffmpeg(...SINE, "-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=2", path);
  const limits = { ...MEDIA_LIMITS, seconds: 1 };
  await assertRejects(() => decodeSound(path, 22050, limits), MediaError, "longer than 1 s");
  await assertRejects(() => framesOf(path, 10, limits), MediaError, "longer than 1 s");
  assertEquals((await framesOf(path, 10, { ...limits, seconds: 2 })).length, 20);
});

test("ffmpeg is not waited for without end", async () => {
  const path = join(folder, "slow.mkv");
  ffmpeg("-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=2", path);
  const limits = { ...MEDIA_LIMITS, waitSeconds: 0.001 };
  await assertRejects(() => framesOf(path, 10, limits), MediaError, "ffmpeg was at it for 0.001 s");
});

test("what a clip lacks is named, and damage can be kept", async () => {
  const [silent, blind, cut] = ["silent.mp4", "blind.wav", "cut.mkv"].map((n) => join(folder, n));
  ffmpeg("-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=2", silent!);
  ffmpeg(...SINE, blind!);
  await assertRejects(() => decodeSound(silent!, 22050), MediaError, "it has no sound");
  await assertRejects(() => framesOf(blind!), MediaError, "it has no pictures");
  await assertRejects(
    () => framesOf(join(folder, "none.mp4")),
    MediaError,
    "there is no such file",
  );
  const whole = join(folder, "whole.mkv");
  ffmpeg("-f", "lavfi", "-i", "testsrc=size=320x240:rate=10:duration=9", whole);
  Deno.writeFileSync(cut!, Deno.readFileSync(whole).subarray(0, Deno.statSync(whole).size / 2));
  await assertRejects(() => framesOf(cut!), MediaError, "it is damaged (File ended prematurely)");
  const kept = await framesOf(cut!, 10, { ...MEDIA_LIMITS, keepDamaged: true });
  assert(kept.length > 5 && kept.length < 90, `${kept.length} frames`);
});

test("names that look like options, addresses or patterns are names", async () => {
  const path = join(folder, "plain.mp4");
  ffmpeg("-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=1", path);
  for (
    const name of ["-y.mp4", "http:x.mp4", "x%03d.mp4", "concat:a|b.mp4", "a\nb'\".mp4", "é 猫.mp4"]
  ) {
    Deno.copyFileSync(path, join(folder, name));
    assertEquals((await framesOf(join(folder, name))).length, 10, name);
  }
});

globalThis.addEventListener("unload", () => {
  if (folder !== "") Deno.removeSync(folder, { recursive: true });
});
