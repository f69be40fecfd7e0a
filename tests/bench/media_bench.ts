/** From clips to features: sound beside librosa, faces, two processes beside one, memory. */

import { join } from "node:path";
import { extractClips } from "../../mod.ts";
import { HAS_FFMPEG, makeClip } from "../media/programs.ts";
import { type Bench, hasPython, type Result, resultOf, ROOT, runJson } from "./results.ts";

const MINUTE = 60;
const CLIPS = 8;
const CLIP_SECONDS = 10;
const MIB = 2 ** 20;

const LIBROSA = `
import json, sys, time, warnings
warnings.filterwarnings("ignore")
import librosa
def read(path):
    y, sr = librosa.load(path)
    librosa.feature.zero_crossing_rate(y)
    librosa.feature.mfcc(y=y, sr=sr, n_mfcc=20, htk=True)
    librosa.feature.chroma_cqt(y=y, sr=sr)
read(sys.argv[1]) # numba compiles at the first call
started = time.perf_counter()
read(sys.argv[1])
print(json.dumps({"seconds": time.perf_counter() - started}))
`;

interface Steps {
  readonly seconds: number;
  readonly duration: number;
  readonly frames: number;
  readonly peakBytes: number;
}

function steps(what: "audio" | "clip", path: string): Promise<Steps> {
  const lock = `--lock=${join(ROOT, "deno.media.lock")}`;
  const entry = join(ROOT, "tests", "bench", "media_steps.ts");
  return runJson(Deno.execPath(), ["run", "--allow-all", "--no-check", lock, entry, what, path]);
}

/** Frames a second of a whole extraction, starting included. */
async function extraction(folder: string, out: string, jobs: number): Promise<number> {
  const started = performance.now();
  let frames = 0;
  await extractClips(folder, out, { jobs, onProgress: (progress) => frames = progress.frames });
  Deno.removeSync(out, { recursive: true });
  return frames / ((performance.now() - started) / 1000);
}

/** Needs ffmpeg, and no engine. */
export const media: Bench = {
  name: "media",
  withoutEngine: true,
  async *run({ folder, pairs }): AsyncGenerator<Result> {
    if (!HAS_FFMPEG) return;
    const clips = join(folder, "clips"), long = join(folder, "long.mp4");
    Deno.mkdirSync(clips, { recursive: true });
    const speech = join(folder, "speech.wav"), words = "a good movie, and the ending made me cry";
    makeClip(speech, { words: Array(40).fill(words).join(". "), seconds: MINUTE });
    for (let i = 0; i < CLIPS; i++) {
      makeClip(join(clips, `${i}.mp4`), { variant: i, seconds: CLIP_SECONDS });
    }
    makeClip(long, { seconds: 10 * MINUTE });
    const hasLibrosa = await hasPython("librosa");
    const [sound, theirs, whole, one, two]: number[][] = [[], [], [], [], []];
    let memory = 0;
    for (let pair = 0; pair < pairs; pair++) {
      const { seconds, duration } = await steps("audio", speech);
      sound!.push(duration / seconds);
      if (hasLibrosa) {
        const peer = await runJson<Steps>("python3", ["-c", LIBROSA, speech]);
        theirs!.push(duration / peer.seconds);
      }
      const clip = await steps("clip", join(clips, `${pair % CLIPS}.mp4`));
      whole!.push(clip.frames / clip.seconds);
      memory = Math.max(memory, clip.peakBytes / MIB);
      one!.push(await extraction(clips, join(folder, "one"), 1));
      two!.push(await extraction(clips, join(folder, "two"), 2));
    }
    const minutes = await steps("clip", long);
    yield* [
      resultOf("media sound, librosa set, times real time", "none", "x", sound!, theirs!),
      resultOf("media clip, 10 fps, geometry", "none", "frames/s", whole!, []),
      resultOf("media extraction, one process", "none", "frames/s", one!, []),
      resultOf("media extraction, two processes beside one", "none", "frames/s", two!, one!),
      resultOf("media memory of a process", "none", "MiB", [memory], []),
      resultOf("media memory, 10-minute clip", "none", "MiB", [minutes.peakBytes / MIB], []),
      resultOf("media 10-minute clip", "none", "frames/s", [minutes.frames / minutes.seconds], []),
    ];
  },
};
