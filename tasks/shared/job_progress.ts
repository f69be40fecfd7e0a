/** The progress of many trainings at a time: a bar with those that run, or a line each now and then. @module */

import { type JobEvents, jobName } from "../../lib/studies/mod.ts";
import { barOf, formatDuration, inColor, type Progress } from "../../lib/display/mod.ts";

/** Milliseconds between two lines about one training. */
const EPOCH_LINE = 10_000;
/** Characters of the bar. */
const BAR = 10;

/** What becomes of a training, for people. */
const ENDINGS = {
  trained: "trained",
  kept: "kept as it is",
  failed: "failed",
  interrupted: "saved",
  busy: "left to the process that is at work on it",
} as const;

/**
 * How `total` trainings stand, on stderr: on a terminal a bar with those that run, else notes.
 *
 * @param toResume how an interrupted one goes on
 */
export function jobEvents(
  progress: Progress,
  total: number,
  toResume = "the same command goes on",
): Required<JobEvents> {
  const started = performance.now();
  const running = new Map<string, { readonly text: string; readonly notedAt: number }>();
  let done = 0;
  let trained = 0;
  let failed = 0;
  /** From the mean time of those that were not there before. */
  const left = () => {
    if (trained === 0 || done === total) return null;
    return formatDuration((performance.now() - started) / 1000 / trained * (total - done));
  };
  const show = () => {
    const seconds = left();
    const fields = [
      `${barOf(done / Math.max(1, total), BAR)} ${done}/${total}`,
      ...failed === 0 ? [] : [`${failed} failed`],
      ...seconds === null ? [] : [`about ${seconds} left`],
      ...[...running].map(([name, { text }]) => `${name} ${text}`),
    ];
    return progress.status(fields.join("  "));
  };
  return {
    onNote: (text) => progress.note(text),
    onEpoch: (job, epoch, epochs, validMae) => {
      const now = performance.now();
      const { notedAt = now } = running.get(jobName(job)) ?? {};
      const text = `${epoch}/${epochs} (MAE ${validMae.toFixed(3)})`;
      const isDue = now - notedAt >= EPOCH_LINE;
      running.set(jobName(job), { text, notedAt: isDue ? now : notedAt });
      if (show() || !isDue) return;
      progress.note(
        `  ${jobName(job)}: epoch ${epoch}/${epochs}, valid MAE ${validMae.toFixed(4)}`,
      );
    },
    onEnd: (job, ending) => {
      done++;
      running.delete(jobName(job));
      if (ending.status === "trained") trained++;
      if (ending.status === "failed") failed++;
      const what = ENDINGS[ending.status] +
        (ending.status === "interrupted" ? `: ${toResume}` : "");
      const shown = ending.status === "failed" ? inColor(what, "error") : what;
      const mae = "validMae" in ending && ending.validMae !== null
        ? `, valid MAE ${ending.validMae.toFixed(4)}`
        : "";
      const seconds = left();
      progress.note(
        `[${done}/${total}] ${jobName(job)}: ${shown}${mae}` +
          `${seconds === null ? "" : `, about ${seconds} left`}`,
      );
      if (done < total) show();
      else progress.stop();
    },
  };
}
