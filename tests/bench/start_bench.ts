/** Wall time of what a person waits for before anything happens. */

import { join } from "node:path";
import { type Bench, type Result, resultOf, script, timeOf } from "./results.ts";

/** The smallest study, which is done before its time is taken. */
const STUDY = { data: ["synthetic:n=16"], cells: [{ model: "constant" }], seeds: [1, 2] };

/** Seconds until `train --help` is printed, until an engine's first op is done, and of a study with nothing left to do. */
export const start: Bench = {
  name: "start",
  async *run({ folder, engine, pairs }): AsyncGenerator<Result> {
    Deno.mkdirSync(folder, { recursive: true });
    const study = join(folder, "done.json"), out = join(folder, "runs");
    Deno.writeTextFileSync(study, JSON.stringify(STUDY));
    const again = ["task", "-q", "study", study, "--engine", "cpu", "--out", out];
    await timeOf(Deno.execPath(), again);
    const help: number[] = [], opened: number[] = [], studied: number[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      help.push(await timeOf(Deno.execPath(), ["task", "-q", "train", "--help"]));
      opened.push(await timeOf(Deno.execPath(), script("open_engine.ts", [engine])));
      studied.push(await timeOf(Deno.execPath(), again));
    }
    Deno.removeSync(folder, { recursive: true });
    yield* [
      resultOf("start train --help", engine, "s", help, []),
      resultOf("start to first op", engine, "s", opened, []),
      resultOf("study with nothing left to do", engine, "s", studied, []),
    ];
  },
};
