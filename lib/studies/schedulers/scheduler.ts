/**
 * What a study asks of a scheduler of jobs. Another one than Slurm is one more file with these five
 * functions; it starts the same tasks, whose plan says nothing of who starts them.
 *
 * @module
 */

/** Many processes of one command that differ in a number. */
export interface TaskArray {
  /** What the scheduler calls it. */
  readonly name: string;
  /** Of the script and the logs, `INDEX.log`; absolute, and seen by all nodes. */
  readonly folder: string;
  /** How many. */
  readonly tasks: number;
  /** How many at a time; as many as the cluster lets where absent. */
  readonly atOnce?: number;
  /** The user's options to the scheduler, `KEY=VALUE` each, which go through unchanged. */
  readonly options: readonly string[];
  /** The user's lines of a script before the command: modules, a container. */
  readonly setup: string;
  /** Variables that tasks are given by value, whatever the cluster exports. */
  readonly environment: Readonly<Record<string, string>>;
  /** The command of a task, to which its number and its threads are appended. */
  readonly command: readonly string[];
}

/** A task that is not over. */
export interface QueuedTask {
  /** The folder of its array. */
  readonly folder: string;
  /** Its number in the array, from 0. */
  readonly index: number;
  /** The job that it belongs to, for {@linkcode Scheduler.cancel}. */
  readonly job: string;
  /** What it calls itself in the locks of runs: `MSA_JOB`. */
  readonly name: string;
  /** Whether it is on a node now. */
  readonly isRunning: boolean;
  /** Where it runs; empty while it waits. */
  readonly node: string;
  /** In the scheduler's words: why it waits, or its state. */
  readonly reason: string;
}

/** A scheduler. */
export interface Scheduler {
  /** As `--on` takes it. */
  readonly name: string;
  /**
   * The script of an array: it tells a task that its time is almost up (SIGUSR2), queues one again
   * that ends with the status `GO_ON` of `task.ts`, and gives it its name as `MSA_JOB`.
   *
   * @throws {UsageError} an option is one that the study itself needs
   */
  script(array: TaskArray): string;
  /**
   * Hands in the script that lies in the folder of an array.
   *
   * @param after jobs that have to end first, however they end
   * @returns the number of the job
   * @throws {RunError} it was refused, or there is no scheduler
   */
  submit(path: string, after?: readonly string[]): Promise<string>;
  /**
   * What is not over of all arrays below a folder.
   *
   * @throws {RunError} the scheduler does not answer
   */
  queue(folder: string): Promise<QueuedTask[]>;
  /** Ends jobs; their tasks save. */
  cancel(jobs: readonly string[]): Promise<void>;
  /** The most tasks that an array may have. */
  limit(): Promise<number>;
}
