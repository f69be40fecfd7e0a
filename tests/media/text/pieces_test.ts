/** Aligned features beside those of word pieces. */

import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { extractClips, loadDataset } from "../../../mod.ts";
import { openTokenizer } from "../../../lib/features/mod.ts";
import { wordsOfTokens } from "../../../lib/features/word_pieces.ts";
import { ROOT } from "../../tasks/run_task.ts";
import { ffmpeg, HAS_FFMPEG } from "../programs.ts";

const BERT = join(ROOT, "tests", "golden", "bert_tiny");
const WORDS = ["unbelievable", "movie"];

Deno.test("wordsOfTokens() counts the pieces of each word", async () => {
  const tokenizer = await openTokenizer(BERT);
  const [first, both] = [WORDS.slice(0, 1), WORDS].map((words) =>
    tokenizer.encode(words.join(" ")).length
  );
  assert(first! > 3, "it is several pieces");
  const of = wordsOfTokens(WORDS, tokenizer);
  assertEquals(of.length, both);
  assertEquals(of, [-1, ...Array(first! - 2).fill(0), ...Array(both! - first!).fill(1), -1]);
});

Deno.test("each piece of a word has the audio of its word", { ignore: !HAS_FFMPEG }, async () => {
  const root = Deno.makeTempDirSync(), clips = join(root, "clips");
  Deno.mkdirSync(clips);
  // Loud while the first word is said, and not after it.
  const tone = ["-f", "lavfi", "-i", "sine=duration=2:sample_rate=16000"];
  ffmpeg(...tone, "-af", "volume='if(lt(t,1),4,0.1)':eval=frame", join(clips, "a.wav"));
  const words = WORDS.map((word, i) => ({ word, start: i + 0.2, end: i + 0.8 }));
  Deno.writeTextFileSync(join(clips, "a.json"), JSON.stringify({ words }));
  const settings = { audio: ["rms"], vision: [], align: "words" } as const;
  const [plain, pieces] = [join(root, "plain"), join(root, "pieces")];
  await extractClips(clips, plain, { settings, jobs: 1 });
  const { meta, report } = await extractClips(clips, pieces, { settings, jobs: 1, bert: BERT });
  assertEquals(report.failed, []);
  assertEquals(meta!.recipe!.text!["steps"], "pieces");
  using byWords = loadDataset(plain);
  using byPieces = loadDataset(pieces);
  const rowOf = (data: typeof byWords) => {
    const audio = data.splits.test!.features.audio!;
    const row = new Float32Array(audio.steps * audio.width);
    audio.read([0], row);
    return { row: [...row], length: audio.lengths[0]! };
  };
  const of = wordsOfTokens(WORDS, await openTokenizer(BERT));
  const { row: loudness } = rowOf(byWords);
  assert(loudness[0]! > 10 * loudness[1]! && loudness[1]! > 0, String(loudness));
  const { row, length } = rowOf(byPieces);
  assertEquals(row.slice(0, of.length), of.map((w) => w < 0 ? 0 : loudness[w]!));
  assertEquals([length, row.slice(of.length).every((value) => value === 0)], [of.length, true]);
  const { text, audio } = byPieces.splits.test!.features;
  assertEquals([text!.steps, text!.lengths[0]], [audio!.steps, of.length]);
  Deno.removeSync(root, { recursive: true });
});
