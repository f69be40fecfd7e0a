/** Encoders on disk, on tiny ones whose answers are known (tests/golden/media/encoders.py). */

import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DataError, extractClips, loadDataset, UsageError } from "../../mod.ts";
import { encodeSound } from "../../lib/media/audio/sound_encoder.ts";
import { decodeSound } from "../../lib/media/decode/sound.ts";
import { type EncoderTensor, readEncoderFolder } from "../../lib/media/encoder_folder.ts";
import { pixelsOf } from "../../lib/media/vision/picture_encoder.ts";
import { GOLDEN, readGolden } from "./deviation.ts";
import { FACE, ffmpeg, HAS_FFMPEG, makeClip } from "./programs.ts";

const SOUND = join(GOLDEN, "wav2vec2_tiny"), PICTURES = join(GOLDEN, "clip_tiny");
const SETTINGS = {
  audio: ["wav2vec2"],
  audioEncoder: SOUND,
  vision: ["clip"],
  visionEncoder: PICTURES,
  fps: 5,
} as const;

Deno.test(
  "extractClips() takes the states of encoders on disk",
  { ignore: !HAS_FFMPEG },
  async () => {
    const root = Deno.makeTempDirSync(), clips = join(root, "clips"), path = join(clips, "a.mkv");
    Deno.mkdirSync(clips);
    makeClip(path, { seconds: 1, options: ["-c:a", "pcm_s16le"] });
    const { meta, report } = await extractClips(clips, join(root, "store"), { settings: SETTINGS });
    assertEquals(report.failed, []);
    const { recipe } = meta!;
    assertEquals([recipe!.audio!["windowSeconds"], recipe!.vision!["side"]], [30, 32]);
    assertEquals([report.meanFaceRate, report.columns], [null, { audio: null, vision: null }]);
    using data = loadDataset(join(root, "store"));
    const { audio, vision } = data.splits.test!.features;
    assertEquals([audio!.width, vision!.width, vision!.steps], [2, 6, 5]);

    // The first filter is the mean of 400 samples of mean 0 and variance 1.
    const samples = await decodeSound(path, 16000);
    const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
    const variance = samples.reduce((sum, value) => sum + (value - mean) ** 2, 0) / samples.length;
    assertEquals(audio!.steps, Math.floor((samples.length - 400) / 320) + 1);
    const row = new Float32Array(audio!.steps * 2);
    audio!.read([0], row);
    for (const step of [0, 10, 40]) {
      const part = samples.subarray(320 * step, 320 * step + 400);
      const expected = part.reduce((sum, value) => sum + value - mean, 0) / 400 /
        Math.sqrt(variance);
      assertAlmostEquals(row[2 * step]!, expected, 1e-4);
    }
    const pictures = new Float32Array(30);
    vision!.read([0], pictures);
    assert(pictures.every((value) => value > 0.05 && value < 1), "means of colours");
    Deno.removeSync(root, { recursive: true });
  },
);

Deno.test("encodeSound() joins windows, and gives each step its time", async () => {
  const lengths: number[] = [];
  const encoder = {
    // A state for every 1000 samples: their number.
    run: ({ input_values }: Readonly<Record<string, EncoderTensor>>) => {
      const { data } = input_values!, steps = Math.floor(data.length / 1000);
      lengths.push(data.length);
      return Promise.resolve({
        last_hidden_state: {
          dims: [1, steps, 1],
          data: Float32Array.from({ length: steps }, (_, t) => data[1000 * t]!),
        },
      });
    },
    tensor: (data: Float32Array, dims: readonly number[]) => ({ data, dims }),
  };
  const samples = Float32Array.from({ length: 60_300 }, (_, i) => i);
  const track = await encodeSound(encoder, samples, { rate: 1000, normalize: false });
  assertEquals(lengths, [30_000, 30_300], "the rest is too short for a window of its own");
  assertEquals([...track.values.subarray(28, 32)], [28_000, 29_000, 30_000, 31_000]);
  assertEquals([track.times.length, track.times[0], track.times[29]], [60, 0.5, 29.5]);
});

Deno.test(
  "pixelsOf() is PIL's bicubic middle",
  { ignore: !HAS_FFMPEG },
  () => {
    const path = Deno.makeTempFileSync({ suffix: ".rgb" });
    ffmpeg("-i", FACE, "-vf", "crop=256:192:0:0", "-pix_fmt", "rgb24", "-f", "rawvideo", path);
    const picture = { width: 256, height: 192, data: Deno.readFileSync(path) };
    Deno.removeSync(path);
    const found = pixelsOf(picture, { side: 32, mean: [0, 0, 0], deviation: [1, 1, 1] });
    const golden = readGolden("facemesh.safetensors").get("clip.pixels")!; // [32, 32, 3]
    let sum = 0;
    for (let k = 0; k < 3; k++) {
      for (let i = 0; i < 1024; i++) {
        sum += Math.abs(
          255 * found[k * 1024 + i]! - golden[3 * i + k]!,
        );
      }
    }
    // PIL rounds the width to 43 and cuts at whole pixels; the middle is exact here.
    assert(sum / 3072 < 4, `mean deviation ${sum / 3072} of 255`);
  },
);

Deno.test("an encoder that is missing, or another, is refused", async () => {
  const extract = (settings: Partial<typeof SETTINGS> | Record<string, unknown>) => {
    const folder = Deno.makeTempDirSync();
    Deno.writeTextFileSync(join(folder, "a.wav"), "");
    return extractClips(folder, join(folder, "store"), { settings }).finally(() =>
      Deno.removeSync(folder, { recursive: true })
    );
  };
  if (HAS_FFMPEG) {
    const none = { ...SETTINGS, audioEncoder: null };
    await assertRejects(() => extract(none), UsageError, "Missing --audio-encoder FOLDER");
  }
  assertThrows(
    () => readEncoderFolder(SOUND, ["hubert"]),
    DataError,
    'is of a model "wav2vec2", expected hubert',
  );
  assertThrows(() => readEncoderFolder(PICTURES, []), DataError, "it has no onnx/model.onnx");
  assertThrows(() => readEncoderFolder(GOLDEN, []), DataError, "there is no such file");
});
