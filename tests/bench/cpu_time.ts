/** How much this process has computed. @module */

import process from "node:process";

/** Seconds that all its threads have run so far; waiting does not count. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
