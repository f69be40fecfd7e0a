/** From raw clips to a score, as a user goes there. */

import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { HAS_FFMPEG, makeClip } from "../media/programs.ts";
import { assertFails, lastJson, ROOT, runTask, type TaskResult } from "./run_task.ts";

const BERT = join(ROOT, "tests", "golden", "bert_tiny");
const CPU = ["--engine", "cpu"];
const WORDS = ["a good movie", "this movie is boring", "I really loved it", "so bad"];
const SPLITS = ["train", "train", "train", "train", "train", "train", "valid", "valid", "test"];

/** Twelve clips of four videos and their label.csv, made once. */
const folder = HAS_FFMPEG ? Deno.makeTempDirSync() : "";
const clips = join(folder, "clips"), store = join(folder, "store");

function makeClips(): void {
  const rows = ["video_id,clip_id,text,label,annotation,mode"];
  for (let i = 0; i < 12; i++) {
    const [video, clip] = [`v${i % 4}`, String(i)], words = WORDS[i % 4]!;
    Deno.mkdirSync(join(clips, "Raw", video), { recursive: true });
    makeClip(join(clips, "Raw", video, `${clip}.mp4`), {
      words,
      variant: i,
      seconds: 1 + i % 3 / 4,
    });
    const label = i % 2 === 0 ? 1.5 : -1.5;
    const annotation = label > 0 ? "Positive" : "Negative";
    rows.push([video, clip, words, label, annotation, SPLITS[i % SPLITS.length]].join(","));
  }
  Deno.writeTextFileSync(join(clips, "label.csv"), rows.join("\n") + "\n");
}

function extract(...args: string[]): Promise<TaskResult> {
  const to = ["--data", clips, "--out", store, "--protocol", "mosi"];
  return runTask("features_extract", ...to, "--bert", BERT, "--kind", "cls", "--json", ...args);
}

async function predict(run: string, ...args: string[]): Promise<Map<string, number>> {
  const { code, stdout, stderr } = await runTask("predict", run, ...args, ...CPU);
  assertEquals(code, 0, stderr);
  const rows = stdout.trim().split("\n").slice(1).map((line) => line.split(","));
  return new Map(rows.map(([id, score]) => [id!, Number(score)]));
}

function test(name: string, work: () => Promise<void>): void {
  Deno.test(name, { ignore: !HAS_FFMPEG }, work);
}

test("features:extract makes a store of twelve clips, once", async () => {
  makeClips();
  const first = await extract();
  assertEquals(first.code, 0, first.stderr);
  const { written, clips: all, done, failed, noFace, meanFaceRate, splits } = lastJson(
    first.stdout,
  );
  assertEquals([written, all, done, failed, noFace], [true, 12, 12, [], []]);
  assertEquals(splits, { train: { samples: 9 }, valid: { samples: 2 }, test: { samples: 1 } });
  assert(meanFaceRate as number > 0.95);
  const again = await extract();
  assertEquals([again.code, lastJson(again.stdout)["written"]], [0, false], again.stderr);
  const meta = JSON.parse(Deno.readTextFileSync(join(store, "meta.json")));
  assertEquals(meta.recipe.audio.features, "zcr,mfcc,chroma");
  assertEquals(meta.recipe.text.features, "bert");
  const { audio, vision, text } = meta.splits.train.features;
  assertEquals([audio.width, vision.width, text.width], [33, 23, 32]);
  const other = await extract("--fps", "5");
  assertEquals(other.code, 1);
  assertMatch(other.stderr, /vision\.fps is 10, expected 5.*expected a new folder/);
});

test("train reads it, and predict --video gives the scores of the store", async () => {
  const out = ["--out", join(folder, "runs"), "--epochs", "2", "--set", "batchSize=4"];
  const trained = await runTask("train", "--model", "self-mm", "--data", store, ...CPU, ...out);
  assertEquals(trained.code, 0, trained.stderr);
  const run = join(folder, "runs", "self-mm", "clips", "1111");
  const record = JSON.parse(Deno.readTextFileSync(join(run, "run.json")));
  const meta = JSON.parse(Deno.readTextFileSync(join(store, "meta.json")));
  assertEquals(record.data.recipe, meta.recipe);

  const scores = await predict(run, "--data", store);
  assertEquals(scores.size, 12);
  const video = join(clips, "Raw", "v3", "7.mp4");
  const ask = ["--video", video, "--text", WORDS[3]!, "--bert", BERT];
  const [once, twice] = [await predict(run, ...ask), await predict(run, ...ask)];
  assertEquals([...once], [...twice]);
  assertAlmostEquals(once.get("7")!, scores.get("v3$_$7")!, 1e-6);
  const otherWords = await predict(run, ...ask.slice(0, 3), WORDS[2]!, ...ask.slice(4));
  assert(Math.abs(otherWords.get("7")! - once.get("7")!) > 1e-6);
  assertFails(
    await runTask("predict", run, ...ask.slice(0, 4), ...CPU),
    2,
    /reads features of the words, expected --bert FOLDER/,
  );
  const missing = join(clips, "none.mp4");
  assertFails(
    await runTask("predict", run, "--video", missing, ...ask.slice(2), ...CPU),
    1,
    /Cannot score ".*none\.mp4" with the run ".*": there is no such file/,
  );
});

test("predict refuses features of another recipe, and a clip where nobody knows the recipe", async () => {
  const other = join(folder, "other");
  const settings = ["--fps", "5", "--audio", "none", "--jobs", "1", "--protocol", "mosi"];
  const made = await runTask("features_extract", "--data", clips, "--out", other, ...settings);
  assertEquals(made.code, 0, made.stderr);
  assertMatch(
    made.stdout,
    /holds features of 9 train, 2 valid, 1 test clips: 23 numbers of vision/,
  );
  const train = (data: string, name: string, ...args: string[]) => {
    const out = ["--out", join(folder, name), ...args];
    return runTask("train", "--model", "svm", "--data", data, ...CPU, ...out);
  };
  const trained = await train(other, "at5", "--modalities", "vision");
  assertEquals(trained.code, 0, trained.stderr);
  const run = join(folder, "at5", "svm", "clips", "1111");
  assertFails(
    await runTask("predict", run, "--data", store, ...CPU),
    1,
    /made by another recipe: vision\.fps is 10, expected 5$/m,
  );
  // The words are not read, and there is a transcript of nothing: vision alone is extracted.
  const video = join(clips, "Raw", "v0", "0.mp4");
  const alone = await predict(run, "--video", video);
  assertAlmostEquals(alone.get("0")!, (await predict(run, "--data", other)).get("v0$_$0")!, 1e-6);
  const unknown = await train("synthetic:n=16", "synthetic");
  assertEquals(unknown.code, 0, unknown.stderr);
  const old = join(folder, "synthetic", "svm", "synthetic", "1111");
  assertFails(
    await runTask("predict", old, "--video", video, ...CPU),
    1,
    /nobody knows how the features of its training were made/,
  );
  assertFails(await runTask("predict", old, "--data", store, ...CPU), 1, /by features:extract/);
});

test("a clip that fails is named, stops the store, and can be skipped", async () => {
  const broken = join(folder, "broken");
  Deno.mkdirSync(broken);
  const good = Deno.readFileSync(join(clips, "Raw", "v0", "0.mp4"));
  Deno.writeFileSync(join(broken, "good.mp4"), good);
  Deno.writeFileSync(join(broken, "cut.mp4"), good.subarray(0, good.length / 2));
  Deno.writeTextFileSync(join(broken, "good.srt"), "1\n00:00:00,1 --> 00:00:01,0\nso good\n");
  const to = ["--data", broken, "--out", join(folder, "broken-store")];
  const failed = await runTask("features_extract", ...to);
  assertEquals(failed.code, 1);
  assertMatch(failed.stderr, /^failed: cut: it is (damaged|no video)/m);
  assertMatch(failed.stdout, /^No store: 1 of 2 clips failed; what is done is kept/);
  const skipped = await runTask("features_extract", ...to, "--skip-failed", "--align", "cues");
  assertEquals(skipped.code, 1);
  assertMatch(skipped.stderr, /extracted by another recipe: align is none, expected cues/);
  Deno.removeSync(join(folder, ".broken-store.clips"), { recursive: true });
  const aligned = await runTask("features_extract", ...to, "--skip-failed", "--align", "cues");
  assertEquals(aligned.code, 0, aligned.stderr);
  const meta = JSON.parse(Deno.readTextFileSync(join(folder, "broken-store", "meta.json")));
  const { rawText, features } = meta.splits.test;
  assertEquals([rawText, features.audio.steps, features.vision.steps], [["so good"], 2, 2]);
});

test("features:extract refuses unknown names before it reads a clip", async () => {
  const to = ["--data", clips, "--out", join(folder, "none")];
  const call = (...args: string[]) => runTask("features_extract", ...to, ...args);
  assertFails(await call("--audio", "libros"), 2, /did you mean "librosa"/);
  assertFails(await call("--vision", "geometri"), 2, /did you mean "geometry"/);
  assertFails(await call("--fps", "0"), 2, /whole number of 1 or more/);
});

globalThis.addEventListener("unload", () => {
  if (folder !== "") Deno.removeSync(folder, { recursive: true });
});
