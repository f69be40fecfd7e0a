/** Support vector regression beside scikit-learn's: time, the same answers, and MOSEI's size. */

import { join } from "node:path";
import { RandomStream } from "../../mod.ts";
import {
  type Bench,
  type BenchOptions,
  hasPython,
  HERE,
  type Result,
  resultOf,
  runJson,
  script,
} from "./results.ts";

const SAMPLES = 2000, TEST = 500, WIDTH = 877, MOSEI_SAMPLES = 16326;

/** What both sides print. */
interface Fitted {
  readonly seconds: number;
  readonly peakBytes: number;
  readonly scores: number[];
}

/** `x.f64` [samples, 877] of normal numbers, and `y.f64`, a function of some of them with noise. */
function writeData(folder: string, samples: number): void {
  const random = RandomStream.fromSeed(1).split("svm");
  Deno.mkdirSync(folder, { recursive: true });
  const x = Float64Array.from(random.normalArray(samples * WIDTH));
  const y = Float64Array.from({ length: samples }, (_, i) => {
    const at = i * WIDTH;
    return x[at]! + Math.sin(2 * x[at + 1]!) + 0.5 * random.normal();
  });
  Deno.writeFileSync(join(folder, "x.f64"), new Uint8Array(x.buffer));
  Deno.writeFileSync(join(folder, "y.f64"), new Uint8Array(y.buffer));
}

async function* run({ folder, pairs }: BenchOptions): AsyncGenerator<Result> {
  const sklearn = await hasPython("sklearn");
  const fit = (solver: string, tolerance: number, train: number) =>
    runJson<Fitted>(
      Deno.execPath(),
      script("svm_fit.ts", [folder, WIDTH, train, tolerance, solver]),
    );
  const peer = (tolerance: number) => {
    const path = join(HERE, "sklearn_svr.py");
    return runJson<Fitted>("python3", [path, folder, ...[WIDTH, SAMPLES, tolerance].map(String)]);
  };
  writeData(folder, SAMPLES + TEST);
  const exact = sklearn ? (await peer(1e-8)).scores : null;
  for (const tolerance of [1e-3, 1e-8]) {
    const ours: Fitted[] = [], theirs: Fitted[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      ours.push(await fit("exact", tolerance, SAMPLES));
      if (sklearn) theirs.push(await peer(tolerance));
    }
    const seconds = (fits: readonly Fitted[]) => fits.map((fitted) => fitted.seconds);
    const name = `svm regression ${tolerance}`;
    yield resultOf(`${name} fit`, "none", "s", seconds(ours), seconds(theirs));
    if (exact === null) continue;
    const apart = (fitted: Fitted) =>
      Math.max(...fitted.scores.map((score, i) => Math.abs(score - exact[i]!)));
    yield resultOf(`${name} from exact`, "none", "score", ours.map(apart), theirs.map(apart));
  }
  writeData(folder, MOSEI_SAMPLES + TEST);
  const large = await fit("auto", 1e-3, MOSEI_SAMPLES);
  yield resultOf("svm mosei fit", "none", "s", [large.seconds], []);
  yield resultOf("svm mosei memory", "none", "MB", [large.peakBytes / 1e6], []);
  Deno.removeSync(folder, { recursive: true });
}

/** Fits of 2,000 samples by 877 features, how far their answers are from exact, and MOSEI's size. */
export const svm: Bench = { name: "svm", withoutEngine: true, run };
