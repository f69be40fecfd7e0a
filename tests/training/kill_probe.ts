/**
 * Trains a small run in a process of its own, to be killed: `kill_probe.ts ENGINE OUT [BATCHES]`.
 * Saves after every batch, prints a line a batch, goes on where it stopped, and stops by itself
 * after BATCHES.
 */

import { messageOf } from "../../lib/core/errors.ts";
import { type EngineName, openEngine } from "../../lib/engine/mod.ts";
import { Interrupt, InterruptListener } from "../../lib/training/interrupt.ts";
import { smallData } from "../models/small.ts";
import { train } from "./small.ts";

const [engineName, out, limit] = Deno.args as [EngineName, string, string?];
const interrupt = new InterruptListener();
const stop = new AbortController();
let batches = 0;
try {
  await train(await openEngine({ engine: engineName }), smallData(), out, {
    resume: true,
    settings: { batchSize: 5, checkpointSeconds: 0, epochs: 9, earlyStop: 9 },
    signal: AbortSignal.any([interrupt.signal, stop.signal]),
    onBatch: (epoch, samples) => {
      console.log(`epoch ${epoch}, ${samples} samples`);
      if (++batches === Number(limit)) stop.abort(new Error("enough"));
    },
  });
} catch (error) {
  console.error(messageOf(error));
  Deno.exit(error instanceof Interrupt ? error.exitStatus : 1);
}
Deno.exit(0);
