/** How well Self-MM's label generation does, epoch by epoch. @module */

import { MODALITIES } from "../../data/mod.ts";
import type { EpochRecord, LabelDiagnosis } from "../../training/mod.ts";
import { legendOf } from "./bands.ts";
import { Figure } from "./figure.ts";
import { DASHES, WIDTH } from "./theme.ts";

/** What is drawn, each in a panel of its own. */
const QUANTITIES: readonly (readonly [string, (found: LabelDiagnosis) => number | undefined])[] = [
  ["corr (human)", ({ human }) => human?.corr],
  ["mean weight W", ({ weight }) => weight],
  ["centre distance", ({ centerDistance }) => centerDistance],
];

/**
 * The generated labels of one run by epoch and modality: their correlation with the labels of
 * people (where the data have them), the mean weight of the modality's loss, and the distance
 * between the centres of the positive and the negative class.
 *
 * @throws {TypeError} the model generates no labels
 *
 * @example
 * ```ts
 * import { labelDiagnostics } from "./label_diagnostics.ts";
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
 * assertMatch(await labelDiagnostics(run.history.epochs()).svg(), /^<svg /);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export function labelDiagnostics(history: readonly EpochRecord[]): Figure {
  const modalities = MODALITIES.filter((modality) =>
    history.some(({ unimodalLabels }) => unimodalLabels?.[modality] !== undefined)
  );
  if (modalities.length === 0) {
    throw new TypeError("Cannot draw generated labels: the history has none");
  }
  const panels = QUANTITIES.map(([title, quantity]) => ({
    title,
    values: history.flatMap(({ epoch, unimodalLabels }) =>
      modalities.flatMap((modality) => {
        const found = unimodalLabels?.[modality];
        const value = found && quantity(found);
        return value === undefined ? [] : [{ epoch, modality, value }];
      })
    ),
  })).filter(({ values }) => values.length > 0);
  const scale = { domain: modalities };
  const legend = legendOf(modalities);
  return new Figure({
    description: `Generated labels of ${modalities.join(", ")} by epoch: ` +
      panels.map(({ title }) => title).join(", "),
    vconcat: panels.map(({ title, values }, i) => ({
      data: { values },
      width: WIDTH - 50,
      height: 70,
      mark: { type: "line", strokeWidth: 1.8 },
      encoding: {
        x: {
          field: "epoch",
          type: "quantitative",
          title: i === panels.length - 1 ? "epoch" : null,
          scale: { zero: false, nice: false },
          axis: { grid: false, format: "d", tickMinStep: 1, labels: i === panels.length - 1 },
        },
        y: {
          field: "value",
          type: "quantitative",
          title,
          axis: { tickCount: 4, minExtent: 30, maxExtent: 30 },
        },
        color: { field: "modality", type: "nominal", scale, legend },
        strokeDash: {
          field: "modality",
          type: "nominal",
          scale: { ...scale, range: DASHES.slice(0, modalities.length) },
          legend,
        },
      },
    })),
    spacing: 8,
  });
}
