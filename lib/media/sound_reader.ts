/** What makes numbers of sound, by the settings: descriptors, openSMILE or an encoder on disk. @module */

import { UsageError } from "../core/errors.ts";
import type { ModalityRecipe } from "../data/mod.ts";
import { columnsOf, describe, type DescriptorName, LIBROSA_GRID } from "./audio/descriptors.ts";
import { OpenSmile, SMILE_RATE } from "./audio/opensmile.ts";
import { OPENSMILE_PACKAGE } from "./audio/opensmile_files.ts";
import { ENCODER_WINDOW, encodeSound, soundSettings } from "./audio/sound_encoder.ts";
import { encoderHash, openEncoder, readEncoderFolder } from "./encoder_folder.ts";
import type { ExtractSettings } from "./settings.ts";
import type { Track } from "./track.ts";

/** Sets that are not put together with others. */
const SOUND_ENCODERS = ["wav2vec2", "hubert"] as const;

/** Reads sound. */
export interface SoundReader {
  /** Samples a second that it takes. */
  readonly rate: number;
  /** Names of the numbers of a step; null where they have none. */
  readonly columns: readonly string[] | null;
  read(samples: Float32Array): Track | Promise<Track>;
}

/** Whether the settings want a network of `--audio-encoder`. */
function isSoundEncoded({ audio }: ExtractSettings): boolean {
  return SOUND_ENCODERS.some((name) => audio.includes(name));
}

/** Opens what the settings want; null where they want no audio. */
export async function openSoundReader(settings: ExtractSettings): Promise<SoundReader | null> {
  const { audio } = settings;
  if (audio.length === 0) return null;
  if (audio.includes("egemaps")) {
    const smile = new OpenSmile();
    return { rate: SMILE_RATE, columns: smile.columns(), read: (samples) => smile.read(samples) };
  }
  if (isSoundEncoded(settings)) {
    const folder = encoderOf(settings), how = soundSettings(folder);
    const encoder = await openEncoder(folder);
    const read = (samples: Float32Array) => encodeSound(encoder, samples, how);
    return { rate: how.rate, columns: null, read };
  }
  const names = audio as readonly DescriptorName[];
  const read = (samples: Float32Array) => describe(samples, names);
  return { rate: LIBROSA_GRID.rate, columns: columnsOf(names), read };
}

/** How audio is made, for the recipe. */
export function audioRecipe(settings: ExtractSettings): ModalityRecipe {
  const features = settings.audio.join(",");
  if (features === "egemaps") {
    const { name, version } = OPENSMILE_PACKAGE;
    return { features, rate: SMILE_RATE, package: `${name}@${version}` };
  }
  if (!isSoundEncoded(settings)) return { features, ...LIBROSA_GRID };
  const folder = encoderOf(settings);
  const weights = encoderHash(folder);
  return { features, ...soundSettings(folder), windowSeconds: ENCODER_WINDOW, weights };
}

function encoderOf({ audio, audioEncoder }: ExtractSettings) {
  if (audioEncoder === null) {
    throw new UsageError(`Missing --audio-encoder FOLDER, which --audio ${audio} needs`);
  }
  return readEncoderFolder(audioEncoder, audio);
}
