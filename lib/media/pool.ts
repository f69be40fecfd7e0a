/** Several processes that work off the clips of a folder. @module */

import type { ClipNote } from "./clip_files.ts";
import type { ClipFailure, ClipJob, MediaWorkerOptions } from "./messages.ts";
import { MediaProcess } from "./worker_process.ts";

/** How clips are worked off. */
export interface MediaPoolOptions {
  readonly worker: MediaWorkerOptions;
  /** Processes at a time, no more than cores. */
  readonly jobs: number;
  /** Aborting it ends all processes; clips that are done are kept. */
  readonly signal?: AbortSignal;
  /** Called when a clip has ended. */
  readonly onEnd: (result: ClipNote | ClipFailure) => void;
}

/**
 * Extracts features of all clips. One that fails, or whose process dies, does not stop the others.
 *
 * @throws {DataError} no process can work
 * @throws the signal's reason when it was aborted
 */
export async function workOff(
  clips: readonly ClipJob[],
  { worker, jobs, signal, onEnd }: MediaPoolOptions,
): Promise<void> {
  const lanes = Math.max(1, Math.min(jobs, clips.length, navigator.hardwareConcurrency));
  const failed = new AbortController();
  const stop = AbortSignal.any([failed.signal, ...(signal === undefined ? [] : [signal])]);
  let next = 0;
  const lane = async () => {
    let process: MediaProcess | null = null;
    const end = () => process?.end();
    stop.addEventListener("abort", end);
    try {
      while (next < clips.length && !stop.aborted) {
        const clip = clips[next++]!;
        process ??= await MediaProcess.start(worker);
        const result = await process.extract(clip);
        if (stop.aborted) break;
        if ("failure" in result && !result.isAlive) process = null;
        onEnd("note" in result ? result.note : result.failure);
      }
    } catch (error) {
      failed.abort(error);
    } finally {
      stop.removeEventListener("abort", end);
      await process?.end();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  stop.throwIfAborted();
}
