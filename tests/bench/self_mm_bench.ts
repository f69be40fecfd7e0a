/** Epochs of Self-MM on made-up data, beside PyTorch's. */

import { join } from "node:path";
import { BENCH_DATA, type BenchData, writeBenchData } from "./data.ts";
import {
  type Bench,
  type BenchOptions,
  hasTorch,
  HERE,
  median,
  type Result,
  resultOf,
  runJson,
  script,
} from "./results.ts";

const EPOCHS = 3;

interface Epochs {
  readonly epochSeconds: number[];
  /** Of all threads, for each epoch. */
  readonly cpuSeconds: number[];
  readonly stepMillis: number[];
  readonly peakBytes: number;
}

/** Name, unit and value of what is told of a side's run. */
type Quantity = readonly [name: string, unit: string, of: (run: Epochs) => number];

function quantities({ samples }: BenchData): Quantity[] {
  return [
    ["epoch", "s", (run) => median(run.epochSeconds)],
    ["epoch CPU", "s", (run) => median(run.cpuSeconds)],
    ["step", "ms", (run) => median(run.stepMillis)],
    ["throughput", "samples/s", (run) => samples / median(run.epochSeconds)],
    ["memory", "MB", (run) => run.peakBytes / 1e6],
  ];
}

/** Names of the data that an engine is measured on: where a step takes seconds, the short ones. */
function measuredOn(engine: string): string[] {
  if (engine === "tensorflow") return BENCH_DATA.map(({ name }) => name);
  return engine === "cpu" ? ["mosi aligned", "mosi varied"] : ["mosi aligned"];
}

async function* run(
  { folder, engine, pairs, threads, packed, shapes }: BenchOptions,
): AsyncGenerator<Result> {
  const torch = await hasTorch();
  const names = shapes ?? measuredOn(engine);
  for (const data of BENCH_DATA.filter(({ name }) => names.includes(name))) {
    writeBenchData(folder, data);
    const ours: Epochs[] = [];
    const peers: Record<string, Epochs[]> = { padded: [], ...(packed ? { packed: [] } : {}) };
    for (let pair = 0; pair < pairs; pair++) {
      const args = [folder, data.preset, engine, EPOCHS, threads];
      ours.push(await runJson(Deno.execPath(), script("self_mm_epochs.ts", args)));
      for (const [lstm, measured] of Object.entries(torch ? peers : {})) {
        const peerArgs = [folder, data.preset, lstm, EPOCHS, threads];
        const path = join(HERE, "torch_self_mm.py");
        measured.push(await runJson("python3", [path, ...peerArgs.map(String)]));
      }
    }
    for (const [lstm, measured] of Object.entries(peers)) {
      for (const [quantity, unit, of] of quantities(data)) {
        const name = `self-mm ${data.name} ${quantity} (${lstm})`;
        yield resultOf(name, engine, unit, ours.map(of), measured.map(of));
      }
    }
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Epoch and step time, throughput and peak memory of Self-MM in the shapes of MOSI and MOSEI. */
export const selfMm: Bench = { name: "self-mm", run };
