/**
 * A process that trains what a study sends it, all at a time that it is sent, with the data loaded
 * and the engine opened once. It ends when its stdin does, so that none outlives a study that was
 * killed. SIGINT it leaves to the study, since a terminal sends it to both; at SIGTERM, which
 * schedulers send to every process, it saves and ends by itself.
 *
 * @module
 */

import { messageOf } from "../../core/errors.ts";
import { readLines } from "../../core/json_lines.ts";
import { type Engine, openEngine } from "../../engine/mod.ts";
import { Interrupt } from "../../training/mod.ts";
import { peakMemory } from "../../training/versions.ts";
import { JobTrainer } from "./job_trainer.ts";
import { threadsFor } from "./layout.ts";
import type { JobOrder, Order, Report, WorkerOptions } from "./messages.ts";

function report(message: Report): void {
  const bytes = new TextEncoder().encode(`${JSON.stringify(message)}\n`);
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  } catch (error) {
    // The study is gone, and stdin will say so at the next breath.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** Opens the engine, with its share of the cores where it computes with threads of its own. */
async function open({ engine: name, device, jobs = 1 }: WorkerOptions): Promise<Engine> {
  const engine = await openEngine({ engine: name, device, log: (note) => report({ note }) });
  const threads = threadsFor(jobs, navigator.hardwareConcurrency, engine.name);
  if (threads === undefined) return engine;
  return await openEngine({ engine: engine.name, device, threads });
}

/** Works until its stdin ends or SIGTERM comes. @returns the status of the process */
async function serve(): Promise<number> {
  const stop = new AbortController();
  const terminated = new Promise<number>((resolve) => {
    if (Deno.build.os === "windows") return;
    Deno.addSignalListener("SIGTERM", () => {
      const reason = new Interrupt("SIGTERM");
      stop.abort(reason);
      resolve(reason.exitStatus);
    });
  });
  const orders = readLines<Order>(Deno.stdin.readable);
  const first: Order | undefined = (await orders.next()).value;
  if (first === undefined || !("open" in first)) return 0;
  const options = first.open;
  let engine: Engine;
  try {
    engine = await open(options);
    report({ opened: engine.name });
  } catch (error) {
    report({ unusable: messageOf(error) });
    return 0;
  }
  const trainer = new JobTrainer(options, engine, stop.signal, report);
  const working = new Set<Promise<void>>();
  const train = async ({ run, job }: JobOrder) => {
    const ending = await trainer.train(job, (epoch) => {
      tellMemory();
      report({ run, ...epoch });
    });
    // One that failed or was there already has loaded little.
    if (ending.status === "trained") tellMemory();
    report({ run, ending });
  };
  const tellMemory = () => report({ device: engine.device, peakBytes: peakMemory() });
  const follow = async () => {
    for await (const order of orders) {
      if ("stop" in order) stop.abort(new Interrupt(order.stop));
      else if ("job" in order) {
        const one = train(order).finally(() => working.delete(one));
        working.add(one);
      }
    }
    return 0;
  };
  const status = await Promise.race([follow(), terminated]);
  // There is nothing more to do, or the study was killed: what is under way is saved.
  stop.abort(new Interrupt("SIGTERM"));
  await Promise.all(working);
  return status;
}

if (import.meta.main) {
  Deno.addSignalListener("SIGINT", () => {});
  Deno.exit(await serve());
}
