/** Descriptors of sound beside librosa's (tests/golden/media/librosa.py). */

import { assert, assertEquals } from "@std/assert";
import {
  columnsOf,
  describe,
  DESCRIPTOR_NAMES,
  type DescriptorName,
  LIBROSA,
} from "../../../lib/media/audio/descriptors.ts";
import { deviation, readGolden } from "../deviation.ts";

/** Largest relative deviation (root of mean squares) of each, from MEDIA's table. */
const TOLERANCE: Readonly<Record<DescriptorName, number>> = {
  zcr: 0,
  mfcc: 1e-6,
  chroma: 1e-5,
  rms: 1e-6,
  centroid: 1e-6,
  bandwidth: 1e-6,
  rolloff: 0,
  flatness: 5e-6,
  contrast: 1e-6,
};

const golden = readGolden("librosa.safetensors");

for (const sound of ["speech", "made"]) {
  for (const name of DESCRIPTOR_NAMES) {
    Deno.test(`describe() gives librosa's ${name} of ${sound}`, async () => {
      const { values } = await describe(golden.get(`${sound}.signal`)!, [name]);
      const { relative, largest } = deviation(values, golden.get(`${sound}.${name}`)!);
      if (Deno.env.get("MSA_SHOW_DEVIATIONS")) console.log({ sound, name, relative, largest });
      assert(relative <= TOLERANCE[name], `relative deviation ${relative}, largest ${largest}`);
    });
  }
}

Deno.test("describe() puts descriptors side by side, a step every 512 samples", async () => {
  const signal = golden.get("made.signal")!;
  const { values, width, times } = await describe(signal, LIBROSA);
  assertEquals([width, columnsOf(LIBROSA).length], [33, 33]);
  assertEquals([times.length, times[0], times[43]], [44, 0, 43 * 512 / 22050]);
  const mfcc = (await describe(signal, ["mfcc"])).values;
  assertEquals([...values.subarray(33 + 1, 33 + 21)], [...mfcc.subarray(20, 40)]);
});

Deno.test("describe() is finite for silence and for a single sample", async () => {
  for (const signal of [new Float32Array(4000), Float32Array.of(0.5)]) {
    const { values, times } = await describe(signal, DESCRIPTOR_NAMES);
    assertEquals(values.length, times.length * columnsOf(DESCRIPTOR_NAMES).length);
    assert(values.every(Number.isFinite));
  }
});
