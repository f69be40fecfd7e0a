/** One figure of each kind, from made-up results: what the committed drawings show. */

import type { Comparison } from "../../../lib/analysis/comparison/compare.ts";
import {
  comparisonIntervals,
  confusionMatrix,
  type Figure,
  labelDiagnostics,
  labelHistograms,
  learningCurves,
  modalityAblation,
  predictedAgainstTrue,
  representationMap,
  residualsByLabel,
  robustnessCurves,
  type ScoredSamples,
  type ScoredTrial,
  searchCoordinates,
  searchSettings,
} from "../../../lib/analysis/mod.ts";
import type { RunEntry } from "../../../lib/studies/runs/run_entry.ts";
import { RandomStream } from "../../../lib/core/random.ts";
import type { EpochRecord } from "../../../lib/training/mod.ts";

/** Scores of a model that pulls towards the centre of the scale. */
export function madeScores(samples: number, range = 3): ScoredSamples {
  const random = RandomStream.fromSeed(5).split("scores");
  const labels = Array.from(
    { length: samples },
    () => Math.round(random.uniform() * 6 * range) / 3 - range,
  );
  const predictions = labels.map((label) => 0.6 * label + 0.22 * range * random.normal());
  return { labels, predictions };
}

/** Epochs of a training that improves for a while. */
export function madeHistory(seed: number, epochs: number, gain: number): EpochRecord[] {
  const random = RandomStream.fromSeed(seed).split("history");
  const bins = (center: number, width: number) =>
    Array.from(
      { length: 12 },
      (_, i) => Math.round(200 * Math.exp(-(((i - 5.5) / 2 - center) ** 2) / width)),
    );
  return Array.from({ length: epochs }, (_, i) => {
    const mae = 0.7 + gain / (i + 1.5) + 0.01 * random.normal();
    const label = (center: number) => ({
      mean: center,
      deviation: 1,
      range: 3,
      histogram: bins(center, 4 / (1 + 0.2 * i)),
      weight: (0.3 + 0.1 * center) * i / (i + 2),
      centerDistance: (0.4 + center / 4) * i,
      events: { skipped: 0 },
      human: { corr: 0.8 + 0.1 * center, mae: 0.2, signAgreement: 0.8 },
    });
    return {
      epoch: i + 1,
      trainLoss: mae,
      trainParts: { fusion: mae },
      valid: { mae, corr: 1 - mae / 2 },
      seconds: { train: 1, valid: 0.1 },
      tensors: 100,
      learningRates: {},
      unimodalLabels: { text: label(0.1 * i), audio: label(0), vision: label(-0.1 * i) },
    };
  });
}

function madeAblation(): RunEntry[] {
  const random = RandomStream.fromSeed(6).split("ablation");
  const sets = ["text", "audio", "vision", "text,audio", "text,vision", "text,audio,vision"];
  return ["self-mm", "cnn"].flatMap((model, m) =>
    sets.flatMap((modalities, i) =>
      Array.from({ length: 5 }, () => ({
        model,
        test: { mae: 0.8 + 0.05 * m + (i === 1 || i === 2 ? 0.5 : 0) + 0.02 * random.normal() },
        config: { modalities },
      } as unknown as RunEntry))
    )
  );
}

function madeComparisons(): Comparison[] {
  const made = (a: string, b: string, value: number, half: number) => ({
    a,
    b,
    metric: "mae",
    difference: { value, low: value - half, high: value + half, level: 0.95, method: "" },
    verdict: Math.abs(value) > half ? "a better" : "not established",
  } as Comparison);
  return [
    made("self-mm", "svm", -0.21, 0.06),
    made("self-mm", "cnn", -0.04, 0.05),
    made("self-mm", "shared-private", 0.01, 0.03),
    made("svm", "cnn", 0.17, 0.07),
  ];
}

/** Trials whose rate matters most and whose size not at all. */
function madeTrials(): ScoredTrial[] {
  const random = RandomStream.fromSeed(8).split("trials");
  return Array.from({ length: 30 }, (_, i) => {
    const rate = 10 ** (-4 + 2 * random.uniform());
    const pooling = ["first", "mean", "last"][i % 3]!;
    const dropout = Math.round(random.uniform() * 50) / 100;
    const score = 0.8 + 0.05 * Math.log10(rate) + (pooling === "last" ? 0.03 : 0) +
      0.02 * random.normal();
    return { settings: { dropout, pooling, learningRate: rate, batchSize: 16 }, score };
  });
}

/** Samples whose text tells their labels, and whose audio does not. */
function madeMap(): Figure {
  const random = RandomStream.fromSeed(9).split("map");
  const labels = Array.from({ length: 60 }, (_, i) => i % 7 - 3);
  const points = (share: number) =>
    labels.map((label) => [share * label + random.normal(), random.normal()] as const);
  const panels = [
    { title: "fusion (73 %)", points: points(1.5) },
    { title: "text", points: points(1) },
    { title: "audio", points: points(0) },
  ];
  const samples = { ids: labels.map((_, i) => `clip ${i}`), labels };
  return representationMap(panels, samples, { what: "PCA", protocol: "mosi" });
}

/** Every figure by the name of its drawing. */
export function madeFigures(): Record<string, Figure> {
  const scores = madeScores(240);
  const sims = madeScores(240, 1);
  const matrix = (key: string) => confusionMatrix(scores, "mosi", key);
  const robust = ["self-mm", "svm", "text-guided"].flatMap((name, m) =>
    [0, 0.2, 0.4, 0.6, 0.8].flatMap((strength) =>
      [-1, 0, 1].map((seed) => ({
        name,
        strength,
        value: 0.75 + 0.1 * m + (0.5 - 0.15 * m) * strength ** 2 + 0.012 * seed,
      }))
    )
  );
  return {
    learning_curves: learningCurves([
      ...[9, 12, 10].map((epochs, i) => ({
        name: "self-mm",
        history: madeHistory(i, epochs, 0.5),
      })),
      ...[14, 12].map((epochs, i) => ({ name: "cnn", history: madeHistory(9 + i, epochs, 0.9) })),
    ]),
    predicted_against_true: predictedAgainstTrue(scores, "mosi"),
    residuals: residualsByLabel(scores, "mosi"),
    confusion_acc7: matrix("acc7"),
    confusion_acc5: matrix("acc5"),
    confusion_acc3: matrix("acc3"),
    confusion_acc2: matrix("acc2NegPos"),
    confusion_sims: confusionMatrix(sims, "sims", "acc5"),
    modality_ablation: modalityAblation(madeAblation()),
    label_diagnostics: labelDiagnostics(madeHistory(1, 8, 0.5)),
    label_histograms: labelHistograms(madeHistory(1, 8, 0.5)),
    comparison: comparisonIntervals(madeComparisons()),
    search_settings: searchSettings(madeTrials(), "mae"),
    search_coordinates: searchCoordinates(madeTrials(), "mae"),
    representations: madeMap(),
    robustness: robustnessCurves(robust, "share of audio missing"),
  };
}
