/** A scheduler of a test's own, which takes jobs and starts none. */

import { dirname } from "node:path";
import type { QueuedTask, Scheduler, TaskArray } from "../../../lib/studies/mod.ts";

/** Holds what was handed in; a test says what becomes of it. */
export class StandIn implements Scheduler {
  readonly name = "stand-in";
  readonly arrays: TaskArray[] = [];
  readonly handedIn: { readonly path: string; readonly after: readonly string[] }[] = [];
  tasks: QueuedTask[] = [];
  most = 1000;
  /** Why the next call fails. */
  trouble: Error | null = null;

  script(array: TaskArray): string {
    this.arrays.push(array);
    return array.command.join(" ");
  }

  submit(path: string, after: readonly string[] = []): Promise<string> {
    if (this.trouble !== null) return Promise.reject(this.trouble);
    this.handedIn.push({ path, after });
    const job = String(this.handedIn.length);
    const { tasks } = this.arrays.findLast(({ folder }) => folder === dirname(path))!;
    for (let index = 0; index < tasks; index++) {
      const reason = "Priority";
      const name = `${job}_${index}`;
      this.tasks.push({
        folder: dirname(path),
        index,
        job,
        name,
        isRunning: false,
        node: "",
        reason,
      });
    }
    return Promise.resolve(job);
  }

  queue(): Promise<QueuedTask[]> {
    return this.trouble === null ? Promise.resolve(this.tasks) : Promise.reject(this.trouble);
  }

  cancel(jobs: readonly string[]): Promise<void> {
    this.tasks = this.tasks.filter(({ job }) => !jobs.includes(job));
    return Promise.resolve();
  }

  limit(): Promise<number> {
    return Promise.resolve(this.most);
  }
}
