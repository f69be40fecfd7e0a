/** The progress of many trainings at a time, a line each now and then. @module */

import { type JobEvents, jobName } from "../../lib/studies/mod.ts";
import { type Progress } from "../../lib/display/mod.ts";

/** Milliseconds between two lines about one training. */
const EPOCH_LINE = 10_000;

/** Notes on stderr about `total` trainings. */
export function jobEvents(progress: Progress, total: number): Required<JobEvents> {
  const started = performance.now();
  const shown = new Map<string, number>();
  let done = 0;
  let trained = 0;
  /** From the mean time of those that were not there before. */
  const left = () => {
    if (trained === 0 || done === total) return "";
    const seconds = (performance.now() - started) / 1000 / trained * (total - done);
    return `, about ${
      seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`
    } left`;
  };
  return {
    onNote: (text) => progress.note(text),
    onEpoch: (job, epoch, epochs, validMae) => {
      const name = jobName(job);
      const now = performance.now();
      const last = shown.get(name);
      if (last === undefined) shown.set(name, now);
      if (now - (last ?? now) < EPOCH_LINE) return;
      shown.set(name, now);
      progress.note(`  ${name}: epoch ${epoch}/${epochs}, valid MAE ${validMae.toFixed(4)}`);
    },
    onEnd: (job, ending) => {
      done++;
      if (ending.status === "trained") trained++;
      const what = {
        trained: "trained",
        kept: "kept as it is",
        failed: "failed",
        interrupted: "saved: the same command goes on",
        busy: "left to the process that is at work on it",
      }[ending.status];
      const mae = "validMae" in ending && ending.validMae !== null
        ? `, valid MAE ${ending.validMae.toFixed(4)}`
        : "";
      progress.note(`[${done}/${total}] ${jobName(job)}: ${what}${mae}${left()}`);
    },
  };
}
