/** Extractions that are stopped, go on, and run in several processes. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { DataError, extractClips, loadDataset } from "../../mod.ts";
import { contentOf } from "../tasks/run_task.ts";
import { FACE, ffmpeg, HAS_FFMPEG, makeClip } from "./programs.ts";

/** A folder with clips named a, b, c, which is removed by disposing it. */
function madeClips(): { readonly root: string; readonly clips: string } & Disposable {
  const root = Deno.makeTempDirSync(), clips = join(root, "clips");
  Deno.mkdirSync(clips);
  for (const [i, name] of ["a", "b", "c"].entries()) {
    makeClip(join(clips, `${name}.mp4`), { variant: i, seconds: 1 });
    Deno.writeTextFileSync(join(clips, `${name}.txt`), `words of ${name}`);
  }
  return { root, clips, [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }) };
}

/** The content of a store by the names of its files. */
function bytesOf(store: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(contentOf(store)).map(([path, bytes]) => [path.slice(store.length), bytes]),
  );
}

function test(name: string, work: () => Promise<void>): void {
  Deno.test(name, { ignore: !HAS_FFMPEG }, work);
}

test("extractClips() goes on after a stop, and gives the same bytes for any number of jobs", async () => {
  using folder = madeClips();
  const { root, clips } = folder;
  const whole = await extractClips(clips, join(root, "whole"), { jobs: 2 });
  assertEquals([whole.written, whole.report.done], [true, 3]);

  const stop = new AbortController();
  const store = join(root, "stopped");
  const stopped = extractClips(clips, store, {
    jobs: 1,
    signal: stop.signal,
    onProgress: ({ done }) => done === 1 && stop.abort(new Error("stopped")),
  });
  await assertRejects(() => stopped, Error, "stopped");
  const starts: number[] = [];
  const resumed = await extractClips(clips, store, {
    jobs: 1,
    onProgress: ({ done }) => void starts.push(done),
  });
  assertEquals([starts[0], resumed.report.done], [1, 3], "one clip was done before");
  assertEquals(bytesOf(store), bytesOf(join(root, "whole")));
  assertEquals([...Deno.readDirSync(root)].map(({ name }) => name).sort(), [
    "clips",
    "stopped",
    "whole",
  ]);
  using data = loadDataset(store);
  assertEquals(data.splits.test!.rawText, ["words of a", "words of b", "words of c"]);
  assertEquals(data.splits.test!.ids, ["a", "b", "c"]);
});

test("extractClips() does a clip anew that has changed, and refuses a store of other clips", async () => {
  using folder = madeClips();
  const { root, clips } = folder;
  const store = join(root, "store");
  const settings = { vision: [] };
  const stop = new AbortController();
  const first = extractClips(clips, store, {
    settings,
    jobs: 1,
    signal: stop.signal,
    onProgress: ({ done }) => done === 2 && stop.abort(new Error("stopped")),
  });
  await assertRejects(() => first, Error, "stopped");
  makeClip(join(clips, "a.mp4"), { variant: 5, seconds: 1.5 });
  const { report } = await extractClips(clips, store, { settings });
  const [a, b, c] = report.clips.map(({ audioSteps }) => audioSteps!);
  assertEquals([b, report.done], [c!, 3]);
  assert(a! > b! + 15, `${a} steps are half as many again as ${b}`);
  Deno.writeTextFileSync(join(clips, "b.txt"), "other words");
  await assertRejects(
    () => extractClips(clips, store, { settings }),
    DataError,
    "clips, words or labels have changed since",
  );
});

test("extractClips() tells of silence, of no face and of several", async () => {
  using folder = madeClips();
  const { clips, root } = folder;
  const silence = ["-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono", "-t", "1"];
  const colour = ["-f", "lavfi", "-i", "color=gray:size=320x240:rate=10:duration=1"];
  ffmpeg(...colour, ...silence, join(clips, "a.mp4"));
  const two = "[0:v]scale=256:256[l];[l]split[a][b];[b]hflip[c];[a][c]hstack,fps=10";
  ffmpeg("-loop", "1", "-i", FACE, ...silence, "-vf", two, join(clips, "b.mp4"));
  const { report } = await extractClips(clips, join(root, "store"));
  assertEquals([report.silent, report.noFace, report.severalFaces], [["a", "b"], ["a"], ["b"]]);
  assertEquals(report.clips.map(({ faceRate }) => faceRate), [0, 1, 1]);
  assert(Math.abs(report.meanFaceRate! - 2 / 3) < 1e-9);
  using data = loadDataset(join(root, "store"));
  const { vision } = data.splits.test!.features;
  const row = new Float32Array(vision!.steps * vision!.width);
  vision!.read([0], row);
  assert(row.every((value) => value === 0), "no face is zeros");
});
