/** The labels that Self-MM generates, epoch by epoch. @module */

import { MODALITIES } from "../../data/mod.ts";
import type { EpochRecord } from "../../training/mod.ts";
import { Figure } from "./figure.ts";
import { WIDTH } from "./theme.ts";

/**
 * How the generated labels of each modality are distributed after each epoch: a column is an epoch,
 * its shades the shares of the train split. In the first epoch they are the annotated labels.
 *
 * @throws {TypeError} the model generates no labels
 *
 * @example
 * ```ts
 * import { labelHistograms } from "./label_histograms.ts";
 * import { train } from "../../session/train.ts";
 * import { assertMatch } from "@std/assert";
 * const out = Deno.makeTempDirSync();
 * const run = await train({
 *   model: "self-mm",
 *   data: "synthetic:n=16",
 *   settings: { batchSize: 8, updateEpochs: 1 },
 *   epochs: 1,
 *   engine: "cpu",
 *   out,
 * });
 * assertMatch(labelHistograms(run.history.epochs()).description, /text, audio, vision/);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export function labelHistograms(history: readonly EpochRecord[]): Figure {
  const cells = history.flatMap(({ epoch, unimodalLabels }) =>
    MODALITIES.flatMap((modality) => {
      const diagnosis = unimodalLabels?.[modality];
      if (diagnosis === undefined) return [];
      const { histogram, range } = diagnosis;
      const step = 2 * range / histogram.length;
      const total = histogram.reduce((sum, count) => sum + count, 0);
      // Few characters a cell: there are thousands, and all are written into notebooks.
      const place = (bin: number) => Number((bin * step - range).toFixed(3));
      return histogram.map((count, i) => ({
        modality,
        epoch,
        low: place(i),
        high: place(i + 1),
        share: Number((count / total).toFixed(3)),
      })).filter(({ share }) => share > 0);
    })
  );
  if (cells.length === 0) {
    throw new TypeError("Cannot draw generated labels: the history has none");
  }
  const panels = MODALITIES.filter((name) => cells.some(({ modality }) => modality === name));
  const most = Math.max(...cells.map(({ share }) => share));
  const shade = {
    field: "share",
    type: "quantitative",
    scale: { domain: [0, most], range: ["#e8eff7", "#08306b"] },
    legend: null,
  };
  const [first, last] = [history[0]!.epoch, history.at(-1)!.epoch];
  // Of a history with every third epoch, columns are three wide.
  const stride = (history[1]?.epoch ?? first + 1) - first;
  return new Figure({
    description: `Generated labels of ${panels.join(", ")} by epoch: the darker, the more samples`,
    vconcat: panels.map((modality, i) => ({
      data: {
        values: cells.filter((cell) => cell.modality === modality)
          .map(({ modality: _, ...cell }) => cell),
      },
      transform: [
        { calculate: `datum.epoch - ${stride / 2}`, as: "from" },
        { calculate: `datum.epoch + ${stride / 2}`, as: "to" },
      ],
      width: WIDTH - 50,
      height: 80,
      // The darker, the more: on a dark page too.
      view: { fill: "#fefefe" },
      // Cells are not read out one by one.
      mark: { type: "rect", strokeWidth: 0.5, aria: false },
      encoding: {
        x: {
          field: "from",
          type: "quantitative",
          title: i === panels.length - 1 ? "epoch" : null,
          scale: { domain: [first - stride / 2, last + stride / 2], nice: false },
          axis: {
            grid: false,
            format: "d",
            values: history.map(({ epoch }) => epoch),
            labels: i === panels.length - 1,
          },
        },
        x2: { field: "to" },
        y: { field: "low", type: "quantitative", title: modality, axis: { tickCount: 5 } },
        y2: { field: "high" },
        fill: shade,
        // Without an edge of the same colour, the gaps between cells shine through.
        stroke: shade,
      },
    })),
    spacing: 8,
  });
}

/**
 * The history with so many epochs at most, evenly apart, and half as many bins of generated labels,
 * each twice as wide: what a page or a notebook shows of a long training.
 */
export function coarseLabels(history: readonly EpochRecord[], epochs = 6): EpochRecord[] {
  const stride = Math.ceil(history.length / epochs);
  return history.filter((_, i) => i % stride === 0).map(withWideBins);
}

/** The record with half as many bins of generated labels, each twice as wide. */
function withWideBins({ unimodalLabels = {}, ...record }: EpochRecord): EpochRecord {
  const wide = Object.entries(unimodalLabels).map(([modality, diagnosis]) => {
    const { histogram } = diagnosis;
    const pairs = histogram.filter((_, i) => i % 2 === 0)
      .map((count, i) => count + (histogram[2 * i + 1] ?? 0));
    return [modality, { ...diagnosis, histogram: pairs }];
  });
  return { ...record, unimodalLabels: Object.fromEntries(wide) };
}
