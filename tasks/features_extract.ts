/** `deno task features:extract`: features of raw clips, as a store. @module */

import { type Command, JSON_FLAG, start } from "./shared/command.ts";
import { DATA_FLAGS } from "./shared/flags.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "features:extract",
  summary: "Extracts features of raw clips and writes a store that models train on",
  flags: [
    {
      name: "data",
      value: "FOLDER",
      help: "Raw/VIDEO/CLIP.mp4 with label.csv, or any folder of video or sound",
    },
    { name: "out", value: "STORE", help: "the store's folder" },
    { name: "labels", value: "FILE.csv", help: "default: label.csv in the folder, or no labels" },
    {
      name: "audio",
      value: "SET",
      default: "librosa",
      help: "librosa (CH-SIMS's 33: zcr,mfcc,chroma), any of zcr, mfcc, chroma, rms, centroid, " +
        "bandwidth, rolloff, flatness, contrast with commas between them; egemaps (25, by openSMILE); " +
        "wav2vec2 or hubert (states of an encoder on disk); or none",
    },
    {
      name: "audio-encoder",
      value: "FOLDER",
      help: "config.json, onnx/model.onnx of wav2vec2 or hubert",
    },
    {
      name: "vision",
      value: "SET",
      default: "geometry",
      help: "geometry (pose, gaze, openings), landmarks (68 points), mesh (468), expression, " +
        "embedding, with commas between them; clip (whole pictures, by an encoder on disk); or none",
    },
    {
      name: "vision-encoder",
      value: "FOLDER",
      help: "config.json, onnx/vision_model.onnx of clip, or onnx/model.onnx of its like",
    },
    { name: "fps", value: "N", default: "10", help: "pictures looked at in each second" },
    {
      name: "face",
      value: "WHICH",
      choices: ["largest", "speaker"],
      default: "largest",
      help: "of several faces; speaker: whose mouth moves with the sound, where that can be told",
    },
    {
      name: "align",
      value: "HOW",
      choices: ["none", "words", "cues"],
      default: "none",
      help: "means over words by the times in CLIP.json, or over words spread over subtitles",
    },
    {
      name: "transcribe",
      value: "FOLDER",
      help: "a Whisper on disk, which hears what is said in clips that come without words",
    },
    { name: "bert", value: "FOLDER", help: "makes features of the words; default: words only" },
    {
      name: "kind",
      value: "KIND",
      choices: ["tokens", "cls"],
      default: "tokens",
      help: "of --bert: states of all tokens, or of [CLS] alone",
    },
    ...DATA_FLAGS.filter(({ name }) => name === "protocol"),
    { name: "jobs", value: "N", help: "processes at a time; default: one for each core" },
    { name: "max-seconds", value: "N", default: "600", help: "longest clip" },
    {
      name: "damaged",
      value: "POLICY",
      choices: ["fail", "keep"],
      default: "fail",
      help: "whether what can be read of a damaged clip is used",
    },
    { name: "skip-failed", help: "write the store without the clips that fail" },
    JSON_FLAG,
  ],
  notes: [
    "Needs the program ffmpeg, which reads the clips outside of Deno's sandbox; media:install gets it.",
    "Words are those of label.csv, or of CLIP.json, .vtt, .srt or .txt beside the clip.",
    "Interrupted, the same command goes on. A clip that fails is named, and the exit status is 1.",
    'With --json: {"path","folder","written","clips","done","failed":[{"id","stage","reason","hint"}],',
    '"noFace","severalFaces","silent","heard","noText","meanFaceRate","splits":{"train":{"samples"},…}}',
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/features_extract.ts"));
