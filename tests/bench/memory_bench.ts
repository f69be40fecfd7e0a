/** What thousands of compiled steps leave behind. */

import { type Bench, type Result, resultOf, runJson, script } from "./results.ts";

/** Tensors and memory that 9,000 steps have added after the first 1,000. */
export const memory: Bench = {
  name: "memory",
  async *run({ engine }): AsyncGenerator<Result> {
    const grown = await runJson<{ tensors: number; bytes: number }>(
      Deno.execPath(),
      [
        "run",
        "--v8-flags=--expose-gc,--max-semi-space-size=4",
        ...script("memory_steps.ts", [engine, 10_000]).slice(1),
      ],
    );
    yield* [
      resultOf("10,000 steps tensors", engine, "new", [grown.tensors], []),
      resultOf("10,000 steps memory", engine, "MB", [grown.bytes / 1e6], []),
    ];
  },
};
