/** The benches by name. */

import { join } from "node:path";
import { BENCH_DATA, writeBenchData } from "./data.ts";
import {
  type Bench,
  type BenchOptions,
  hasTorch,
  median,
  type Result,
  resultOf,
  runJson,
} from "./results.ts";

const HERE = import.meta.dirname!;
const EPOCHS = 3;
const THREADS = 2;

interface Epochs {
  readonly epochSeconds: number[];
  readonly peakBytes: number;
}

/** Arguments of `deno` for a script of this folder. */
function script(name: string, args: readonly (string | number)[]): string[] {
  return ["run", "--allow-all", join(HERE, name), ...args.map(String)];
}

async function selfMm({ folder, engine, pairs, packed }: BenchOptions): Promise<Result[]> {
  const torch = await hasTorch();
  const results: Result[] = [];
  for (const data of BENCH_DATA) {
    writeBenchData(folder, data);
    const ours: Epochs[] = [];
    const peers: Record<string, Epochs[]> = { padded: [], ...(packed ? { packed: [] } : {}) };
    for (let pair = 0; pair < pairs; pair++) {
      const args = [folder, data.preset, engine, EPOCHS, THREADS];
      ours.push(await runJson(Deno.execPath(), script("self_mm_epochs.ts", args)));
      for (const [lstm, measured] of Object.entries(torch ? peers : {})) {
        const peerArgs = [folder, data.preset, lstm, EPOCHS, THREADS];
        const path = join(HERE, "torch_self_mm.py");
        measured.push(await runJson("python3", [path, ...peerArgs.map(String)]));
      }
    }
    const seconds = (runs: readonly Epochs[]) => runs.map((run) => median(run.epochSeconds));
    const bytes = (runs: readonly Epochs[]) => runs.map((run) => run.peakBytes / 1e6);
    for (const [lstm, measured] of Object.entries(peers)) {
      results.push(
        resultOf(
          `self-mm ${data.name} epoch (${lstm})`,
          engine,
          "s",
          seconds(ours),
          seconds(measured),
        ),
        resultOf(
          `self-mm ${data.name} memory (${lstm})`,
          engine,
          "MB",
          bytes(ours),
          bytes(measured),
        ),
      );
    }
    Deno.removeSync(folder, { recursive: true });
  }
  return results;
}

/** Wall time of commands that a person waits for. */
async function start({ engine, pairs }: BenchOptions): Promise<Result[]> {
  const root = join(HERE, "..", "..");
  const time = async (args: readonly string[]) => {
    const started = performance.now();
    await new Deno.Command(Deno.execPath(), { args: [...args], cwd: root }).output();
    return (performance.now() - started) / 1000;
  };
  const help: number[] = [], opened: number[] = [];
  for (let i = 0; i < pairs; i++) {
    help.push(await time(["task", "-q", "train", "--help"]));
    opened.push(await time(script("open_engine.ts", [engine])));
  }
  return [
    resultOf("start train --help", engine, "s", help, []),
    resultOf("start to first op", engine, "s", opened, []),
  ];
}

/** All benches, in the order in which they run. */
export const BENCHES: readonly Bench[] = [
  { name: "start", run: start },
  { name: "self-mm", run: selfMm },
];
