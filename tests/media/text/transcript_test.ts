/** Transcripts beside clips. */

import { assertEquals, assertThrows } from "@std/assert";
import { MediaError } from "../../../lib/media/media_error.ts";
import {
  parseTranscript,
  readTranscript,
  wordsOfCues,
} from "../../../lib/media/text/transcript.ts";

Deno.test("parseTranscript() reads SubRip with tags and Windows line ends", () => {
  const { text, words, cues } = parseTranscript(
    "\uFEFF1\r\n00:00:01,500 --> 00:00:02,000\r\n<i>So</i> good,\r\n{\\an8}really\r\n\r\n" +
      "2\r\n01:00:03,000 --> 01:00:04,250\r\nyes\r\n",
    "srt",
  );
  assertEquals([text, words], ["So good, really yes", null]);
  assertEquals(cues, [
    { word: "So good, really", start: 1.5, end: 2 },
    { word: "yes", start: 3603, end: 3604.25 },
  ]);
});

Deno.test("parseTranscript() reads WebVTT with a head, notes, names and settings", () => {
  const { text, cues } = parseTranscript(
    "WEBVTT Kind: captions\n\nNOTE made by hand\n\nfirst\n00:01.000 --> 00:02.000 align:start\n" +
      "<v Ann>never <c.loud>again</c>\n",
    "vtt",
  );
  assertEquals(text, "never again");
  assertEquals(cues, [{ word: "never again", start: 1, end: 2 }]);
});

Deno.test("parseTranscript() reads words with times, ours and Whisper's", () => {
  const words = [{ word: "so", start: 0, end: 0.5 }, { word: "good", start: 0.5, end: 1 }];
  assertEquals(parseTranscript(JSON.stringify({ words }), "json"), {
    text: "so good",
    words,
    cues: null,
  });
  const segments = [{ text: " so good", start: 0, end: 1, words: words.map((w) => ({ ...w })) }];
  assertEquals(parseTranscript(JSON.stringify({ text: "So good.", segments }), "json"), {
    text: "So good.",
    words,
    cues: [{ word: "so good", start: 0, end: 1 }],
  });
});

for (
  const [name, text, format, message] of [
    ["JSON that is none", "{", "json", "no JSON"],
    ["JSON without text", "{}", "json", "neither text nor words"],
    [
      "a word that ends before it starts",
      '{"words":[{"word":"a","start":2,"end":1}]}',
      "json",
      "2",
    ],
    ["a word without times", '{"words":[{"word":"a"}]}', "json", '{"word":"a"}'],
    ["a line of subtitles that ends early", "00:02.0 --> 00:01.0\na", "vtt", "00:02.0 to 00:01.0"],
  ] as const
) {
  Deno.test(`parseTranscript() refuses ${name}`, () => {
    assertThrows(() => parseTranscript(text, format), MediaError, message);
  });
}

Deno.test("readTranscript() refuses a file of megabytes, and one that is no text", () => {
  const path = Deno.makeTempFileSync();
  Deno.writeTextFileSync(path, "a".repeat(2_000_000));
  assertThrows(() => readTranscript(path, "srt"), MediaError, "2000000 bytes");
  Deno.writeFileSync(path, Uint8Array.of(0xff, 0xfe, 0x00));
  assertThrows(() => readTranscript(path, "txt"), MediaError, "UTF-8");
  Deno.removeSync(path);
});

Deno.test("wordsOfCues() gives each word a part of its line by its letters", () => {
  assertEquals(wordsOfCues([{ word: "so good", start: 1, end: 2.5 }]), [
    { word: "so", start: 1, end: 1.5 },
    { word: "good", start: 1.5, end: 2.5 },
  ]);
});
