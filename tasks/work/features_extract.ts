/** The work of `deno task features:extract`. @module */

import type { StoreMeta } from "../../lib/data/mod.ts";
import {
  extractClips,
  type ExtractClipsOptions,
  type ExtractionProgress,
  type ExtractionReport,
  type ExtractSettings,
  parseAudio,
  parseVision,
  type TextKind,
} from "../../lib/media/mod.ts";
import { InterruptListener } from "../../lib/training/mod.ts";
import { formatDuration } from "../../lib/display/progress_line.ts";
import { type Call, type Outcome, warn } from "../shared/command.ts";
import { protocolOf } from "../shared/flags.ts";
import { paced, sampleCounts, samplesBySplit } from "../shared/store_notes.ts";

/** Ids of a kind that are named before the rest is counted. */
const NAMED = 5;

/** Extracts the features, and says what was seen on the way. */
export async function work(call: Call): Promise<Outcome> {
  const path = call.require("data"), folder = call.require("out");
  const settings = settingsIn(call), options = optionsIn(call);
  using interrupt = new InterruptListener();
  const { meta, report, written, warnings } = await extractClips(path, folder, {
    ...options,
    settings,
    ...protocolOf(call),
    onProgress: showProgress(),
    signal: interrupt.signal,
  });
  for (const warning of warnings) warn(warning);
  for (const { id, reason, hint } of report.failed) {
    console.error(`failed: ${id}: ${reason}${hint === null ? "" : `; ${hint}`}`);
  }
  if (!call.has("json")) console.log(summaryOf(folder, meta, report).join("\n"));
  const isFailed = report.failed.length > 0 && !call.has("skip-failed");
  const { all, clips: _clips, columns: _columns, ...seen } = report;
  const splits = meta === null ? {} : samplesBySplit(meta);
  const json = { path, folder, written, clips: all, ...seen, splits };
  return { json, status: isFailed || meta === null ? 1 : 0 };
}

function settingsIn(call: Call): Partial<ExtractSettings> {
  return {
    audio: parseAudio(call.require("audio")),
    vision: parseVision(call.require("vision")),
    audioEncoder: call.get("audio-encoder") ?? null,
    visionEncoder: call.get("vision-encoder") ?? null,
    transcriber: call.get("transcribe") ?? null,
    fps: call.count("fps", 1),
    face: call.get("face") as "largest",
    align: call.get("align") as "none",
  };
}

function optionsIn(call: Call): ExtractClipsOptions {
  const [labels, bert] = [call.get("labels"), call.get("bert")];
  const seconds = call.count("max-seconds", 1);
  return {
    ...(labels === undefined ? {} : { labels }),
    ...(bert === undefined ? {} : { bert, textKind: call.get("kind") as TextKind }),
    ...(call.get("jobs") === undefined ? {} : { jobs: call.count("jobs", 1) }),
    skipFailed: call.has("skip-failed"),
    limits: {
      seconds,
      // Decoding takes a small part of a clip's own time on the slowest machines.
      waitSeconds: Math.max(60, seconds / 2),
      keepDamaged: call.get("damaged") === "keep",
    },
  };
}

/** `extracting: 31 of 200 clips, 26 frames/s, 4:10 left, 2 failed` */
function showProgress(): (progress: ExtractionProgress) => void {
  const show = paced(), started = performance.now();
  let before: number | null = null;
  return ({ done, failed, all, frames }) => {
    before ??= done;
    const seconds = (performance.now() - started) / 1000;
    const fields = [`extracting: ${done} of ${all} clips`];
    if (frames > 0) fields.push(`${Math.round(frames / seconds)} frames/s`);
    if (done > before && done < all) {
      fields.push(`${formatDuration(seconds / (done - before) * (all - done))} left`);
    }
    if (failed > 0) fields.push(`${failed} failed`);
    show(fields.join(", "), done >= all);
  };
}

function summaryOf(folder: string, meta: StoreMeta | null, report: ExtractionReport): string[] {
  const { meanFaceRate, failed, all } = report;
  const features = Object.values(meta?.splits ?? {})[0]?.features ?? {};
  const widths = Object.entries(features).map(([name, { width }]) => `${width} numbers of ${name}`)
    .join(", ");
  const faces = meanFaceRate === null
    ? []
    : [`a face in ${(100 * meanFaceRate).toFixed(1)} % of the pictures of a clip`];
  return [
    meta === null
      ? `No store: ${failed.length} of ${all} clips failed; what is done is kept. Mend or remove ` +
        "them and run the same command again, or give --skip-failed"
      : `"${folder}" holds features of ${sampleCounts(meta)} clips: ${
        [widths, ...faces].join(", ")
      }`,
    ...listed("without a face", report.noFace),
    ...listed("with several faces", report.severalFaces),
    ...listed("silent", report.silent),
    ...listed("with words that were heard", report.heard),
    ...listed("without words", report.noText),
  ];
}

function listed(what: string, ids: readonly string[]): string[] {
  if (ids.length === 0) return [];
  const rest = ids.length > NAMED ? ` and ${ids.length - NAMED} more` : "";
  return [`${what}: ${ids.slice(0, NAMED).join(", ")}${rest}`];
}
