/**
 * A process that extracts features of one clip after another. It ends when its stdin does, so that
 * none outlives an extraction that was killed; SIGINT it leaves to the extraction, since a terminal
 * sends it to both.
 *
 * @module
 */

import { DataError, messageOf } from "../core/errors.ts";
import { readLines } from "../core/json_lines.ts";
import { ClipFiles } from "./clip_files.ts";
import { type ClipReaders, extractClip } from "./extract_clip.ts";
import { MediaError } from "./media_error.ts";
import type { ClipJob, MediaOrder, MediaReport, MediaWorkerOptions } from "./messages.ts";
import { openPictureReader } from "./picture_reader.ts";
import { openSoundReader } from "./sound_reader.ts";
import { openTranscriber } from "./text/transcriber.ts";

async function work(
  { data, work, limits }: MediaWorkerOptions,
  readers: ClipReaders,
  { id, path, isUnsaid }: ClipJob,
): Promise<MediaReport> {
  try {
    const features = await extractClip(path, data, readers, limits, isUnsaid);
    return { done: new ClipFiles(work).write(id, path, features) };
  } catch (error) {
    // Anything else is a mistake of ours or of the machine, and would hit every clip.
    if (!(error instanceof DataError)) throw error;
    const [stage, hint] = error instanceof MediaError
      ? [error.stage, error.hint]
      : ["file" as const, null];
    return { failed: { id, stage, reason: error.message, hint } };
  }
}

function report(message: MediaReport): void {
  const bytes = new TextEncoder().encode(`${JSON.stringify(message)}\n`);
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  } catch (error) {
    // The extraction is gone, and stdin will say so.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

async function serve(): Promise<void> {
  const orders = readLines<MediaOrder>(Deno.stdin.readable);
  const first: MediaOrder | undefined = (await orders.next()).value;
  if (first === undefined || !("open" in first)) return;
  const options = first.open, { settings } = options;
  const [sound, pictures] = [await openSoundReader(settings), await openPictureReader(settings)];
  const transcriber = settings.transcriber === null
    ? null
    : await openTranscriber(settings.transcriber, settings.align);
  const readers = { sound, pictures, transcriber, fps: settings.fps };
  new ClipFiles(options.work).writeColumns({
    audio: sound?.columns ?? null,
    vision: pictures?.columns ?? null,
  });
  report({ ready: true });
  let working = Promise.resolve();
  for await (const order of orders) {
    if (!("clip" in order)) continue;
    working = working.then(async () => report(await work(options, readers, order.clip)))
      .catch(fail);
  }
  // All is done, or the extraction was killed: what is under way is not worth finishing.
}

function fail(error: unknown): never {
  report({ unusable: messageOf(error) });
  Deno.exit(1);
}

if (import.meta.main) {
  Deno.addSignalListener("SIGINT", () => {});
  await serve().catch(fail);
  Deno.exit(0);
}
