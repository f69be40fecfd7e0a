/** Words that are heard, by a tiny Whisper whose answers are known (tests/golden/media/encoders.py). */

import { assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DataError, extractClips, loadDataset } from "../../mod.ts";
import type { ExtractSettings } from "../../lib/media/mod.ts";
import { transcriptRecipe } from "../../lib/media/text/transcriber.ts";
import { GOLDEN } from "./deviation.ts";
import { ffmpeg, HAS_FFMPEG } from "./programs.ts";

const WHISPER = join(GOLDEN, "whisper_tiny");
const SETTINGS: Partial<ExtractSettings> = { audio: ["rms"], vision: [], transcriber: WHISPER };

/** Sound that is loud in `a`, low in `b`, none in `c`, and has words in `d`. */
function madeClips(): { readonly root: string; readonly clips: string } & Disposable {
  const root = Deno.makeTempDirSync(), clips = join(root, "clips");
  Deno.mkdirSync(clips);
  for (const [name, volume] of Object.entries({ a: "4", b: "0.02", c: "0", d: "4" })) {
    const tone = ["-f", "lavfi", "-i", "sine=duration=1.5:sample_rate=16000"];
    ffmpeg(...tone, "-af", `volume=${volume}`, join(clips, `${name}.wav`));
  }
  Deno.writeTextFileSync(join(clips, "d.txt"), "words of d");
  return { root, clips, [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }) };
}

Deno.test(
  "extractClips() hears words where nothing tells them",
  { ignore: !HAS_FFMPEG },
  async () => {
    using folder = madeClips();
    const { root, clips } = folder, store = join(root, "store");
    const extract = (settings = SETTINGS) => extractClips(clips, store, { settings, jobs: 1 });
    const { meta, report } = await extract();
    assertEquals(report.failed, []);
    assertEquals([report.heard, report.noText], [["a", "b"], ["c"]]);
    {
      using data = loadDataset(store);
      assertEquals(data.splits.test!.rawText, ["good movie", "bad movie", "", "words of d"]);
    }
    assertEquals(meta!.recipe!.transcript, transcriptRecipe(WHISPER));
    assertEquals((await extract()).written, false, "the same store is there already");
    const deaf = { ...SETTINGS, transcriber: null };
    await assertRejects(() => extract(deaf), DataError, "transcript is there, expected absent");
  },
);

Deno.test(
  "extractClips() hears a clip that has lost its words, and refuses clips that were not to be heard",
  { ignore: !HAS_FFMPEG },
  async () => {
    using folder = madeClips();
    const { root, clips } = folder, store = join(root, "store");
    const extract = (settings = SETTINGS) => extractClips(clips, store, { settings, jobs: 1 });
    // What fails keeps the other clips for the next call.
    Deno.writeTextFileSync(join(clips, "e.wav"), "no sound");
    assertEquals((await extract()).report.heard, ["a", "b"]);
    for (const name of ["e.wav", "d.txt"]) Deno.removeSync(join(clips, name));
    const deaf = { ...SETTINGS, transcriber: null };
    await assertRejects(() => extract(deaf), DataError, "transcript is there, expected absent");
    assertEquals((await extract()).report.heard, ["a", "b", "d"]);
  },
);

Deno.test(
  "extractClips() takes means over words that were heard",
  { ignore: !HAS_FFMPEG },
  async () => {
    using folder = madeClips();
    const { root, clips } = folder, store = join(root, "store");
    for (const name of ["c", "d"]) Deno.removeSync(join(clips, `${name}.wav`));
    const settings = { ...SETTINGS, align: "words" } as const;
    const { report } = await extractClips(clips, store, { settings, jobs: 1 });
    assertEquals(report.failed, []);
    const words = report.clips[0]!.heard!.words!;
    assertEquals(words.map(({ word }) => word), ["good", "movie"]);
    // The network looks at 0.2, 0.6 and 1 s; a word is from half the way to half the way.
    const times = words.flatMap(({ start, end }) => [start, end]);
    [0.1, 0.4, 0.4, 0.8].forEach((time, i) => assertAlmostEquals(times[i]!, time, 0.05));
    using data = loadDataset(store);
    const { audio } = data.splits.test!.features;
    assertEquals([audio!.steps, audio!.width], [2, 1]);
  },
);

Deno.test("a folder that holds no Whisper is refused", () => {
  assertThrows(
    () => transcriptRecipe(join(GOLDEN, "wav2vec2_tiny")),
    DataError,
    'is of a model "wav2vec2", expected whisper',
  );
  const folder = Deno.makeTempDirSync();
  Deno.mkdirSync(join(folder, "onnx"));
  for (const file of ["config.json", "onnx/decoder_model_merged.onnx"]) {
    Deno.copyFileSync(join(WHISPER, file), join(folder, file));
  }
  assertThrows(() => transcriptRecipe(folder), DataError, 'encoder_model.onnx" is missing');
  Deno.removeSync(folder, { recursive: true });
});
