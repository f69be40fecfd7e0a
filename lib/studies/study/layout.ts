/** How trainings at a time are shared out: over processes, threads and memory. @module */

import type { Device, EngineName } from "../../engine/mod.ts";

/** Most trainings in one process: JavaScript, which feeds them all, has one thread. */
const MOST_LANES = 4;
/** Part of the free memory that `auto` fills. */
const FILLED = 0.8;

/**
 * Processes for so many trainings at a time. `tensorflow` computes beside JavaScript, so up to four
 * share one: data, library and memory are there once, and each has the numbers of one alone. Other
 * engines compute where JavaScript runs: a process each.
 */
export function processesFor(jobs: number, engine: EngineName): number {
  return engine === "tensorflow" ? Math.ceil(jobs / MOST_LANES) : jobs;
}

/**
 * Threads of the engine of a process, of so many trainings at a time on the machine; undefined for its
 * own number.
 */
export function threadsFor(jobs: number, cores: number, engine: EngineName): number | undefined {
  if (engine === "tensorflow") return undefined;
  // One alone takes what the engine takes by itself.
  return jobs === 1 ? undefined : Math.max(1, Math.floor(cores / jobs));
}

/** What is known when the first training has come to the end of its first epoch. */
export interface Measured {
  /** Trainings to be done, that one too. */
  readonly jobs: number;
  readonly cores: number;
  /** Free memory of the machine in bytes, beside that of the first. */
  readonly freeBytes: number;
  /** Largest memory of the first in bytes. */
  readonly peakBytes: number;
  /** What it computes on. */
  readonly device: Device;
}

/**
 * What `--jobs auto` chooses: a training for each core, which is about what one keeps busy, as far as
 * the free memory holds; one on a GPU, whose memory is not measured.
 *
 * @example
 * ```ts
 * import { chooseJobs } from "./layout.ts";
 * import { assertEquals } from "@std/assert";
 * const measured = { jobs: 10, cores: 8, freeBytes: 2e9, peakBytes: 8e8, device: "cpu" } as const;
 * assertEquals(chooseJobs(measured), {
 *   jobs: 3,
 *   reason: "the free memory of 2.0 GB, of which one takes 0.8 GB",
 * });
 * ```
 */
export function chooseJobs(
  { jobs, cores, freeBytes, peakBytes, device }: Measured,
): { jobs: number; reason: string } {
  const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  const limits = [
    { jobs: device === "gpu" ? 1 : Infinity, reason: "the GPU, whose memory is not measured" },
    { jobs, reason: jobs === 1 ? "one training" : `${jobs} trainings` },
    { jobs: cores, reason: cores === 1 ? "one core" : `${cores} cores` },
    {
      jobs: 1 + Math.max(0, Math.floor(FILLED * freeBytes / peakBytes)),
      reason: `the free memory of ${gb(freeBytes)}, of which one takes ${gb(peakBytes)}`,
    },
  ];
  return limits.reduce((least, limit) => limit.jobs < least.jobs ? limit : least);
}
