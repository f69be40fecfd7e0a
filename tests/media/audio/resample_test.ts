/** The change of the sampling rate beside libsoxr's, which librosa uses. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { joinFloats } from "../../../lib/core/floats.ts";
import { DataError } from "../../../mod.ts";
import { resample, Resampler } from "../../../lib/media/audio/resample.ts";
import { deviation, readGolden } from "../deviation.ts";

const golden = readGolden("librosa.safetensors");
const speech = golden.get("speech44.signal")!;

for (const [rate, tolerance] of [[22050, 5e-5], [16000, 5e-4]] as const) {
  Deno.test(`resample() is near libsoxr's HQ from 44100 to ${rate} Hz`, () => {
    const { relative } = deviation(
      resample(speech, 44100, rate),
      golden.get(`speech44.to${rate}`)!,
    );
    if (Deno.env.get("MSA_SHOW_DEVIATIONS")) console.log({ rate, relative });
    assert(relative < tolerance, `relative deviation ${relative}`);
  });
}

for (const [from, to] of [[44100, 22050], [44100, 16000], [8000, 22050], [22050, 22050]] as const) {
  Deno.test(`Resampler makes the same of pieces as of the whole, ${from} to ${to} Hz`, () => {
    const whole = resample(speech, from, to);
    const pieces: Float32Array[] = [];
    const resampler = new Resampler(from, to);
    for (let at = 0, size = 1; at < speech.length; at += size, size = size * 2 % 3001) {
      pieces.push(resampler.push(speech.subarray(at, at + size)));
    }
    pieces.push(resampler.end());
    assertEquals(joinFloats(pieces), whole);
    assert(pieces.slice(0, -1).some(({ length }) => length > 0), "some came before the end");
    assertEquals(whole.length, Math.ceil(speech.length * to / from));
  });
}

Deno.test("Resampler keeps a tone below half the rate and removes one above", () => {
  const tone = (hertz: number) =>
    Float32Array.from({ length: 44100 }, (_, i) => Math.sin(2 * Math.PI * hertz * i / 44100));
  const power = (signal: Float32Array) => {
    const middle = signal.subarray(2000, -2000);
    return middle.reduce((sum, value) => sum + value ** 2, 0) / middle.length;
  };
  assert(Math.abs(power(resample(tone(9000), 44100, 22050)) - 0.5) < 1e-4);
  assert(power(resample(tone(11500), 44100, 22050)) < 1e-12);
});

Deno.test("Resampler refuses a rate that would need a filter of gigabytes", () => {
  assertThrows(() => new Resampler(384_001, 22050), DataError, "384001 Hz");
  new Resampler(44_099, 22050);
});
