/** All benches, in the order in which they run. One file each: a line here and an import. */

import { bert } from "./bert_bench.ts";
import { command } from "./command_bench.ts";
import { demo } from "./demo_bench.ts";
import { load } from "./load_bench.ts";
import { media } from "./media_bench.ts";
import { memory } from "./memory_bench.ts";
import { models } from "./models_bench.ts";
import type { Bench } from "./results.ts";
import { seeds } from "./seeds_bench.ts";
import { selfMm } from "./self_mm_bench.ts";
import { start } from "./start_bench.ts";
import { svm } from "./svm_bench.ts";

/** The benches of `deno task bench`; `--only` takes their names. */
export const BENCHES: readonly Bench[] = [
  start,
  demo,
  command,
  load,
  selfMm,
  bert,
  media,
  memory,
  models,
  seeds,
  svm,
];
