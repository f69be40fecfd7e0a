/** What is said in a clip, as files beside it have it: text, subtitles, words with times. @module */

import { messageOf } from "../../core/errors.ts";
import { MediaError } from "../media_error.ts";

/** A word and when it is said, in seconds from the beginning of the clip. */
export interface Word {
  /** As it is written. */
  readonly word: string;
  /** Its beginning. */
  readonly start: number;
  /** Its end, not before its beginning. */
  readonly end: number;
}

/** What is said. */
export interface Transcript {
  /** All of it, on one line. */
  readonly text: string;
  /** Words with times; null where the file has none. */
  readonly words: readonly Word[] | null;
  /** Lines of subtitles with times; null where the file has none. */
  readonly cues: readonly Word[] | null;
}

/** Endings of files with a transcript, the one that tells most first. */
export const TRANSCRIPT_ENDINGS = ["json", "vtt", "srt", "txt"] as const;

/** How a transcript is written. */
export type TranscriptFormat = typeof TRANSCRIPT_ENDINGS[number];

/** Largest file in bytes: an hour of speech is 60 kB. */
const MOST_BYTES = 1 << 20;

/** Reads a file. @throws {MediaError} it is too large, no text, or malformed */
export function readTranscript(path: string, format: TranscriptFormat): Transcript {
  const { size } = Deno.statSync(path);
  if (size > MOST_BYTES) {
    throw new MediaError(
      "text",
      `its transcript has ${size} bytes, expected ${MOST_BYTES} at most`,
    );
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(Deno.readFileSync(path));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new MediaError("text", "its transcript is no UTF-8 text");
  }
  return parseTranscript(text, format);
}

/**
 * Reads a transcript. JSON is `{"text", "words": [{"word", "start", "end"}]}`, where either may be
 * missing, or what Whisper writes.
 *
 * @throws {MediaError} it is malformed
 */
export function parseTranscript(text: string, format: TranscriptFormat): Transcript {
  if (format === "txt") return { text: oneLine(text), words: null, cues: null };
  if (format === "json") return fromJson(text);
  const cues = readCues(text);
  return { text: oneLine(cues.map(({ word }) => word).join(" ")), words: null, cues };
}

/** The words of subtitles, each with a part of its line's time by its letters. */
export function wordsOfCues(cues: readonly Word[]): Word[] {
  return cues.flatMap(({ word: line, start, end }) => {
    const words = line.split(/\s+/).filter((word) => word !== "");
    const letters = words.reduce((sum, { length }) => sum + length, 0);
    let at = start;
    return words.map((word) => {
      const from = at;
      at += (end - start) * word.length / letters;
      return { word, start: from, end: at };
    });
  });
}

/** `00:01:02,345 --> 00:01:04.000 align:start`, hours optional. */
const TIMES = /^\s*((?:\d+:)?\d+:\d+[,.]\d+)\s*-->\s*((?:\d+:)?\d+:\d+[,.]\d+)/;

/** Lines of SRT or WebVTT between their times and the next empty line, without tags. */
function readCues(text: string): Word[] {
  const cues: Word[] = [];
  for (const block of text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n").split(/\n[ \t]*\n/)) {
    const lines = block.split("\n");
    const at = lines.findIndex((line) => TIMES.test(line));
    if (at < 0) continue;
    const [, from, to] = TIMES.exec(lines[at]!)!;
    const [start, end] = [seconds(from!), seconds(to!)];
    if (end < start) {
      throw new MediaError("text", `its transcript has a line from ${from} to ${to}`);
    }
    const word = oneLine(lines.slice(at + 1).join(" ").replace(/<[^<>]*>|\{\\[^{}]*\}/g, ""));
    if (word !== "") cues.push({ word, start, end });
  }
  return cues;
}

function seconds(time: string): number {
  return time.replace(",", ".").split(":").reduce((sum, part) => 60 * sum + Number(part), 0);
}

function oneLine(text: string): string {
  return text.replace(/^\uFEFF/, "").replace(/\s+/g, " ").trim();
}

interface JsonWord {
  readonly word?: unknown;
  readonly text?: unknown;
  readonly start?: unknown;
  readonly end?: unknown;
}

function fromJson(json: string): Transcript {
  let value: { text?: unknown; words?: unknown; segments?: unknown };
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new MediaError("text", `its transcript is no JSON (${messageOf(error)})`);
  }
  if (typeof value !== "object" || value === null) throw wrongJson("it is no object");
  const segments = Array.isArray(value.segments) ? value.segments : [];
  const list = Array.isArray(value.words)
    ? value.words
    : segments.some((segment) => Array.isArray(segment?.words))
    ? segments.flatMap((segment) => segment?.words ?? [])
    : null;
  const words = list?.map(toWord) ?? null;
  const text = typeof value.text === "string"
    ? value.text
    : words?.map(({ word }) => word).join(" ");
  if (text === undefined) throw wrongJson("it has neither text nor words");
  const cues = segments.map(toWord);
  return { text: oneLine(text), words, cues: cues.length > 0 ? cues : null };
}

function toWord(value: JsonWord | null): Word {
  const { start, end } = value ?? {}, word = value?.word ?? value?.text;
  const isWord = typeof word === "string" && typeof start === "number" && typeof end === "number" &&
    start >= 0 && end >= start && end < Infinity;
  if (!isWord) throw wrongJson(`it has a word ${JSON.stringify(value)}`);
  return { word: oneLine(word), start, end };
}

function wrongJson(state: string): MediaError {
  const wanted = '{"text", "words": [{"word", "start", "end"}]}';
  return new MediaError("text", `its transcript cannot be read: ${state}, expected ${wanted}`);
}
