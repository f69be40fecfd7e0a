/** The first command of the README as a new user has it. */

import { join } from "node:path";
import { type Bench, resultOf, ROOT, timeOf } from "./results.ts";

/** Wall time of `demo` in a clone of the last commit, whose packages have to be fetched first. */
export const demo: Bench = {
  name: "demo",
  withoutEngine: true,
  async *run({ folder, pairs }) {
    const seconds: number[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      const clone = join(folder, `${pair}`), cwd = clone;
      await timeOf("git", ["clone", "--quiet", ROOT, clone]);
      const env = { DENO_DIR: join(folder, `cache_${pair}`) };
      seconds.push(await timeOf(Deno.execPath(), ["task", "-q", "demo"], { cwd, env }));
      Deno.removeSync(folder, { recursive: true });
    }
    yield resultOf("demo, nothing cached", "cpu", "s", seconds, []);
  },
};
