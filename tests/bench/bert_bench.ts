/** BERT-base of random weights: a training step, and features of sentences. */

import { join } from "node:path";
import {
  type Bench,
  type BenchOptions,
  hasPython,
  hasTorch,
  HERE,
  median,
  type Result,
  resultOf,
  runJson,
  script,
} from "./results.ts";

/** Sentences of a step, places of a sentence, steps; the first step, which compiles, is not timed. */
const STEP = [16, 50, 6];
/** The same where what the layers keep is most of the memory. */
const LONG_STEP = [32, 128, 2];
/** Sentences, places, sentences at once. */
const FEATURES = [256, 50, 32];

interface Measured {
  readonly seconds: number[];
  readonly peakBytes: number;
}

function torch(...args: readonly (string | number)[]): Promise<Measured> {
  return runJson("python3", [join(HERE, "torch_bert.py"), ...args.map(String)]);
}

function ours(name: string, ...args: readonly (string | number)[]): Promise<Measured> {
  return runJson(Deno.execPath(), script(name, args));
}

async function* step({ engine, pairs, threads }: BenchOptions): AsyncGenerator<Result> {
  const mine: Measured[] = [],
    peers: Measured[] = [],
    plain: Measured[] = [],
    again: Measured[] = [];
  const hasPeer = await hasTorch();
  for (let pair = 0; pair < pairs; pair++) {
    mine.push(await ours("bert_steps.ts", engine, ...STEP, threads));
    plain.push(await ours("bert_steps.ts", engine, ...LONG_STEP, threads));
    again.push(await ours("bert_steps.ts", engine, ...LONG_STEP, threads, "checkpointed"));
    if (hasPeer) peers.push(await torch("step", ...STEP, threads));
  }
  const seconds = (runs: readonly Measured[]) => runs.map((run) => median(run.seconds.slice(1)));
  const bytes = (runs: readonly Measured[]) => runs.map((run) => run.peakBytes / 1e6);
  yield* [
    resultOf("bert step", engine, "s", seconds(mine), seconds(peers)),
    resultOf("bert step memory", engine, "MB", bytes(mine), bytes(peers)),
    resultOf("bert long step, bertCheckpoint / not", engine, "s", seconds(again), seconds(plain)),
    resultOf("bert long step memory, so", engine, "MB", bytes(again), bytes(plain)),
  ];
}

/** The ONNX file is PyTorch's too: without it, or without `onnx`, there is nothing to measure. */
async function* features({ folder, pairs, threads }: BenchOptions): AsyncGenerator<Result> {
  if (!await hasTorch() || !await hasPython("onnx")) {
    console.error("bench bert: features need python3 with torch and onnx, left out");
    return;
  }
  await torch("export", folder);
  const mine: number[] = [], peers: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    mine.push((await ours("bert_features.ts", folder, ...FEATURES)).seconds[0]!);
    peers.push((await torch("features", ...FEATURES, threads)).seconds[0]!);
  }
  Deno.removeSync(folder, { recursive: true });
  yield resultOf("bert features of 256 sentences", "onnxruntime", "s", mine, peers);
}

/** Forward, backward and Adam of 16 sentences of 50 tokens; frozen features of 256. */
export const bert: Bench = {
  name: "bert",
  async *run(options) {
    yield* step(options);
    yield* features(options);
  },
};
