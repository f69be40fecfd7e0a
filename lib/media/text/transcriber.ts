/** What is said in clips that come without words, heard by a Whisper on disk. @module */

import { join } from "node:path";
import { DataError, messageOf } from "../../core/errors.ts";
import { exists, sha256File } from "../../core/files.ts";
import type { ModalityRecipe } from "../../data/mod.ts";
import { type EncoderFolder, localTransformers, readEncoderFolder } from "../encoder_folder.ts";
import { MediaError } from "../media_error.ts";
import type { StepAlignment } from "../settings.ts";
import type { Transcript, Word } from "./transcript.ts";

/** Samples a second that Whisper takes. */
export const WHISPER_RATE = 16000;

/** Seconds that it was trained to hear at once; more is heard in windows that overlap. */
const WINDOW = 30;

/** What {@linkcode openTranscriber} opens. */
export interface Transcriber {
  /** What is said in mono samples at {@linkcode WHISPER_RATE}. @throws {MediaError} it cannot be heard */
  hear(samples: Float32Array): Promise<Transcript>;
}

/** As the package has it. */
interface Heard {
  readonly text: string;
  readonly chunks?: readonly {
    readonly text: string;
    readonly timestamp: readonly [start: number, end: number | null];
  }[];
}
interface SpeechPackage {
  pipeline(
    task: "automatic-speech-recognition",
    name: string,
    options: { readonly quantized: false },
  ): Promise<
    (
      samples: Float32Array,
      options: { readonly chunk_length_s: number; readonly return_timestamps: boolean | "word" },
    ) => Promise<Heard>
  >;
}

/** The networks and what spells their words. @throws {DataError} a file is missing */
function whisperIn(path: string): { readonly folder: EncoderFolder; readonly encoder: string } {
  const folder = readEncoderFolder(path, ["whisper"], ["decoder_model_merged.onnx"]);
  const encoder = join(path, "onnx", "encoder_model.onnx");
  const wanted = [encoder, join(path, "tokenizer.json"), join(path, "preprocessor_config.json")];
  const missing = wanted.find((file) => !exists(file));
  if (missing === undefined) return { folder, encoder };
  throw new DataError(`Cannot use "${path}": "${missing}" is missing, expected a Whisper as ONNX`);
}

/** How words are heard, for the recipe. */
export function transcriptRecipe(path: string): ModalityRecipe {
  const { folder, encoder } = whisperIn(path);
  const weights = { encoder: sha256File(encoder), decoder: sha256File(folder.network) };
  return { weights, windowSeconds: WINDOW };
}

/**
 * Opens a Whisper.
 *
 * @param align what steps are: words with times, lines with times, or neither
 * @throws {DataError} it cannot be opened, or has no times of words where they are needed
 */
export async function openTranscriber(path: string, align: StepAlignment): Promise<Transcriber> {
  const { folder } = whisperIn(path);
  if (align === "words" && !tellsTimes(path)) {
    throw new DataError(
      `Cannot use "${path}" with --align words: its generation_config.json has no alignment_heads, ` +
        "expected a Whisper that was exported with its attentions (--align cues does without)",
    );
  }
  const { transformers, name } = await localTransformers<SpeechPackage>(path);
  const recognize = await transformers
    .pipeline("automatic-speech-recognition", name, { quantized: false })
    .catch((error: unknown) => {
      throw new DataError(`Cannot open "${folder.network}": ${messageOf(error)}`, { cause: error });
    });
  const times = { none: false, cues: true, words: "word" } as const;
  return {
    async hear(samples) {
      let heard: Heard;
      try {
        heard = await recognize(samples, {
          chunk_length_s: WINDOW,
          return_timestamps: times[align],
        });
      } catch (error) {
        throw new MediaError("text", `what is said in it cannot be heard: ${messageOf(error)}`);
      }
      return transcriptOf(heard, align, samples.length / WHISPER_RATE);
    },
  };
}

function tellsTimes(path: string): boolean {
  const file = join(path, "generation_config.json");
  return exists(file) && "alignment_heads" in JSON.parse(Deno.readTextFileSync(file));
}

/** A last chunk may have no end, and times of words are guesses that may cross. */
function transcriptOf({ text, chunks = [] }: Heard, align: StepAlignment, end: number): Transcript {
  const pieces = chunks.map(({ text, timestamp: [start, stop] }): Word => ({
    word: text.trim(),
    start,
    end: Math.max(start, stop ?? end),
  })).filter(({ word }) => word !== "");
  return {
    text: text.trim(),
    words: align === "words" ? pieces : null,
    cues: align === "cues" ? pieces : null,
  };
}
