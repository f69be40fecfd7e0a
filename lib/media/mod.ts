/** From clips to features: decoding, sound, faces, words, and the store of them. @module */

export { type DescriptorName } from "./audio/descriptors.ts";
export { ffmpegVersion, type MediaLimits } from "./decode/ffmpeg.ts";
export { ffmpegPath } from "./decode/ffmpeg_path.ts";
export {
  type ClipExtraction,
  extractClips,
  type ExtractClipsOptions,
  type ExtractionProgress,
} from "./extract.ts";
export { installFfmpeg, installOpenSmile, type MediaInstallOptions } from "./install.ts";
export { MediaError, type Stage } from "./media_error.ts";
export { type ClipFailure } from "./messages.ts";
export { type TextKind } from "./add_text.ts";
export { type ClipSummary, type ExtractionReport } from "./report.ts";
export {
  type AudioSet,
  EXTRACT_DEFAULTS,
  type ExtractSettings,
  parseAudio,
  parseVision,
  type StepAlignment,
  type VisionSet,
} from "./settings.ts";
export { type Transcript, type Word } from "./text/transcript.ts";
export { type FaceSetName } from "./vision/face_sets.ts";
export { type FaceChoice } from "./vision/follow.ts";
