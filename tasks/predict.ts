/** `deno task predict RUN`: scores of samples, with or without labels. @module */

import { type Command, start } from "./shared/command.ts";
import { ENGINE_FLAGS, SOURCE_FLAGS } from "./shared/flags.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "predict",
  summary: "Writes id,prediction as CSV for every sample of a file, or for a clip",
  arguments: ["RUN"],
  flags: [
    {
      name: "data",
      value: "PATH",
      help: "a file of any layout, a store folder or synthetic; labels are not needed",
    },
    {
      name: "video",
      value: "CLIP",
      help: "a clip in place of --data; for runs on clips that features:extract has read",
    },
    {
      name: "text",
      value: "WORDS",
      help:
        "what is said in the clip; or one utterance in place of --data, for runs on text alone, " +
        "trained with --text bert",
    },
    {
      name: "bert",
      value: "FOLDER",
      help: "the BERT that made the text's features; for --video",
    },
    {
      name: "audio-encoder",
      value: "FOLDER",
      help: "the encoder that made the audio's features; for --video",
    },
    {
      name: "vision-encoder",
      value: "FOLDER",
      help: "the encoder that made the vision's features; for --video",
    },
    {
      name: "transcribe",
      value: "FOLDER",
      help: "a Whisper on disk, which hears what is said where nothing tells; for --video",
    },
    {
      name: "split",
      value: "SPLIT",
      choices: ["train", "valid", "test"],
      help: "one part of the data (default: all, in file order)",
    },
    {
      name: "drop",
      value: "MODALITY,…",
      repeatable: true,
      help: "predict as if it were missing; the data need not have it",
    },
    { name: "out", value: "FILE", help: "write here instead of stdout" },
    ...ENGINE_FLAGS,
    ...SOURCE_FLAGS,
  ],
};

await start(import.meta, COMMAND, () => import("./work/predict.ts"));
